// Two images become one: mixup (Zhang et al. 2018, arXiv:1710.09412) and CutMix (Yun et al. 2019,
// arXiv:1905.04899). The trainer draws a share for each image or batch, mixes inputs here and weights the two
// labels' losses by the share.
#pragma once

#include <cstddef>

#include "tailor/base/random.h"
#include "tailor/data/image_set.h"

namespace tailor {

// A draw from Beta(alpha, alpha), in [0, 1], a pure function of key; alpha > 0.
double sample_beta(double alpha, Key key);

// image = share * image + (1 - share) * partner, over `size` floats.
void mix_images(float* image, const float* partner, std::size_t size, double share);

// Pastes a rectangle of about (1 - share) of the area from the partner, centred anywhere and cut at the
// border. Returns the share of pixels that stayed: the weight of the image's own label.
double cutmix_images(float* image, const float* partner, const Shape& shape, double share, Key key);

}  // namespace tailor
