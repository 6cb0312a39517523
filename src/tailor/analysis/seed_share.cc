#include "tailor/analysis/seed_share.h"

#include <cmath>

#include "tailor/analysis/quantile_confidence.h"

namespace tailor {
namespace {

constexpr std::size_t least_pairs = 6;
// Of each part, so that the ratio's interval holds 95 to 97 % of the time: of two at 95 % it held 97 to 98.
constexpr double part_confidence = 0.93;

// Of positive estimates that are independent: in logarithms, squares of half widths add up (Donner and Zou,
// Statistical Methods in Medical Research 21 (2012) 347).
Estimate ratio(const Estimate& a, const Estimate& b) {
  const double share = a.estimate / b.estimate;
  const auto apart = [](double x, double y) { return std::log(x / y); };
  const double down = std::hypot(apart(a.estimate, a.low), apart(b.high, b.estimate));
  const double up = std::hypot(apart(a.high, a.estimate), apart(b.estimate, b.low));
  return {share, share * std::exp(-down), share * std::exp(up)};
}

}  // namespace

std::optional<SeedPart> seed_part(std::span<const std::vector<double>> values) {
  std::vector<double> same, two;
  for (const std::vector<double>& row : values)
    if (row.size() > 1) same.push_back(std::abs(row[0] - row[1]));
  for (std::size_t i = 0; i + 1 < values.size();
       i += 2)  // each setting once: the differences are independent
    two.push_back(std::abs(values[i].front() - values[i + 1].front()));
  if (same.size() < least_pairs || two.size() < least_pairs) return std::nullopt;
  SeedPart part{QuantileConfidence(same).interval(0.5),
                QuantileConfidence(two).interval(0.5),
                {},
                static_cast<int>(same.size())};
  if (!(part.same_setting.estimate > 0) || !(part.two_settings.low > 0)) return std::nullopt;
  part.share = ratio(QuantileConfidence(same).interval(0.5, part_confidence),
                     QuantileConfidence(two).interval(0.5, part_confidence));
  return part;
}

}  // namespace tailor
