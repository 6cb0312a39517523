// Unequal classes: what an image of each costs, and epochs in which each has as many images.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tailor/base/random.h"

namespace tailor {

// One cost for each class, from its number of images; their mean over all images is 1, so that the learning rate keeps
// its meaning (scikit-learn's "balanced"). "balanced": in proportion to 1 / n; "effective": to (1 - beta) / (1 - beta^n), the
// effective number of images (Cui et al., CVPR 2019). A class without images costs 0. Empty for "none".
std::vector<float> class_costs(const std::string& kind, double beta, std::span<const std::int64_t> counts);

// As many images as `indices` has, the same number of each class (which gets one more is chance), in random order: each
// class goes through its own images in random order, again and again. `label` is of all images.
void balanced_order(std::span<const std::uint32_t> indices, std::span<const std::uint16_t> label, Key key,
                    std::vector<std::uint32_t>& order);

}  // namespace tailor
