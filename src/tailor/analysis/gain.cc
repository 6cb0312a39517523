#include "tailor/analysis/gain.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tailor/analysis/crossed.h"
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

// The better is higher.
std::vector<float> test_merits(const ConfirmationRun& run, float sign) {
  std::vector<float> values = run.test_values;
  for (float& v : values) v *= sign;
  return values;
}

}  // namespace

Estimate paired_gain(std::span<const double> tuned, std::span<const double> base) {
  return mean_interval(differences(tuned, base));
}

Estimate test_gain(std::span<const std::vector<float>> tuned, std::span<const std::vector<float>> base) {
  return interval_of(crossed(tuned, base), tuned.front().size());
}

Estimate unpaired_gain(std::span<const double> tuned, std::span<const double> base, double level) {
  const auto n = static_cast<double>(tuned.size()), m = static_cast<double>(base.size());
  const double difference = mean(tuned) - mean(base);
  if (n < 2 && m < 2) return {.estimate = difference};
  if (n < 2 || m < 2) {
    const std::span<const double> repeated = n < 2 ? base : tuned;
    return t_interval(difference, std::sqrt(variance(repeated) * (1 / n + 1 / m)), n + m - 2, level);
  }
  const double a = variance(tuned) / n, b = variance(base) / m;
  if (a + b == 0) return {difference, difference, difference};
  return t_interval(difference, std::sqrt(a + b), (a + b) * (a + b) / (a * a / (n - 1) + b * b / (m - 1)),
                    level);
}

std::optional<PairedGain> gain_over(const ConfirmationTable& confirmation, std::size_t tuned_place,
                                    std::size_t base_place) {
  const double sign = confirmation.maximize ? 1 : -1;
  std::vector<double> tuned, other;
  std::vector<std::vector<float>> tuned_test, other_test;
  for (const ConfirmationRun& a : confirmation.candidates[tuned_place].runs) {
    for (const ConfirmationRun& b : confirmation.candidates[base_place].runs) {
      if (!a.final_run || !b.final_run || a.seed_index != b.seed_index) continue;
      if (std::isfinite(a.value) && std::isfinite(b.value)) {
        tuned.push_back(sign * a.value);
        other.push_back(sign * b.value);
      }
      if (!a.test_values.empty() && !b.test_values.empty()) {
        tuned_test.push_back(test_merits(a, static_cast<float>(sign)));
        other_test.push_back(test_merits(b, static_cast<float>(sign)));
      }
    }
  }
  if (tuned.size() < 2) return std::nullopt;
  PairedGain result{.validation = paired_gain(tuned, other), .pairs = static_cast<int>(tuned.size())};
  if (tuned_test.size() >= 2) result.test = test_gain(tuned_test, other_test);
  return result;
}

std::optional<Gain> gain(const ConfirmationTable& confirmation) {
  const auto untuned = confirmation.find_role(candidate_role::untuned);
  if (!confirmation.winner || !untuned || confirmation.winner == untuned) return std::nullopt;
  const std::size_t winner = *confirmation.winner;
  const auto over_default = gain_over(confirmation, winner, *untuned);
  if (!over_default) return std::nullopt;
  Gain result{*over_default};

  const auto best_length = confirmation.find_role(candidate_role::best_length),
             by_hand = confirmation.find_role(candidate_role::by_hand);
  const auto paired = [&](std::optional<std::size_t> tuned, std::optional<std::size_t> base) {
    return tuned && base && tuned != base ? gain_over(confirmation, *tuned, *base) : std::nullopt;
  };
  result.over_best_length = paired(winner, best_length);
  result.over_by_hand = paired(winner, by_hand);
  result.by_hand = paired(by_hand, untuned);
  std::vector<std::pair<std::string, std::size_t>> way = {{candidate_role::untuned, *untuned}};
  if (best_length && best_length != winner) way.emplace_back(candidate_role::best_length, *best_length);
  if (by_hand && by_hand != winner) way.emplace_back(candidate_role::by_hand, *by_hand);
  way.emplace_back("winner", winner);
  for (std::size_t i = 1; i < way.size(); ++i)
    if (const auto step = gain_over(confirmation, way[i].second, way[i - 1].second))
      result.steps.push_back({way[i - 1].first, way[i].first, *step});

  const double sign = confirmation.maximize ? 1 : -1;
  const std::vector<double> final_values = merits(confirmation.candidates[winner], true, sign);
  const auto over = [&](const char* role) -> std::optional<Estimate> {
    const auto place = confirmation.find_role(role);
    if (!place || *place == winner) return std::nullopt;
    const std::vector<double> values = merits(confirmation.candidates[*place], false, sign);
    if (values.empty()) return std::nullopt;
    // Without an interval: it raced on as long as it looked good, so these runs are no sample of its own.
    return Estimate{.estimate = mean(final_values) - mean(values)};
  };
  result.over_one_epoch = over(candidate_role::one_epoch);
  result.over_best_random = over(candidate_role::best_random);
  const RandomSettings random = random_settings(confirmation);
  if (confirmation.maximize && random.ended && random.values.size() >= 2) {
    const double level = random.values.size() < 16 ? few_settings_confidence : seeds_confidence;
    result.over_random = unpaired_gain(final_values, random.values, level);
    result.random_over_default =
        unpaired_gain(random.values, run_values(confirmation.candidates[*untuned], true), level);
    result.random_settings = static_cast<int>(random.values.size());
    result.random_failed = random.failed;
  }
  return result;
}

RandomSettings random_settings(const ConfirmationTable& confirmation) {
  RandomSettings random;
  for (const ConfirmationCandidate& c : confirmation.candidates) {
    if (c.races) continue;
    const std::vector<double> values = run_values(c, true);
    random.values.insert(random.values.end(), values.begin(), values.end());
    random.failed += c.failed_finals;
    random.ended = random.ended && (!values.empty() || c.failed_finals > 0);
  }
  double worst = confirmation.chance;
  for (const double v : random.values)
    if (!std::isfinite(worst) || (confirmation.maximize ? v < worst : v > worst)) worst = v;
  random.values.insert(random.values.end(), static_cast<std::size_t>(random.failed), worst);
  return random;
}

}  // namespace tailor
