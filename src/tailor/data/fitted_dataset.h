// A data set whose images have one size already, brought to another: 28x28 grey as 32x32 in colour, for a network that takes
// these.
#pragma once

#include <memory>

#include "tailor/data/dataset.h"
#include "tailor/data/pixel_buffer.h"

namespace tailor {

// Whether options ask for anything that is done to such images.
bool asks_for_fitting(const PictureOptions& options);
std::unique_ptr<Dataset> fitted(std::unique_ptr<Dataset> dataset, const PictureOptions& options,
                                const PixelRoom& room);

}  // namespace tailor
