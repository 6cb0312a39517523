#include "tailor/analysis/optimism.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "tailor/analysis/crossed.h"
#include "tailor/analysis/statistics.h"
#include "tailor/math/normal.h"

namespace tailor {
namespace {

constexpr std::size_t least_results = 5;
constexpr int grid_steps = 40;  // of the grid over each parameter of the tail
constexpr double least_weight = 1e-6;

// log of the integral of exp(-a u - b u² / 2) over u > 0.
double log_mass(double a, double b) {
  if (b <= 0) return a > 0 ? -std::log(a) : std::numeric_limits<double>::infinity();
  const double z = a / std::sqrt(b);
  // Mills' ratio of z; far out, its continued fraction's first terms.
  const double log_mills = z > 8 ? -std::log(z + 1 / (z + 2 / z)) : std::log(normal_cdf(-z) / normal_pdf(z));
  return log_mills - std::log(b) / 2;
}

// One tail that could have made the results, with its weight, and what it says of the best one's truth.
struct Tail {
  double log_weight, mean, sd;

  double weight(double log_total) const { return std::exp(log_weight - log_total); }
};

std::vector<Tail> fit_tails(const std::vector<double>& excess, double best, double noise,
                            std::size_t results) {
  double sum = 0, squares = 0;
  for (const double u : excess) sum += u, squares += u * u;
  const auto n = static_cast<double>(excess.size());
  // No more bent than noise alone, nor than a normal distribution whose mode is far above the threshold.
  const double scale = sum / n, most_b = std::min(1 / (noise * noise), 9 / (scale * scale));
  // Nor steeper at the best than if all of so many results were noise: a noise that is overstated for these
  // shifts the estimate by no more than that.
  const double steepest = std::sqrt(2 * std::log(static_cast<double>(results))) / noise;
  std::vector<Tail> tails;
  for (int i = 0; i < grid_steps; ++i) {
    const double b = most_b * (i + 0.5) / grid_steps;
    // The slope at the threshold: from a threshold far on the tail to one below the mode.
    for (int j = 0; j < grid_steps; ++j) {
      const double a = -3 * std::sqrt(b) + (j + 0.5) / grid_steps * (4 / scale + 3 * std::sqrt(b));
      const double truth = best - noise * noise * std::min(a + b * best, steepest);
      tails.push_back(
          {-a * sum - b * squares / 2 - n * log_mass(a, b), truth, noise * std::sqrt(1 - b * noise * noise)});
    }
  }
  return tails;
}

// Of the mixture of what the tails say, by bisection.
double quantile_of(const std::vector<Tail>& tails, double log_total, double p, double low, double high) {
  std::vector<double> weights;
  for (const Tail& t : tails) weights.push_back(t.weight(log_total));
  for (int i = 0; i < 40; ++i) {
    const double middle = (low + high) / 2;
    double below = 0;
    for (std::size_t k = 0; k < tails.size(); ++k)
      below += weights[k] * normal_cdf((middle - tails[k].mean) / tails[k].sd);
    (below < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

Estimate shrunken_best(std::span<const double> results, bool maximize, double noise_sd) {
  if (results.size() < least_results) return {};
  std::vector<double> values(results.begin(), results.end());
  for (double& v : values) v = maximize ? v : -v;
  std::sort(values.begin(), values.end(), std::greater<>());
  const double sign = maximize ? 1 : -1, best = values.front();
  if (!(noise_sd > 0)) return {sign * best, sign * best, sign * best};

  const std::size_t tail =
      std::clamp<std::size_t>(values.size() / 4, std::min<std::size_t>(values.size() - 1, 15), 100);
  const double threshold = values[tail];
  std::vector<double> excess(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(tail));
  for (double& v : excess) v -= threshold;
  if (excess.front() == 0) return {.estimate = sign * best};

  std::vector<Tail> tails = fit_tails(excess, excess.front(), noise_sd, values.size());
  double most = -std::numeric_limits<double>::infinity(), total = 0, truth = 0, low = 0, high = 0;
  for (const Tail& t : tails) most = std::max(most, t.log_weight);
  std::erase_if(tails, [&](const Tail& t) { return t.weight(most) < least_weight; });
  for (const Tail& t : tails) total += t.weight(most);
  most += std::log(total);
  for (const Tail& t : tails) {
    truth += t.weight(most) * t.mean;
    low = std::min(low, t.mean - 8 * t.sd);
    high = std::max(high, t.mean + 8 * t.sd);
  }
  const double lower = threshold + quantile_of(tails, most, 0.5 - confidence / 2, low, high);
  const double upper = threshold + quantile_of(tails, most, 0.5 + confidence / 2, low, high);
  const double center = threshold + truth;
  return maximize ? Estimate{center, lower, upper} : Estimate{-center, -upper, -lower};
}

Estimate too_good_by(double claimed, const Estimate& confirmed, bool maximize) {
  return maximize ? Estimate{claimed - confirmed.estimate, claimed - confirmed.high, claimed - confirmed.low}
                  : Estimate{confirmed.estimate - claimed, confirmed.low - claimed, confirmed.high - claimed};
}

Estimate reuse(std::span<const std::vector<bool>> validation, std::span<const std::vector<bool>> test,
               bool own_images) {
  const Crossed v = crossed(validation), t = crossed(test);
  std::vector<double> differences;
  for (std::size_t s = 0; s < v.of_seed.size(); ++s) differences.push_back(v.of_seed[s] - t.of_seed[s]);
  const auto seeds = static_cast<double>(differences.size());
  return interval_of_sum(mean(differences),
                         std::array{VariancePart{variance(differences) / seeds, seeds - 1},
                                    VariancePart{own_images ? 0 : v.images_alone(),
                                                 static_cast<double>(validation[0].size()) - 1},
                                    VariancePart{t.images_alone(), static_cast<double>(test[0].size()) - 1}});
}

Optimism optimism(std::span<const double> results, bool maximize, std::optional<double> noise_sd,
                  const ConfirmationTable* confirmation) {
  const auto [least, most] = std::minmax_element(results.begin(), results.end());
  Optimism result{.claimed = maximize ? *most : *least};
  if (noise_sd && results.size() >= least_results)
    result.shrunken = shrunken_best(results, maximize, *noise_sd);
  if (!confirmation || !confirmation->winner) return result;
  const std::vector<double> values = run_values(confirmation->candidates[*confirmation->winner], true);
  if (values.size() >= 2) result.confirmed = result_interval(values, maximize);
  const auto claimant = confirmation->claimant();
  if (!claimant) return result;
  const ConfirmationCandidate& c = confirmation->candidates[*claimant];
  result.claimed = c.claimed.value_or(result.claimed);
  if (const std::vector<double> again = run_values(c, true); again.size() >= 2) {
    result.same_setting = result_interval(again, maximize);
    result.optimism = too_good_by(result.claimed, *result.same_setting, maximize);
  }
  std::vector<std::vector<bool>> validation, test;
  for (const ConfirmationRun& run : c.runs) {
    if (!run.final_run || !run.test || run.validation_right.empty()) continue;
    validation.push_back(run.validation_right);
    test.push_back(run.test_right);
  }
  if (confirmation->metric == Metric::accuracy && test.size() >= 2)
    result.reuse = reuse(validation, test, confirmation->reshuffled);
  return result;
}

}  // namespace tailor
