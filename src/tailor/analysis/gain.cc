#include "tailor/analysis/gain.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tailor/analysis/statistics.h"

namespace tailor {
namespace {

std::vector<double> differences(std::span<const double> a, std::span<const double> b) {
  std::vector<double> result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) result[i] = a[i] - b[i];
  return result;
}

// The better is higher.
std::vector<double> merits(const ConfirmationCandidate& candidate, bool final_runs, double sign) {
  std::vector<double> values = run_values(candidate, final_runs);
  for (double& value : values) value *= sign;
  return values;
}

}  // namespace

Estimate paired_gain(std::span<const double> tuned, std::span<const double> base) {
  return mean_interval(differences(tuned, base));
}

Estimate test_gain(std::span<const std::vector<bool>> tuned, std::span<const std::vector<bool>> base) {
  const std::size_t seeds = tuned.size(), images = tuned.front().size();
  const auto s = static_cast<double>(seeds), n = static_cast<double>(images);
  std::vector<double> of_seed(seeds), of_image(images);
  double squares = 0;
  for (std::size_t a = 0; a < seeds; ++a) {
    for (std::size_t i = 0; i < images; ++i) {
      const double d = static_cast<double>(tuned[a][i]) - static_cast<double>(base[a][i]);
      of_seed[a] += d / n;
      of_image[i] += d / s;
      squares += d * d;
    }
  }
  const double centre = mean(of_seed);
  const double over_seeds = variance(of_seed) / s, over_images = variance(of_image) / n;
  // Of what is neither the seed's nor the image's, which both of these contain.
  const double residual =
      (squares - s * n * centre * centre - s * n * (s - 1) * over_seeds - s * n * (n - 1) * over_images) /
      ((s - 1) * (n - 1));
  const double total = std::max({over_seeds + over_images - residual / (s * n), over_seeds, over_images});
  if (total == 0) return {centre, centre, centre};
  const double degrees =
      total * total / (over_seeds * over_seeds / (s - 1) + over_images * over_images / (n - 1));
  return t_interval(centre, std::sqrt(total), degrees);
}

Estimate unpaired_gain(std::span<const double> tuned, std::span<const double> base) {
  const auto n = static_cast<double>(tuned.size()), m = static_cast<double>(base.size());
  const double difference = mean(tuned) - mean(base);
  if (n < 2 && m < 2) return {.estimate = difference};
  if (n < 2 || m < 2) {
    const std::span<const double> repeated = n < 2 ? base : tuned;
    return t_interval(difference, std::sqrt(variance(repeated) * (1 / n + 1 / m)), n + m - 2,
                      seeds_confidence);
  }
  const double a = variance(tuned) / n, b = variance(base) / m;
  if (a + b == 0) return {difference, difference, difference};
  return t_interval(difference, std::sqrt(a + b), (a + b) * (a + b) / (a * a / (n - 1) + b * b / (m - 1)),
                    seeds_confidence);
}

std::optional<Gain> gain(const ConfirmationTable& confirmation) {
  const auto untuned = confirmation.find_role(candidate_role::untuned);
  if (!confirmation.winner || !untuned || confirmation.winner == untuned) return std::nullopt;
  const ConfirmationCandidate& winner = confirmation.candidates[*confirmation.winner];
  const ConfirmationCandidate& base = confirmation.candidates[*untuned];
  const double sign = confirmation.maximize ? 1 : -1;

  std::vector<double> tuned, other;
  std::vector<std::vector<bool>> tuned_right, other_right;
  for (const ConfirmationRun& a : winner.runs) {
    for (const ConfirmationRun& b : base.runs) {
      if (!a.final_run || !b.final_run || a.seed_index != b.seed_index) continue;
      if (std::isfinite(a.value) && std::isfinite(b.value)) {
        tuned.push_back(sign * a.value);
        other.push_back(sign * b.value);
      }
      if (a.test && b.test) {
        tuned_right.push_back(a.test_right);
        other_right.push_back(b.test_right);
      }
    }
  }
  if (tuned.size() < 2) return std::nullopt;
  Gain result{.validation = paired_gain(tuned, other), .pairs = static_cast<int>(tuned.size())};
  if (tuned_right.size() >= 2) result.test = test_gain(tuned_right, other_right);
  const std::vector<double> final_values = merits(winner, true, sign);
  const auto over = [&](const char* role) -> std::optional<Estimate> {
    const auto place = confirmation.find_role(role);
    if (!place || place == confirmation.winner) return std::nullopt;
    const std::vector<double> values = merits(confirmation.candidates[*place], false, sign);
    if (values.empty()) return std::nullopt;
    return unpaired_gain(final_values, values);
  };
  result.over_random = over(candidate_role::random);
  result.over_one_epoch = over(candidate_role::one_epoch);
  result.over_best_random = over(candidate_role::best_random);
  return result;
}

}  // namespace tailor
