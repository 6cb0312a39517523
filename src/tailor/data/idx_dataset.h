// A data set of four IDX files in a folder.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tailor/data/file_dataset.h"
#include "tailor/data/pixel_buffer.h"

namespace tailor {

// The names of its classes, where they are known and as many as it has classes.
std::unique_ptr<FileDataset> open_idx_dataset(const std::filesystem::path& folder, std::string reference,
                                              PixelRoom room, std::vector<std::string> class_names = {});

}  // namespace tailor
