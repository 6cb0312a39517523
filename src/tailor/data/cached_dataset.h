// A data set of arrays, read once: large ones are kept in the account's cache of images, mapped by all workers of a machine
// and found again by the names, sizes and times of the files, so that a start takes no time and a worker no memory.
#pragma once

#include <cstddef>
#include <memory>

#include "tailor/data/dataset.h"
#include "tailor/data/image_cache.h"

namespace tailor {

inline constexpr std::size_t worth_caching = 64'000'000;  // bytes of pixels; reading less takes no time

// The data set itself if it keeps its own images. `least`: parts with fewer bytes of pixels are not kept.
std::unique_ptr<Dataset> cached(std::unique_ptr<Dataset> dataset, const ImageCache& cache,
                                std::size_t least = worth_caching);

}  // namespace tailor
