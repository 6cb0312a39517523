// Whether the intervals of a spread experiment hold what they say: simulates whole experiments on made-up
// spaces of several shapes and on tables of real trainings, of which the truth is known from 200,000 draws,
// and counts. Prints a Markdown table. The default lies at a quantile of the results. On made-up spaces its
// seeds are normal; on tables it is the setting that lies nearest there, with its own seeds (simulated_runs.h).
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "simulated_runs.h"
#include "tailor/analysis/gain.h"
#include "tailor/analysis/spread_experiment.h"
#include "tailor/analysis/statistics.h"
#include "tailor/math/quantiles.h"
#include "tailor/tune/study/study_summary.h"
#include "tuning_problems.h"

namespace tailor {
namespace {

struct Arguments {
  std::string tables;
  int studies = 2000, settings = 30, repeats = 3;
  double seed_sd = 0.2;  // of the default: of the distance between the quartiles
};

constexpr int draws_for_truth = 200000;
constexpr double defaults_at[] = {0.1, 0.4, 0.75, 0.9};  // quantiles

// A default: what a seed makes of it, and the mean of that.
struct SimulatedDefault {
  double mean = 0;
  std::function<double(Key seed)> result{};
};

// One training of a random setting, and a default near `base` (with seeds of this standard deviation, if it is
// made up); the better is higher.
struct SimulatedSpace {
  std::string name;
  std::function<double(Key setting, Key seed)> result;
  std::function<SimulatedDefault(double base, double sd)> default_at = made_up;

  static SimulatedDefault made_up(double base, double sd) {
    return {base, [=](Key seed) { return base + sd * seed.normal(0); }};
  }
};

SimulatedDefault default_of_table(const Problem& problem, double base) {
  constexpr std::uint64_t settings = 4000;
  SimulatedRuns nearest(problem, draw_uniform(problem.space, Key(78).with(0)));
  for (std::uint64_t i = 1; i < settings; ++i) {
    const SimulatedRuns runs(problem, draw_uniform(problem.space, Key(78).with(i)));
    if (std::isnan(nearest.truth()) || std::abs(-runs.truth() - base) < std::abs(-nearest.truth() - base))
      nearest = runs;
  }
  return {-nearest.truth(), [nearest](Key seed) {
            double value = no_value;  // a run that diverges is left out: another one takes its place
            for (std::uint64_t attempt = 0; std::isnan(value); ++attempt)
              value = -nearest.run(seed.with(attempt), seed.with(attempt).with(1));
            return value;
          }};
}

double exponential(Key key, std::uint64_t i) { return -std::log(1 - key.uniform(i)); }

std::vector<SimulatedSpace> spaces(const Arguments& a) {
  std::vector<SimulatedSpace> list = {
      {"normal", [](Key s, Key e) { return s.normal(0) + 0.2 * e.normal(0); }},
      {"skewed", [](Key s, Key e) { return -exponential(s, 0) * exponential(s, 1) + 0.1 * e.normal(0); }},
      {"failures",
       [](Key s, Key e) {
         if (s.uniform(9) < 0.12) return 0.1 + 0.05 * e.uniform(3);
         return 0.93 - 0.02 * exponential(s, 0) + 0.002 * std::exp(s.normal(5)) * e.normal(0);
       }},
      {"mostly seed", [](Key s, Key e) { return s.uniform(0) + 0.3 * e.normal(0); }},
  };
  if (a.tables.empty()) return list;
  for (const Problem& p : tuning_problems(a.tables)) {
    if (!std::filesystem::exists(std::filesystem::path(a.tables) / (p.name + ".json"))) continue;
    list.push_back({p.name, [p](Key s, Key e) { return -p.observed(draw_uniform(p.space, s), e); },
                    [p](double base, double) { return default_of_table(p, base); }});
  }
  return list;
}

struct Truth {
  std::vector<double> ascending;
  double mean = 0, same_setting = 0, two_settings = 0;

  double share_below(double x) const {
    const auto [a, b] = std::equal_range(ascending.begin(), ascending.end(), x);
    return static_cast<double>((a - ascending.begin()) + (b - ascending.begin())) / 2 /
           static_cast<double>(ascending.size());
  }
};

Truth find_truth(const SimulatedSpace& space) {
  Truth t;
  std::vector<double> same, two;
  for (int i = 0; i < draws_for_truth; ++i) {
    const Key setting = Key(77).with(static_cast<std::uint64_t>(i));
    t.ascending.push_back(space.result(setting, setting.with(1)));
    same.push_back(std::abs(t.ascending.back() - space.result(setting, setting.with(2))));
    if (i > 0) two.push_back(std::abs(t.ascending.back() - t.ascending.end()[-2]));
  }
  t.mean = mean(t.ascending);
  for (std::vector<double>* values : {&t.ascending, &same, &two}) std::sort(values->begin(), values->end());
  t.same_setting = quantile(same, 0.5);
  t.two_settings = quantile(two, 0.5);
  return t;
}

// Intervals that hold the truth, of those that have a bound.
struct Tally {
  std::vector<std::string> names;  // in order of appearance
  std::map<std::string, std::pair<int, int>> held;

  void count(const std::string& name, const Estimate& e, double truth) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    auto& [hits, all] = held[name];
    if (std::isnan(e.low) && std::isnan(e.high)) return;
    ++all;
    hits += !(truth < e.low) && !(truth > e.high);
  }
};

SpreadTable simulate(const SimulatedSpace& space, const SimulatedDefault& base, const Arguments& a, Key key) {
  SpreadTable t{.name = "simulated"};
  for (const BaselineKind kind : {BaselineKind::untuned, BaselineKind::by_hand}) {
    t.baselines.push_back({{kind, "", {}}, 1, {}});
    const Key seeds = key.with(1000 + static_cast<std::uint64_t>(kind));
    for (int r = 0; r < a.repeats; ++r)
      t.baselines.back().values.push_back(base.result(seeds.with(static_cast<std::uint64_t>(r))));
  }
  for (int i = 0; i < a.settings; ++i) {
    const Key setting = key.with(static_cast<std::uint64_t>(i));
    t.settings.push_back({i + 1, {space.result(setting, setting.with(1))}});
    if (i % SpreadPlan::repeated_every == 0)
      t.settings.back().values.push_back(space.result(setting, setting.with(2)));
  }
  return t;
}

void count(Tally& tally, const SpreadTable& table, const Truth& truth, double base, double at) {
  // Merits of any size: of_accuracy() would cut them, so that they are told as losses are.
  SpreadTable losses = table;
  losses.maximize = false;
  for (SpreadBaselineRuns& b : losses.baselines)
    for (double& v : b.values) v = -v;
  for (SpreadSettingRuns& s : losses.settings)
    for (double& v : s.values) v = -v;
  const SpreadExperiment e = *examine(losses);
  const double share = truth.share_below(base), median = quantile(truth.ascending, 0.5);
  tally.count(fmt::format("share below a default at {:.0f} %", 100 * at), *e.share_below_default, share);
  if (at != defaults_at[1]) return;
  for (const SpreadQuantile& q : e.quantiles)
    tally.count(fmt::format("{:.0f} % quantile", 100 * q.share),
                {-q.value.estimate, -q.value.high, -q.value.low}, quantile(truth.ascending, q.share));
  tally.count("step: by hand - default", *e.way[1].step, 0);
  tally.count("step: random - by hand", *e.way[2].step, median - base);
  if (e.seed) {
    tally.count("two seeds of a setting", e.seed->same_setting, truth.same_setting);
    tally.count("two settings", e.seed->two_settings, truth.two_settings);
    tally.count("the seed's part", e.seed->share, truth.same_setting / truth.two_settings);
  }
  std::vector<double> random;
  for (const SpreadSettingRuns& s : table.settings) random.push_back(s.values.front());
  tally.count("(not printed) mean, Welch's t", unpaired_gain(random, table.baselines.front().values),
              truth.mean - base);
}

int run(const Arguments& a) {
  std::vector<Tally> tallies;
  std::string head = "|", line = "|---|";
  for (const SimulatedSpace& space : spaces(a)) {
    Tally& tally = tallies.emplace_back();
    head += " " + space.name + " |";
    line += "---:|";
    const Truth truth = find_truth(space);
    const double sd = a.seed_sd * (quantile(truth.ascending, 0.75) - quantile(truth.ascending, 0.25)) / 1.349;
    for (const double at : defaults_at) {
      const SimulatedDefault base = space.default_at(quantile(truth.ascending, at), sd);
      for (int s = 0; s < a.studies; ++s)
        count(tally, simulate(space, base, a, Key(static_cast<std::uint64_t>(s))), truth, base.mean, at);
    }
  }
  fmt::print("| interval of {}\n|{}\n", head, line.substr(1));
  for (std::size_t row = 0; row < tallies.front().names.size(); ++row) {
    fmt::print("| {} |", tallies.front().names[row]);
    for (Tally& tally : tallies) {
      const auto [hits, all] = tally.held[tallies.front().names[row]];
      fmt::print(" {} |", all == 0 ? "-" : fmt::format("{:.1f} %", 100.0 * hits / all));
    }
    fmt::print("\n");
  }
  return 0;
}

}  // namespace
}  // namespace tailor

int main(int argc, char** argv) {
  tailor::Arguments a;
  CLI::App app("Coverage of a spread experiment's intervals");
  app.add_option("--tables", a.tables, "Folder of tables of real trainings");
  app.add_option("--studies", a.studies, "Simulated experiments");
  app.add_option("--settings", a.settings, "Random settings of each");
  app.add_option("--repeats", a.repeats, "Seeds of each baseline");
  app.add_option("--seed-sd", a.seed_sd, "Of the default, as a share of the results' (from their quartiles)");
  CLI11_PARSE(app, argc, argv);
  return tailor::run(a);
}
