#include "tailor/analysis/noise.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "tailor/analysis/statistics.h"

namespace tailor {
namespace {

std::vector<double> present(const std::vector<double>& row) {
  std::vector<double> values;
  for (const double v : row)
    if (std::isfinite(v)) values.push_back(v);
  return values;
}

// From differences of pairs of rows, each weighed by its degrees of freedom.
double paired_sd(std::span<const std::vector<double>> values) {
  double squares = 0, degrees = 0;
  for (std::size_t a = 0; a < values.size(); ++a) {
    for (std::size_t b = a + 1; b < values.size(); ++b) {
      std::vector<double> differences;
      for (std::size_t seed = 0; seed < std::min(values[a].size(), values[b].size()); ++seed)
        differences.push_back(values[a][seed] - values[b][seed]);
      differences = present(differences);
      if (differences.size() < 2) continue;
      const auto own = static_cast<double>(differences.size() - 1);
      squares += own * variance(differences);
      degrees += own;
    }
  }
  return degrees > 0 ? std::sqrt(squares / degrees / 2) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

std::optional<Noise> seed_noise(std::span<const std::vector<double>> values) {
  double squares = 0, degrees = 0, fourth = 0;
  for (const std::vector<double>& row : values) {
    const std::vector<double> seen = present(row);
    if (seen.size() < 2) continue;
    const auto own = static_cast<double>(seen.size() - 1);
    const double v = variance(seen);
    squares += own * v;
    degrees += own;
    fourth += own * v * v * own / (own + 2);  // without bias for own · σ⁴
  }
  if (degrees == 0) return std::nullopt;
  const double effective = fourth > 0 ? std::min(degrees, squares * squares / fourth) : degrees;
  return Noise{std::sqrt(squares / degrees), effective, paired_sd(values)};
}

std::optional<Noise> seed_noise(const ConfirmationTable& confirmation) {
  std::set<int> seeds;
  for (const ConfirmationCandidate& c : confirmation.candidates)
    for (const ConfirmationRun& run : c.runs) seeds.insert(run.seed_index);
  std::vector<std::vector<double>> values;
  for (const ConfirmationCandidate& c : confirmation.candidates) {
    std::vector<double>& row = values.emplace_back(seeds.size(), std::numeric_limits<double>::quiet_NaN());
    for (const ConfirmationRun& run : c.runs)
      row[static_cast<std::size_t>(std::distance(seeds.begin(), seeds.find(run.seed_index)))] = run.value;
  }
  if (!confirmation.winner) return seed_noise(values);
  std::optional<Noise> noise = seed_noise(std::span(values).subspan(*confirmation.winner, 1));
  if (noise) noise->paired_sd = paired_sd(values);
  return noise;
}

std::optional<double> result_sd(const StudyTable& table, const std::optional<Noise>& noise) {
  if (noise) return noise->sd;
  const auto best = table.best();
  const std::int64_t images = table.definition.data.validation_images;
  if (!best || images <= 0) return std::nullopt;
  if (metric_of(table.definition.measure) != Metric::accuracy) {
    return table.best_error > 0 ? std::optional(table.best_error) : std::nullopt;
  }
  const double accuracy = std::clamp(table.trials[*best].value, 0.0, 1.0);
  return std::sqrt(accuracy * (1 - accuracy) / static_cast<double>(images));
}

double noise_share(const Noise& noise, std::span<const double> results) {
  const double spread = variance(results);
  return spread > 0 ? std::min(noise.sd * noise.sd / spread, 1.0) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace tailor
