// A data set of picture files: a folder of classes or a manifest.
#pragma once

#include <memory>

#include "tailor/data/dataset.h"
#include "tailor/data/sources/picture_list.h"

namespace tailor {

std::unique_ptr<Dataset> make_picture_dataset(PictureList list, std::string location, std::string reference,
                                              const DatasetOptions& options);

}  // namespace tailor
