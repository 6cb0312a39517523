// Whether analysis keeps its word: simulates whole studies with their confirmations on tables of real
// trainings, where the truth is known, and counts how often 95 % intervals hold it. Prints a JSON line for
// each table; `scripts/bench calibration` makes tables of them.
//
// Fresh seeds follow the table's own residuals (simulated_runs.h): skewed, with heavy tails, and a setting of
// which some repeats diverged diverges as often; what tailor does then is simulated, too.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "simulated_likeness.h"
#include "simulated_study.h"
#include "simulated_test_images.h"
#include "tailor/analysis/best_of_n.h"
#include "tailor/analysis/gain.h"
#include "tailor/analysis/leave_at_default.h"
#include "tailor/analysis/noise.h"
#include "tailor/analysis/optimism.h"
#include "tailor/base/error.h"
#include "tailor/tune/race/race.h"

namespace tailor {
namespace {

struct Arguments {
  std::string tables, part = "studies";
  std::vector<std::string> problems;
  SimulatedPlan plan;
  int studies = 2000, leaders = 5, seed = 1;
  RaceOptions race;
};

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr int best_of[] = {3, 6, 10};
constexpr int final_seeds[] = {3, 4, 5, 6, 7, 8};
constexpr int most_final_seeds = 8;

// What a simulated confirmation did.
struct Confirmed {
  std::vector<Tried> candidates{};           // the default first, then the study's best report
  std::vector<std::vector<double>> costs{};  // of the race: NaN where one was not run, infinity for a failure
  std::size_t winner = 0;
  std::vector<double> finals[3]{};  // of the default, the best report and the winner
  std::vector<bool> kept{};         // by the race, to its end
  int race_runs = 0;

  // The product's own table, with so many final seeds.
  ConfirmationTable table(int seeds) const;
};

ConfirmationTable Confirmed::table(int seeds) const {
  ConfirmationTable t;
  t.maximize = false;
  t.winner = winner;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    ConfirmationCandidate& candidate = t.candidates.emplace_back();
    candidate.name = std::to_string(i);
    candidate.roles = {i == 0   ? candidate_role::untuned
                       : i == 1 ? candidate_role::claimed
                                : candidate_role::leader};
    if (i > 0) candidate.claimed = candidates[i].value;
    for (std::size_t seed = 0; seed < costs[i].size(); ++seed)
      if (std::isfinite(costs[i][seed])) candidate.runs.push_back({static_cast<int>(seed), costs[i][seed]});
    if (i > 1 && i != winner) continue;
    for (int seed = 0; seed < seeds; ++seed)
      if (const double v = finals[std::min<std::size_t>(i, 2)][static_cast<std::size_t>(seed)];
          std::isfinite(v))
        candidate.runs.push_back({static_cast<int>(costs[i].size()) + seed, v, true});
  }
  return t;
}

Confirmed confirm(std::vector<Tried> candidates, const Arguments& a, Key key) {
  Confirmed c{.candidates = std::move(candidates)};
  const std::size_t n = c.candidates.size();
  const auto run = [&](std::size_t i, int number) {
    const Key seed = key.with(static_cast<std::uint64_t>(number));
    return c.candidates[i].runs.run(seed, seed.with(i));
  };
  c.costs.assign(n, std::vector<double>(static_cast<std::size_t>(a.race.most_seeds), nothing));
  RaceStanding standing = judge_race(c.costs, a.race);
  for (int seed = 0; seed < a.race.most_seeds && standing.left > 1; ++seed) {
    for (std::size_t i = 0; i < n; ++i) {
      if (!standing.in(i)) continue;
      const double v = run(i, seed);
      c.costs[i][static_cast<std::size_t>(seed)] =
          std::isnan(v) ? std::numeric_limits<double>::infinity() : v;
      ++c.race_runs;
    }
    standing = judge_race(c.costs, a.race);
  }
  c.winner = standing.leader;
  for (std::size_t i = 0; i < n; ++i) c.kept.push_back(standing.in(i));
  for (int seed = 0; seed < most_final_seeds; ++seed)
    for (const std::size_t which : {0, 1, 2})
      c.finals[which].push_back(run(which < 2 ? which : c.winner, a.race.most_seeds + seed));
  return c;
}

// Sums over studies.
struct Tally {
  std::map<std::string, std::pair<int, int>> covered;  // of how many
  std::map<std::string, double> sums;
  int studies = 0;

  void count(const std::string& name, bool hit) {
    auto& [hits, all] = covered[name];
    hits += hit;
    ++all;
  }
  // Nothing is counted where nothing is printed, nor where there is no truth.
  void cover(const std::string& name, const Estimate& e, double truth) {
    if (std::isfinite(e.low) && std::isfinite(truth)) count(name, e.contains(truth));
  }
  nlohmann::ordered_json json() const {
    nlohmann::ordered_json line{{"studies", studies}};
    for (const auto& [name, counts] : covered) {
      line["coverage"][name] = static_cast<double>(counts.first) / counts.second;
      line["intervals"][name] = counts.second;
    }
    for (const auto& [name, sum] : sums) line[name] = sum / studies;
    return line;
  }
};

double least_truth(const std::vector<Tried>& tried) {
  double least = std::numeric_limits<double>::infinity();
  for (const Tried& t : tried)
    if (t.runs.truth() < least) least = t.runs.truth();
  return least;
}

// The same number of runs, spread evenly over all candidates.
std::size_t even_choice(const Confirmed& c, Key key) {
  const auto n = c.candidates.size();
  const int each = std::max(1, c.race_runs / static_cast<int>(n));
  std::size_t best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0;
    for (int s = 0; s < each; ++s) {
      const Key seed = key.with(static_cast<std::uint64_t>(s));
      sum += c.candidates[i].runs.run(seed, seed.with(i));
    }
    if (sum / each < least) least = sum / each, best = i;
  }
  return best;
}

// The race promises to keep a truly best candidate that never fails.
void race_keeps_the_best(Tally& tally, const Confirmed& c) {
  const double best = least_truth(c.candidates);
  for (std::size_t i = 0; i < c.candidates.size(); ++i)
    if (c.candidates[i].runs.truth() <= best && c.candidates[i].runs.fails() <= 0)
      return tally.count("best_kept", c.kept[i]);
}

// Regrets: how much worse than the truly best setting of the study, or of the longer one, is what is chosen.
void race_against_reporting(Tally& tally, const Problem& problem, const std::vector<Tried>& tried,
                            const Confirmed& c, const Tried& reported, const Arguments& a, Key key) {
  const double best = least_truth(c.candidates), winner = c.candidates[c.winner].runs.truth();
  const double best_of_all = std::min(best, least_truth(tried));
  const double even = c.candidates[even_choice(c, key.with(91))].runs.truth();
  tally.sums["race_best"] += winner <= best;
  tally.sums["reported_best"] += reported.runs.truth() <= best;
  tally.sums["even_best"] += even <= best;
  tally.sums["race_regret"] += winner - best_of_all;
  tally.sums["reported_regret"] += reported.runs.truth() - best_of_all;
  tally.sums["even_regret"] += even - best_of_all;
  tally.sums["candidates_regret"] += best - best_of_all;  // what no race of these can mend
  tally.sums["race_runs"] += c.race_runs;
  if (a.plan.sampler != "random") return;  // others take too long to be run twice
  // What a race costs, spent on a longer study whose best report is believed.
  SimulatedPlan plan = a.plan;
  plan.trials += c.race_runs;
  const std::vector<Tried> longer = run_study(problem, plan, key);
  const double believed = longer[best_first(longer)[0]].runs.truth();
  tally.sums["longer_best"] += believed <= best;
  tally.sums["longer_regret"] += believed - best_of_all;
}

void simulate(Tally& tally, const Problem& problem, const std::map<int, double>& expected, const Arguments& a,
              Key key) {
  const std::vector<Tried> tried = run_study(problem, a.plan, key);
  if (tried.size() <= static_cast<std::size_t>(a.leaders)) return;
  const std::vector<std::size_t> order = best_first(tried);
  const Assignment untuned = untuned_setting(problem.space);
  std::vector<Tried> candidates = {{untuned, SimulatedRuns(problem, untuned)}};
  for (int k = 0; k < a.leaders; ++k) candidates.push_back(tried[order[static_cast<std::size_t>(k)]]);
  const Confirmed c = confirm(std::move(candidates), a, key.with(92));
  const Tried &winner = c.candidates[c.winner], &reported = tried[order[0]];
  ++tally.studies;

  std::vector<double> values;
  for (const Tried& t : tried) values.push_back(t.value);
  double leading = 0;  // for those who do not confirm: the mean variance of the leaders
  for (std::size_t k = 1; k < c.candidates.size(); ++k)
    leading += c.candidates[k].runs.sd() * c.candidates[k].runs.sd() / a.leaders;
  for (const int seeds : final_seeds) {
    const ConfirmationTable table = c.table(seeds);
    const auto name = [seeds](const char* what) { return fmt::format("{} {}", what, seeds); };
    if (const auto g = gain(table))
      tally.cover(name("gain"), g->validation, c.candidates[0].runs.truth() - winner.runs.truth());
    const Optimism o = optimism(values, false, std::sqrt(leading), &table);
    if (!o.confirmed) continue;
    tally.cover(name("confirmed"), *o.confirmed, winner.runs.truth());
    if (o.optimism) tally.cover(name("optimism"), *o.optimism, reported.runs.truth() - o.claimed);
    if (seeds != most_final_seeds) continue;
    tally.sums["confirmed_bias"] += winner.runs.truth() - o.confirmed->estimate;
    if (const auto noise = seed_noise(table)) tally.sums["noise_sd_ratio"] += noise->sd / winner.runs.sd();
    if (o.shrunken) tally.sums["shrunken_bias"] += reported.runs.truth() - o.shrunken->estimate;
  }
  tally.sums["naive_bias"] += reported.runs.truth() - reported.value;
  for (const auto& [n, truth] : expected)
    tally.cover("best_of_" + std::to_string(n), expected_best_interval(values, false, n), truth);
  race_keeps_the_best(tally, c);
  race_against_reporting(tally, problem, tried, c, reported, a, key.with(93));
}

// E[best of n] of uniform draws, from very many of them; only where a study's trials are such draws.
std::map<int, double> expected_bests(const Problem& problem, const Arguments& a) {
  std::map<int, double> expected;
  if (a.plan.sampler != "random" || a.plan.pruner != "none") return expected;
  std::vector<double> draws;
  for (std::uint64_t i = 0; i < 40000; ++i) {
    const double v = SimulatedRuns(problem, draw_uniform(problem.space, Key(999).with(i)))
                         .run(Key(997).with(i), Key(998).with(i));
    if (!std::isnan(v)) draws.push_back(v);
  }
  for (const int n : best_of)
    if (n <= a.plan.trials / 10) expected[n] = expected_best(draws, false, n);
  return expected;
}

void studies(const Arguments& a) {
  for (const Problem& problem : tuning_problems(a.tables, a.problems)) {
    if (!problem.repeats) continue;  // a formula has no residuals
    const std::map<int, double> expected = expected_bests(problem, a);
    Tally tally;
    const int first = (a.seed - 1) * 1000000;
    for (int s = first; s < first + a.studies; ++s)
      simulate(tally, problem, expected, a, Key(static_cast<std::uint64_t>(s)));
    nlohmann::ordered_json line{
        {"problem", problem.name}, {"sampler", a.plan.sampler}, {"pruner", a.plan.pruner}};
    line.update(tally.json());
    std::printf("%s\n", line.dump().c_str());
    std::fflush(stdout);
  }
}

// The product's own estimate of the standard deviation between seeds, after a confirmation of ten runs; 0 if
// nothing is known.
double estimated_sd(const SimulatedRuns& runs, Key key) {
  std::vector<std::vector<double>> values(1);
  for (std::uint64_t i = 0; i < 10; ++i)
    if (const double v = runs.run(key.with(i), key.with(i).with(1)); !std::isnan(v)) values[0].push_back(v);
  const auto noise = seed_noise(values);
  return noise ? noise->sd : 0;
}

// Leaving hyperparameters of the best setting at their default: how often those that truly cost the margin, a
// standard deviation between seeds as the product knows it, or more are called safe, and how often others are.
void defaults(const Arguments& a) {
  for (const Problem& problem : tuning_problems(a.tables, a.problems)) {
    if (!problem.repeats) continue;
    const Assignment untuned = untuned_setting(problem.space);
    int worse = 0, false_safe = 0, harmless = 0, safe = 0;
    const int first = (a.seed - 1) * 1000000;
    for (int s = first; s < first + a.studies; ++s) {
      const std::vector<Tried> tried = run_study(problem, a.plan, Key(static_cast<std::uint64_t>(s)));
      if (tried.empty()) continue;
      const Tried& best = tried[best_first(tried)[0]];
      const double margin = estimated_sd(best.runs, Key(static_cast<std::uint64_t>(s)).with(94));
      if (!(margin > 0)) continue;
      Results results;
      for (const Tried& t : tried) {
        results.settings.push_back(t.setting);
        results.values.push_back(-t.value);
      }
      const std::vector<std::size_t> named =
          leave_at_default(problem.space, results, best.setting, untuned, margin);
      for (std::size_t i = 0; i < problem.space.size(); ++i) {
        if (best.setting[i] == untuned[i]) continue;
        Assignment back = best.setting;
        back[i] = untuned[i];
        const bool costs = !(SimulatedRuns(problem, back).truth() - best.runs.truth() < margin);
        const bool is_named = std::find(named.begin(), named.end(), i) != named.end();
        (costs ? worse : harmless) += 1;
        (costs ? false_safe : safe) += is_named;
      }
    }
    const nlohmann::ordered_json line{{"problem", problem.name},  {"sampler", a.plan.sampler},
                                      {"pruner", a.plan.pruner},  {"studies", a.studies},
                                      {"cost the margin", worse}, {"of them called safe", false_safe},
                                      {"cost less", harmless},    {"of those called safe", safe}};
    std::printf("%s\n", line.dump().c_str());
    std::fflush(stdout);
  }
}

void likenesses(const Arguments& a) {
  for (const Problem& problem : tuning_problems(a.tables, a.problems)) {
    if (!problem.repeats) continue;
    const Likeness l = likeness(problem, a.studies);
    const nlohmann::ordered_json line{{"problem", problem.name},
                                      {"table_luck", l.table_luck},
                                      {"table_error", l.table_error},
                                      {"simulated_luck", l.simulated_luck},
                                      {"simulated_error", l.simulated_error},
                                      {"table_skewness", l.table_skewness},
                                      {"simulated_skewness", l.simulated_skewness}};
    std::printf("%s\n", line.dump().c_str());
    std::fflush(stdout);
  }
}

// The gain on test images: for each number of images and of seeds, small and large effects of the seed.
void test_images(const Arguments& a) {
  for (const int images : {500, 2000, 10000}) {
    for (const double seed_sd : {0.02, 0.15}) {
      Tally tally;
      for (const int seeds : final_seeds) {
        const TestImagesPlan plan{.seeds = seeds, .images = images, .seed_sd = seed_sd};
        const double truth = true_test_gain(plan);
        for (int s = 0; s < a.studies; ++s) {
          const TestImagesRun run = simulate_test_images(
              plan, Key(static_cast<std::uint64_t>(s)).with(static_cast<std::uint64_t>(a.seed)));
          tally.cover(std::to_string(seeds), test_gain(run.tuned, run.base), truth);
        }
      }
      tally.studies = a.studies;
      nlohmann::ordered_json line{{"images", images}, {"seed_sd", seed_sd}};
      line.update(tally.json());
      std::printf("%s\n", line.dump().c_str());
      std::fflush(stdout);
    }
  }
}

}  // namespace
}  // namespace tailor

int main(int argc, char** argv) {
  CLI::App app{"Simulates studies and their confirmations and counts how often intervals hold the truth."};
  tailor::Arguments a;
  app.add_option(
         "--part", a.part,
         "studies; test: the gain on test images; defaults: what may stay at its default; likeness: of simulated "
         "seeds and the table's")
      ->check(CLI::IsMember({"studies", "test", "defaults", "likeness"}));
  app.add_option("--tables", a.tables, "folder of tables (NAME.json, NAME.f32)");
  app.add_option("--problems", a.problems, "only these")->delimiter(',');
  app.add_option("--sampler", a.plan.sampler);
  app.add_option("--pruner", a.plan.pruner);
  app.add_option("--studies", a.studies, "simulated for each table");
  app.add_option("--seed", a.seed, "other numbers, other studies")->check(CLI::Range(1, 2000));
  app.add_option("--trials", a.plan.trials, "of each study");
  app.add_option("--leaders", a.leaders, "of a study, in the race beside the default");
  app.add_option("--most-seeds", a.race.most_seeds);
  CLI11_PARSE(app, argc, argv);
  try {
    a.part == "test"       ? tailor::test_images(a)
    : a.part == "defaults" ? tailor::defaults(a)
    : a.part == "likeness" ? tailor::likenesses(a)
                           : tailor::studies(a);
  } catch (const tailor::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
