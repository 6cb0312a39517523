// Whether analysis keeps its word: simulates whole studies with their confirmations on tables of real
// trainings, where the truth is known, and counts how often 95 % intervals hold it. Prints a JSON line for
// each table; `scripts/bench calibration` makes tables of them.
//
// The tables have 4 or 5 seeds a setting; any number of fresh seeds is simulated as draws with the mean and
// the variance of those, which are the truth: normal for accuracies, gamma for losses.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <nlohmann/json.hpp>

#include "tailor/analysis/best_of_n.h"
#include "tailor/analysis/gain.h"
#include "tailor/analysis/noise.h"
#include "tailor/analysis/optimism.h"
#include "tailor/base/error.h"
#include "tailor/tune/race.h"
#include "tailor/tune/samplers.h"
#include "tuning_problems.h"

namespace tailor {
namespace {

struct Arguments {
  std::string tables, sampler = "random";
  std::vector<std::string> problems;
  int studies = 1000, trials = 100, leaders = 5, final_seeds = 5, seed = 1;
  RaceOptions race;
};

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr int best_of[] = {3, 6, 12};

// A setting that was tried. Values are costs: all tables are minimised here.
struct Tried {
  Assignment setting;
  double truth = 0, sd = 0, value = 0;
  bool loss = false;

  double run(Key key) const {
    if (!loss || sd < 0.1 * truth) return truth + sd * key.normal(0);  // a gamma that narrow is normal
    const double shape = truth * truth / (sd * sd);
    return truth / shape * boost::math::gamma_p_inv(shape, std::max(key.uniform(0), 1e-12));
  }
};

Tried try_setting(const Problem& problem, Assignment setting, Key key) {
  Tried t{std::move(setting)};
  t.truth = problem.truth(t.setting);
  t.sd = problem.noise_sd(t.setting);
  t.loss = problem.losses;
  const bool diverges = t.loss && (t.sd > t.truth || t.truth > 10 * problem.reference);
  t.value = diverges ? nothing : t.run(key);
  return t;
}

// The middle of every range, the first of every choice: what nobody tuned.
Assignment untuned(const Space& space) {
  Assignment setting;
  for (const Parameter& p : space.parameters())
    setting.push_back(p.distribution.kind == Distribution::Kind::categorical
                          ? 0
                          : std::floor((p.distribution.low + p.distribution.high) / 2));
  return setting;
}

std::vector<Tried> run_study(const Problem& problem, const std::string& name, int trials, Key key) {
  const std::unique_ptr<Sampler> sampler = make_sampler(name);
  std::vector<Tried> tried;
  std::vector<Observation> history;
  for (int number = 0; number < trials; ++number) {
    const auto setting = sampler->propose(problem.space, history, number, key);
    if (!setting) break;
    Tried t =
        try_setting(problem, *setting, key.with(Purpose::trial).with(static_cast<std::uint64_t>(number)));
    const bool failed = std::isnan(t.value);
    history.push_back(
        {number, *setting, failed ? Observation::State::failed : Observation::State::complete, t.value, -1});
    if (!failed) tried.push_back(std::move(t));
  }
  return tried;
}

// What a simulated confirmation did, as the product's own table.
struct Confirmed {
  ConfirmationTable table;
  std::vector<Tried> candidates;  // the default first
  int race_runs = 0;
};

Confirmed confirm(std::vector<Tried> candidates, const Arguments& a, Key key) {
  Confirmed c{{}, std::move(candidates)};
  const std::size_t n = c.candidates.size();
  const auto run = [&](std::size_t i, int seed) {
    return c.candidates[i].run(key.with(i).with(static_cast<std::uint64_t>(seed)));
  };
  std::vector<std::vector<double>> costs(
      n, std::vector<double>(static_cast<std::size_t>(a.race.most_seeds), nothing));
  RaceStanding standing = judge_race(costs, a.race);
  for (int seed = 0; seed < a.race.most_seeds && standing.left > 1; ++seed) {
    for (std::size_t i = 0; i < n; ++i) {
      if (!standing.in(i)) continue;
      costs[i][static_cast<std::size_t>(seed)] = run(i, seed);
      ++c.race_runs;
    }
    standing = judge_race(costs, a.race);
  }
  c.table.maximize = false;
  c.table.winner = standing.leader;
  for (std::size_t i = 0; i < n; ++i) {
    ConfirmationCandidate candidate{.name = std::to_string(i),
                                    .roles = {},
                                    .trial = {},
                                    .claimed = {},
                                    .settings = {},
                                    .runs = {},
                                    .dropped_after = {}};
    candidate.roles = {i == 0 ? candidate_role::untuned : candidate_role::leader};
    for (int seed = 0; seed < a.race.most_seeds; ++seed)
      if (const double v = costs[i][static_cast<std::size_t>(seed)]; !std::isnan(v))
        candidate.runs.push_back({seed, v});
    if (i == 0 || i == standing.leader)
      for (int seed = a.race.most_seeds; seed < a.race.most_seeds + a.final_seeds; ++seed)
        candidate.runs.push_back({seed, run(i, seed), true});
    c.table.candidates.push_back(std::move(candidate));
  }
  return c;
}

// Sums over studies.
struct Tally {
  std::map<std::string, std::pair<int, int>> covered;  // of how many
  std::map<std::string, double> sums;
  int studies = 0;

  void cover(const std::string& name, const Estimate& e, double truth) {
    auto& [hits, all] = covered[name];
    hits += e.contains(truth);
    ++all;
  }
};

std::size_t best_of_values(const std::vector<Tried>& tried) {
  return static_cast<std::size_t>(
      std::min_element(tried.begin(), tried.end(),
                       [](const Tried& x, const Tried& y) { return x.value < y.value; }) -
      tried.begin());
}

std::size_t truly_best(const std::vector<Tried>& tried) {
  return static_cast<std::size_t>(
      std::min_element(tried.begin(), tried.end(),
                       [](const Tried& x, const Tried& y) { return x.truth < y.truth; }) -
      tried.begin());
}

// The same number of runs, spread evenly over all candidates.
std::size_t even_choice(const Confirmed& c, Key key) {
  const auto n = c.candidates.size();
  const int each = std::max(1, c.race_runs / static_cast<int>(n));
  std::size_t best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0;
    for (int s = 0; s < each; ++s)
      sum += c.candidates[i].run(key.with(i).with(static_cast<std::uint64_t>(s)));
    if (sum / each < least) least = sum / each, best = i;
  }
  return best;
}

void race_against_reporting(Tally& tally, const Problem& problem, const std::vector<Tried>& tried,
                            const Confirmed& c, std::size_t reported, const Arguments& a, Key key) {
  const double best = c.candidates[truly_best(c.candidates)].truth,
               winner = c.candidates[*c.table.winner].truth;
  // What a race costs, spent on a longer study whose best report is believed.
  std::vector<Tried> longer =
      run_study(problem, a.sampler, static_cast<int>(tried.size()) + c.race_runs, key);
  const double believed = longer[best_of_values(longer)].truth;
  tally.sums["race_best"] += winner <= best;
  tally.sums["reported_best"] += tried[reported].truth <= best;
  tally.sums["even_best"] += c.candidates[even_choice(c, key.with(91))].truth <= best;
  tally.sums["longer_best"] += believed <= best;
  tally.sums["race_truth"] += winner;
  tally.sums["reported_truth"] += tried[reported].truth;
  tally.sums["longer_truth"] += believed;
  tally.sums["race_runs"] += c.race_runs;
}

void simulate(Tally& tally, const Problem& problem, const std::map<int, double>& expected, const Arguments& a,
              Key key) {
  const std::vector<Tried> tried = run_study(problem, a.sampler, a.trials, key);
  std::vector<std::size_t> order(tried.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t x, std::size_t y) { return tried[x].value < tried[y].value; });
  std::vector<Tried> candidates = {try_setting(problem, untuned(problem.space), key.with(90))};
  for (int k = 0; k < a.leaders; ++k) candidates.push_back(tried[order[static_cast<std::size_t>(k)]]);
  const Confirmed c = confirm(std::move(candidates), a, key.with(92));
  const Tried &winner = c.candidates[*c.table.winner], &reported = tried[order[0]];
  ++tally.studies;

  if (const auto g = gain(c.table)) tally.cover("gain", g->validation, c.candidates[0].truth - winner.truth);

  if (const auto noise = seed_noise(c.table)) tally.cover("noise_sd", noise->sd, winner.sd);
  double leading = 0;  // for those who do not confirm: the mean variance of the leaders
  for (std::size_t k = 1; k < c.candidates.size(); ++k)
    leading += c.candidates[k].sd * c.candidates[k].sd / a.leaders;

  std::vector<double> values;
  for (const Tried& t : tried) values.push_back(t.value);
  const Optimism o = optimism(values, false, std::sqrt(leading), &c.table);
  tally.cover("confirmed", *o.confirmed, winner.truth);
  tally.cover("optimism", *o.optimism, winner.truth - o.claimed);
  tally.cover("shrunken", *o.shrunken, reported.truth);
  tally.sums["naive_bias"] += reported.truth - reported.value;
  tally.sums["confirmed_bias"] += winner.truth - o.confirmed->estimate;
  tally.sums["confirmed_square"] += std::pow(winner.truth - o.confirmed->estimate, 2);
  tally.sums["shrunken_bias"] += reported.truth - o.shrunken->estimate;
  for (const auto& [n, truth] : expected)
    tally.cover("best_of_" + std::to_string(n), expected_best_interval(values, false, n), truth);
  race_against_reporting(tally, problem, tried, c, order[0], a, key.with(93));
}

nlohmann::ordered_json calibrate(const Problem& problem, const Arguments& a) {
  // E[best of n] of uniform draws, from very many of them; only where a study's trials are such draws.
  std::map<int, double> expected;
  if (a.sampler == "random") {
    std::vector<double> draws;
    for (std::uint64_t i = 0; i < 400000; ++i) {
      const double v =
          try_setting(problem, draw_uniform(problem.space, Key(999).with(i)), Key(998).with(i)).value;
      if (!std::isnan(v)) draws.push_back(v);
    }
    for (const int n : best_of) expected[n] = expected_best(draws, false, n);
  }
  Tally tally;
  const int first = (a.seed - 1) * 1000000;
  for (int s = first; s < first + a.studies; ++s)
    simulate(tally, problem, expected, a, Key(static_cast<std::uint64_t>(s)));
  nlohmann::ordered_json line{{"problem", problem.name}, {"studies", tally.studies}, {"sampler", a.sampler}};
  for (const auto& [name, counts] : tally.covered)
    line["coverage"][name] = static_cast<double>(counts.first) / counts.second;
  for (const auto& [name, sum] : tally.sums) line[name] = sum / tally.studies;
  return line;
}

void run(const Arguments& a) {
  for (const Problem& problem : tuning_problems(a.tables, a.problems)) {
    if (problem.noise_sd(untuned(problem.space)) == 0)
      continue;  // a formula without noise has nothing to show
    std::printf("%s\n", calibrate(problem, a).dump().c_str());
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace tailor

int main(int argc, char** argv) {
  CLI::App app{"Simulates studies and their confirmations and counts how often intervals hold the truth."};
  tailor::Arguments a;
  app.add_option("--tables", a.tables, "folder of tables (NAME.json, NAME.f32)");
  app.add_option("--problems", a.problems, "only these")->delimiter(',');
  app.add_option("--sampler", a.sampler);
  app.add_option("--studies", a.studies, "simulated for each table");
  app.add_option("--seed", a.seed, "other numbers, other studies")->check(CLI::Range(1, 2000));
  app.add_option("--trials", a.trials, "of each study");
  app.add_option("--leaders", a.leaders, "of a study, in the race beside the default");
  app.add_option("--final-seeds", a.final_seeds);
  app.add_option("--most-seeds", a.race.most_seeds);
  CLI11_PARSE(app, argc, argv);
  try {
    tailor::run(a);
  } catch (const tailor::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
