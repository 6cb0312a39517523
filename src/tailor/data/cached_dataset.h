// A data set that is read once: what is large is kept in the account's cache of images, mapped by all workers of a machine
// and found again by the names, sizes and times of its files, so that a start takes no time and a worker no memory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tailor/data/dataset.h"
#include "tailor/data/image_cache.h"
#include "tailor/data/pixel_buffer.h"

namespace tailor {

// What images are made of: these files, and what is done to them.
struct ImageOrigin {
  std::vector<std::filesystem::path> files;
  std::string done{};
};

// Parts with fewer bytes of pixels than the room keeps in memory are read each time. `room` is told of waiting for others.
std::unique_ptr<Dataset> cached(std::unique_ptr<Dataset> dataset, ImageOrigin origin, const ImageCache& cache,
                                const PixelRoom& room);

}  // namespace tailor
