// A data set whose images have one size already, brought to another: 28x28 grey as 32x32 in colour, for a network that takes
// these.
#pragma once

#include <memory>

#include "tailor/data/dataset.h"

namespace tailor {

// The data set itself where options ask for nothing else than it has, or where it fits its pictures by itself.
std::unique_ptr<Dataset> fitted(std::unique_ptr<Dataset> dataset, const PictureOptions& options);

}  // namespace tailor
