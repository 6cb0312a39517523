#include "tailor/analysis/crossed.h"

#include <algorithm>
#include <array>

#include "tailor/analysis/statistics.h"

namespace tailor {

namespace {

template <class Row>
Crossed crossed_rows(std::span<const Row> values, std::span<const Row> minus) {
  const std::size_t seeds = values.size(), images = values.front().size();
  const auto s = static_cast<double>(seeds), n = static_cast<double>(images);
  Crossed c{.of_seed = std::vector<double>(seeds)};
  std::vector<double> of_image(images);
  double squares = 0;
  for (std::size_t a = 0; a < seeds; ++a) {
    for (std::size_t i = 0; i < images; ++i) {
      const double d =
          static_cast<double>(values[a][i]) - (minus.empty() ? 0 : static_cast<double>(minus[a][i]));
      c.of_seed[a] += d / n;
      of_image[i] += d / s;
      squares += d * d;
    }
  }
  const double centre = mean(c.of_seed);
  c.over_seeds = variance(c.of_seed) / s;
  c.over_images = variance(of_image) / n;
  const double of_one =
      (squares - s * n * centre * centre - s * n * (s - 1) * c.over_seeds - s * n * (n - 1) * c.over_images) /
      ((s - 1) * (n - 1));
  c.residual = of_one / (s * n);
  return c;
}

}  // namespace

double Crossed::images_alone() const { return std::max(over_images - residual, 0.0); }

Estimate interval_of(const Crossed& c, std::size_t images) {
  return interval_of_sum(mean(c.of_seed),
                         std::array{VariancePart{c.over_seeds, static_cast<double>(c.of_seed.size()) - 1},
                                    VariancePart{c.images_alone(), static_cast<double>(images) - 1}});
}

Crossed crossed(std::span<const std::vector<float>> values, std::span<const std::vector<float>> minus) {
  return crossed_rows(values, minus);
}

Crossed crossed(std::span<const std::vector<bool>> right, std::span<const std::vector<bool>> minus) {
  return crossed_rows(right, minus);
}

}  // namespace tailor
