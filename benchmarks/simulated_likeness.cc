#include "simulated_likeness.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "simulated_runs.h"
#include "tailor/analysis/statistics.h"

namespace tailor {
namespace {

constexpr std::uint64_t reports = 100;    // of a study
constexpr std::uint64_t settings = 4000;  // that skewness is of
constexpr std::uint64_t samples = 4;      // simulated for each of them

// The best of a study's reports, and how much too good it is.
class Luck {
 public:
  void offer(double report, double truth) {
    if (report < best_) best_ = report, by_ = truth - report;
  }
  double by() const { return by_; }

 private:
  double best_ = std::numeric_limits<double>::infinity(), by_ = 0;
};

double mean_of_others(const std::vector<double>& values, std::size_t left_out) {
  std::vector<double> others;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (i != left_out && !std::isnan(values[i])) others.push_back(values[i]);
  return mean(others);
}

// NaN if the values do not vary.
double skewness(const std::vector<double>& values) {
  const double center = mean(values);
  double squares = 0, cubes = 0;
  for (const double v : values) {
    squares += std::pow(v - center, 2) / static_cast<double>(values.size());
    cubes += std::pow(v - center, 3) / static_cast<double>(values.size());
  }
  return cubes / std::pow(squares, 1.5);
}

double mean_absolute(std::vector<double> values) {
  std::erase_if(values, [](double v) { return !std::isfinite(v); });
  for (double& v : values) v = std::abs(v);
  return mean(values);
}

}  // namespace

Likeness likeness(const Problem& problem, int studies) {
  std::vector<double> table, simulated;
  for (std::uint64_t s = 0; s < static_cast<std::uint64_t>(studies); ++s) {
    Luck own, made;
    for (std::uint64_t i = 0; i < reports; ++i) {
      const Key key = Key(s).with(i);
      const Assignment setting = draw_uniform(problem.space, key);
      const SimulatedRuns runs(problem, setting);
      made.offer(runs.run(key.with(1), key.with(2)), runs.truth());
      if (runs.fails() > 0) continue;
      const std::vector<double> values = problem.repeats(setting);
      const std::size_t which = key.below(3, values.size());
      own.offer(values[which], mean_of_others(values, which));
    }
    table.push_back(own.by());
    simulated.push_back(made.by());
  }

  std::vector<std::pair<double, Assignment>> by_truth;
  for (std::uint64_t i = 0; i < settings; ++i) {
    const Assignment setting = draw_uniform(problem.space, Key(17).with(i));
    if (const SimulatedRuns runs(problem, setting); runs.fails() == 0)
      by_truth.emplace_back(runs.truth(), setting);
  }
  std::sort(by_truth.begin(), by_truth.end());
  by_truth.resize(by_truth.size() / 2);
  std::vector<double> table_skewness, simulated_skewness;
  for (const auto& [truth, setting] : by_truth) {
    const SimulatedRuns runs(problem, setting);
    std::vector<double> values = problem.repeats(setting);
    table_skewness.push_back(skewness(values));
    for (std::uint64_t sample = 0; sample < samples; ++sample) {
      const Key key = Key(18).with(table_skewness.size()).with(sample);
      for (std::size_t r = 0; r < values.size(); ++r) values[r] = runs.run(key.with(r), key.with(r).with(1));
      simulated_skewness.push_back(skewness(values));
    }
  }
  const auto error = [](const std::vector<double>& v) {
    return 2 * std::sqrt(variance(v) / static_cast<double>(v.size()));
  };
  return {mean(table),
          error(table),
          mean(simulated),
          error(simulated),
          mean_absolute(std::move(table_skewness)),
          mean_absolute(std::move(simulated_skewness))};
}

}  // namespace tailor
