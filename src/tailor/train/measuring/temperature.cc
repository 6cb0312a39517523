#include "tailor/train/measuring/temperature.h"

#include <algorithm>
#include <cmath>

namespace tailor {
namespace {

// The derivative of the mean loss by 1 / temperature, up to the number of images: the loss is convex in it.
double slope(const Predictions& p, double inverse) {
  double sum = 0;
  for (std::size_t i = 0; i < p.count(); ++i) {
    const std::span<const float> row = p.of(i);
    const double most = *std::max_element(row.begin(), row.end());
    double all = 0, mean = 0;
    for (const float x : row) {
      const double e = std::exp(inverse * (x - most));
      all += e, mean += e * x;
    }
    sum += mean / all - row[static_cast<std::size_t>(p.labels[i])];
  }
  return sum;
}

}  // namespace

double best_temperature(const Predictions& p) {
  double low = std::log(1 / most_temperature), high = std::log(1 / least_temperature);
  if (slope(p, std::exp(low)) >= 0) return most_temperature;
  if (slope(p, std::exp(high)) <= 0) return least_temperature;
  while (high - low > 1e-4) {
    const double middle = (low + high) / 2;
    (slope(p, std::exp(middle)) < 0 ? low : high) = middle;
  }
  return std::exp(-(low + high) / 2);
}

}  // namespace tailor
