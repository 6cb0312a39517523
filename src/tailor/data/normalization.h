// How pixels become the network's input: (x / 255 - mean) / deviation for each channel.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tailor/data/image_set.h"

namespace tailor {

struct Normalization {
  std::vector<float> mean;       // by channel, of x / 255
  std::vector<float> deviation;  // by channel, > 0
};

// "unit": mean 0, deviation 1, so that inputs are x / 255. "standard": the mean and (population) standard
// deviation of the images at `indices`, usually the training part of the split; a constant channel gets
// deviation 1. Another kind, and an index that is none of an image, is a usage error. Sums are exact integers, so the result does not depend on the
// order of the indices.
Normalization make_normalization(const std::string& kind, const ImageSet& set,
                                 std::span<const std::uint32_t> indices);

}  // namespace tailor
