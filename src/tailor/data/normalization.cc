#include "tailor/data/normalization.h"

#include <cmath>

#include "tailor/base/error.h"
#include "tailor/base/threads.h"

namespace tailor {

Normalization make_normalization(const std::string& kind, const ImageSet& set,
                                 std::span<const std::uint32_t> indices) {
  const auto channels = static_cast<std::size_t>(set.shape.channels);
  Normalization result{std::vector<float>(channels, 0.0f), std::vector<float>(channels, 1.0f)};
  if (kind == "unit") return result;
  if (kind != "standard") throw usage_error("normalization: expected unit or standard, got '{}'", kind);
  check_indices(set, indices, "normalization");
  const ComputeScope scope;

  const double n = static_cast<double>(indices.size()) * set.shape.height * set.shape.width;
  for (std::size_t c = 0; c < channels; ++c) {
    std::uint64_t sum = 0, squares = 0;
    for (const std::uint32_t i : indices) {
      std::uint64_t image_sum = 0, image_squares = 0;
      const std::span<const std::uint8_t> image = set.image(i);
      for (std::size_t p = c; p < image.size(); p += channels) {
        image_sum += image[p];
        image_squares += std::uint32_t{image[p]} * image[p];
      }
      sum += image_sum;
      squares += image_squares;
    }
    if (n == 0) continue;
    const double mean = static_cast<double>(sum) / n;
    const double variance = static_cast<double>(squares) / n - mean * mean;
    result.mean[c] = static_cast<float>(mean / 255);
    if (variance > 1e-9) result.deviation[c] = static_cast<float>(std::sqrt(variance) / 255);
  }
  return result;
}

}  // namespace tailor
