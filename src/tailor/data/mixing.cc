#include "tailor/data/mixing.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tailor {
namespace {

// The logarithm of a draw from Gamma(alpha, 1): Marsaglia and Tsang, "A simple method for generating gamma
// variables", ACM TOMS 26 (2000). Below 1 their boost, Gamma(alpha + 1) * U^(1 / alpha), in logarithms
// because it underflows.
double log_gamma_draw(double alpha, Key key) {
  const double d = (alpha < 1 ? alpha + 1 : alpha) - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  const double boost = alpha < 1 ? std::log(1 - key.with(1).uniform(0)) / alpha : 0;
  const Key normals = key.with(2), uniforms = key.with(3);
  for (std::uint64_t i = 0;; ++i) {  // accepts more than 95 % of the proposals
    const double x = normals.normal(i), root = 1 + c * x, v = root * root * root;
    if (v > 0 && std::log(1 - uniforms.uniform(i)) < x * x / 2 + d - d * v + d * std::log(v))
      return std::log(d * v) + boost;
  }
}

}  // namespace

double sample_beta(double alpha, Key key) {
  // G1 / (G1 + G2) for two gamma draws.
  return 1 / (1 + std::exp(log_gamma_draw(alpha, key.with(1)) - log_gamma_draw(alpha, key.with(0))));
}

void mix_images(float* image, const float* partner, std::size_t size, double share) {
  const auto own = static_cast<float>(share), other = static_cast<float>(1 - share);
  for (std::size_t i = 0; i < size; ++i) image[i] = own * image[i] + other * partner[i];
}

double cutmix_images(float* image, const float* partner, const Shape& shape, double share, Key key) {
  const double side = std::sqrt(std::clamp(1 - share, 0.0, 1.0));
  const auto range = [&](std::uint64_t draw, int length) {
    const auto center = static_cast<int>(key.below(draw, static_cast<std::uint64_t>(length)));
    const int size = static_cast<int>(side * length), begin = center - size / 2;
    return std::pair(std::max(begin, 0), std::min(begin + size, length));
  };
  const auto [top, bottom] = range(0, shape.height);
  const auto [left, right] = range(1, shape.width);
  const std::ptrdiff_t channels = shape.channels;
  for (int y = top; y < bottom; ++y) {
    const std::ptrdiff_t at = (static_cast<std::ptrdiff_t>(y) * shape.width + left) * channels;
    std::copy_n(partner + at, (right - left) * channels, image + at);
  }
  return 1 - static_cast<double>(bottom - top) * (right - left) /
                 (static_cast<double>(shape.height) * shape.width);
}

}  // namespace tailor
