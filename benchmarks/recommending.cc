// Which setting a study should recommend when reports are noisy: ways to choose at equal compute, on problems
// where the truth is known, with paired seeds; and whether the stated probabilities are true. Prints a JSON
// line for each problem, sampler and budget; `scripts/bench recommending` makes tables of them.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "simulated_runs.h"
#include "tailor/analysis/forest.h"
#include "tailor/base/error.h"
#include "tailor/math/warping.h"
#include "tailor/tune/race/race.h"
#include "tailor/tune/samplers/gp_encoding.h"
#include "tailor/tune/samplers/samplers.h"
#include "tailor/tune/study/recommendation.h"
#include "tuning_problems.h"

namespace tailor {
namespace {

struct Arguments {
  std::string tables;
  std::vector<std::string> problems, samplers = {"random", "tpe", "gp"};
  std::vector<int> budgets = {50, 100, 200};
  std::vector<int> percent = {10, 20};  // of the trials that are repeats
  int seeds = 100, first_seed = 0;
  bool surrogates = true;
};

// One study to its largest budget; smaller ones are its beginning.
struct Study {
  const Problem& problem;
  Key key;
  std::vector<Assignment> settings{};
  std::vector<double> costs{};  // NaN: failed

  std::vector<SimulatedRuns>
      runs{};  // of a table: a repeat of a setting must not see one of its few seeds again

  void add(const Assignment& setting) {
    settings.push_back(setting);
    if (problem.repeats) runs.emplace_back(problem, setting);
  }
  double cost_again(std::size_t trial, std::uint64_t number) const {
    const Key seed = key.with(1000).with(number);
    return runs.empty() ? problem.observed(settings[trial], seed) : runs[trial].run(seed, seed.with(trial));
  }
  double truth(std::size_t trial) const {
    return runs.empty() ? problem.truth(settings[trial]) : runs[trial].truth();
  }
  // 0: the best setting of all; 1000: the median one.
  double regret(std::size_t trial) const {
    return 1000 * (truth(trial) - problem.best) / (problem.reference - problem.best);
  }
};

Study search(const Problem& problem, const std::string& name, int trials, int seed) {
  Study study{problem, Key(static_cast<std::uint64_t>(seed))};
  const std::unique_ptr<Sampler> sampler = make_sampler(name);
  std::vector<Observation> history;
  for (int number = 0; number < trials; ++number) {
    const auto setting = sampler->propose(problem.space, history, number, study.key);
    if (!setting) break;
    study.add(*setting);
    const double cost = study.cost_again(study.settings.size() - 1, static_cast<std::uint64_t>(number));
    study.costs.push_back(cost);
    const bool failed = std::isnan(cost);
    history.push_back(
        {number, *setting, failed ? Observation::State::failed : Observation::State::complete, cost, -1});
  }
  return study;
}

std::vector<std::size_t> by_cost(const Study& study, std::size_t trials) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < trials; ++i)
    if (!std::isnan(study.costs[i])) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return study.costs[a] < study.costs[b]; });
  return order;
}

// The tried setting with the lowest mean of a Gaussian process.
std::size_t by_gp(const Study& study, std::size_t trials) {
  const GpEncoding encoding(study.problem.space);
  const std::vector<std::size_t> tried = by_cost(study, trials);
  std::vector<double> values;
  GpData data;
  for (const std::size_t i : tried) {
    values.push_back(study.costs[i]);
    encoding.append(study.settings[i], data.x);
  }
  data.y = warp(values);
  const GpPosterior gp(encoding.shape(), data,
                       fit_gp(encoding.shape(), data, default_hyperparameters(encoding.shape())));
  std::vector<double> mean(tried.size()), variance(tried.size());
  gp.predict(data.x, mean, variance);
  return tried[static_cast<std::size_t>(std::min_element(mean.begin(), mean.end()) - mean.begin())];
}

// The same of a random forest, among the tenth of best reports.
std::size_t by_forest(const Study& study, std::size_t trials) {
  const Grid grid(study.problem.space);
  const std::vector<std::size_t> tried = by_cost(study, trials);
  GridSample sample;
  for (const std::size_t i : tried) {
    sample.places.push_back(grid.place(study.settings[i], study.key.with(i)));
    sample.values.push_back(study.costs[i]);
  }
  sample.values = warp(sample.values);
  std::vector<double> sums(std::max<std::size_t>(1, tried.size() / 10));
  for (std::uint64_t t = 0; t < 100; ++t) {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < tried.size(); ++i)
      rows.push_back(study.key.with(7).with(t).below(i, tried.size()));
    const Tree tree(grid, sample, rows, study.key.with(8).with(t));
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += tree.predict(sample.places[i]);
  }
  return tried[static_cast<std::size_t>(std::min_element(sums.begin(), sums.end()) - sums.begin())];
}

constexpr std::size_t racers = 5;

// costs[candidate][seed]: NaN where it had gone out.
struct Raced {
  std::vector<std::vector<double>> costs;
  std::size_t leader = 0;
};

Raced race(const Study& study, std::span<const std::size_t> candidates, const RaceOptions& options) {
  std::vector<std::vector<double>> costs(
      candidates.size(), std::vector<double>(static_cast<std::size_t>(options.most_seeds), std::nan("")));
  std::uint64_t number = 100000;
  RaceStanding standing = judge_race(costs, options);
  for (std::size_t seed = 0; !standing.decided(options); ++seed) {
    for (std::size_t i = 0; i < costs.size(); ++i) {
      if (!standing.in(i)) continue;
      costs[i][seed] = study.cost_again(candidates[i], number++);
      if (std::isnan(costs[i][seed])) costs[i][seed] = std::numeric_limits<double>::infinity();
    }
    standing = judge_race(costs, options);
  }
  return {std::move(costs), standing.leader};
}

// Three tenths of the trials are kept for a race of the five best reports.
std::size_t by_race(const Study& study, std::size_t trials) {
  const std::size_t runs = trials * 3 / 10;
  std::vector<std::size_t> order = by_cost(study, trials - runs);
  order.resize(std::min(racers, order.size()));
  RaceOptions options;
  options.most_seeds = std::max(2, static_cast<int>(runs / racers));
  options.first_seeds = std::min(options.first_seeds, options.most_seeds);
  return order[race(study, order, options).leader];
}

// What a confirmation of a study without repeats leaves: a race of the five best reports, and final runs of its winner.
FreshReports confirm(const Study& study, std::size_t trials) {
  constexpr std::uint64_t final_seeds = 5;
  std::vector<std::size_t> order = by_cost(study, trials);
  order.resize(std::min(racers, order.size()));
  const Raced raced = race(study, order, {});
  FreshReports fresh;
  for (std::size_t i = 0; i < order.size(); ++i) {
    SettingReports& setting = fresh.settings.emplace_back(SettingReports{order[i], raced.costs[i]});
    for (std::uint64_t seed = 0; i == raced.leader && seed < final_seeds; ++seed)
      setting.costs.push_back(study.cost_again(order[i], 300000 + seed));
    std::erase_if(setting.costs, [](double c) { return !std::isfinite(c); });
  }
  fresh.confirmed = order[raced.leader];
  return fresh;
}

std::vector<Report> with_repeats(const Study& study, std::size_t trials, std::size_t repeats) {
  std::vector<Report> reports;
  for (std::size_t i = 0; i < trials - repeats; ++i) reports.push_back({.cost = study.costs[i]});
  while (const auto next = next_repeat(reports, static_cast<int>(repeats))) {
    const double cost = study.cost_again(next->trial, 200000 + reports.size());
    reports.push_back(
        {.cost = std::isnan(cost) ? std::numeric_limits<double>::infinity() : cost, .repeats = next->trial});
  }
  return reports;
}

// What was said of recommendations, and what was so: [[probability, whether]].
struct Promises {
  nlohmann::json best = nlohmann::json::array(), near_best = nlohmann::json::array();

  void add(const Study& study, std::size_t tried, const Recommendation& r) {
    if (!r.odds) return;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < tried; ++i)
      if (!std::isnan(study.costs[i])) least = std::min(least, study.truth(i));
    const double truth = study.truth(r.trial);
    best.push_back({r.odds->best, truth <= least});
    near_best.push_back({r.odds->near_best, truth <= least + r.odds->noise_sd});
  }
};

void study_all(const Problem& problem, const std::string& sampler, const Arguments& a) {
  std::map<int, std::map<std::string, std::vector<double>>> regrets;
  std::map<int, Promises> promises, confirmed;
  for (int seed = a.first_seed; seed < a.first_seed + a.seeds; ++seed) {
    const Study study = search(problem, sampler, *std::max_element(a.budgets.begin(), a.budgets.end()), seed);
    for (const int budget : a.budgets) {
      const auto trials = std::min(static_cast<std::size_t>(budget), study.settings.size());
      auto& r = regrets[budget];
      const std::vector<std::size_t> order = by_cost(study, trials);
      r["best report"].push_back(study.regret(order.front()));
      double least = std::numeric_limits<double>::infinity();
      for (const std::size_t i : order) least = std::min(least, study.regret(i));
      r["best tried"].push_back(least);
      if (a.surrogates) {
        r["gp mean"].push_back(study.regret(by_gp(study, trials)));
        r["forest mean"].push_back(study.regret(by_forest(study, trials)));
      }
      r["race"].push_back(study.regret(by_race(study, trials)));
      if (const auto sure = recommend(with_repeats(study, trials, 0), confirm(study, trials)))
        confirmed[budget].add(study, trials, *sure);
      for (const int percent : a.percent) {
        const std::size_t repeats = trials * static_cast<std::size_t>(percent) / 100;
        const Recommendation chosen = recommend(with_repeats(study, trials, repeats)).value();
        r["repeats " + std::to_string(percent) + " %"].push_back(study.regret(chosen.trial));
        if (percent == a.percent.front()) promises[budget].add(study, trials - repeats, chosen);
      }
    }
  }
  for (const int budget : a.budgets)
    std::printf("%s\n", nlohmann::json{{"problem", problem.name},
                                       {"sampler", sampler},
                                       {"trials", budget},
                                       {"regrets", regrets[budget]},
                                       {"best", promises[budget].best},
                                       {"near_best", promises[budget].near_best},
                                       {"confirmed_best", confirmed[budget].best},
                                       {"confirmed_near_best", confirmed[budget].near_best}}
                            .dump()
                            .c_str());
  std::fflush(stdout);
}

}  // namespace
}  // namespace tailor

int main(int argc, char** argv) {
  CLI::App app{"Compares ways to choose a study's setting and prints a JSON line for each problem."};
  tailor::Arguments a;
  app.add_option("--tables", a.tables, "folder of tables (NAME.json, NAME.f32)");
  app.add_option("--problems", a.problems, "only these")->delimiter(',');
  app.add_option("--samplers", a.samplers)->delimiter(',');
  app.add_option("--budgets", a.budgets, "numbers of trials")->delimiter(',');
  app.add_option("--percent", a.percent, "of the trials that are repeats; probabilities are of the first")
      ->delimiter(',');
  app.add_option("--seeds", a.seeds);
  app.add_option("--first-seed", a.first_seed);
  app.add_flag("!--no-surrogates", a.surrogates);
  CLI11_PARSE(app, argc, argv);
  try {
    for (const tailor::Problem& problem : tailor::tuning_problems(a.tables, a.problems))
      for (const std::string& sampler : a.samplers) tailor::study_all(problem, sampler, a);
  } catch (const tailor::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
