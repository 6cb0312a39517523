// Whether a race keeps its word: simulates races of candidates whose truth is known, and counts how often a
// truly best one is dropped, over all looks together, beside the rule of each look that earlier versions had.
// Prints Markdown tables: the ones of docs/confirming.md.
#include "tailor/tune/race/race.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tailor/base/random.h"

namespace tailor {
namespace {

constexpr int first_seeds = 3;

// Mean 0 on one seed: of candidate c, given what is the seed's own.
struct Noise {
  const char* name;
  bool covered;  // by the theorem of race.h
  std::function<double(std::size_t c, Key own)> draw;
  // How much of the seed's effect on all a candidate feels.
  std::function<double(std::size_t c)> share = [](std::size_t) { return 1; };
};

double normal(Key key) { return key.normal(0); }
double three_sizes(std::size_t c) { return std::pow(3.0, static_cast<double>(c % 3) - 1); }
// Student's t of 3 degrees.
double heavy(Key key) {
  double squares = 0;
  for (std::uint64_t i = 1; i <= 3; ++i) squares += key.normal(i) * key.normal(i);
  return key.normal(0) / std::sqrt(squares / 3);
}
double skewed(Key key) { return -std::log1p(-key.uniform(0)) - 1; }  // exponential
double rarely_bad(Key key) { return 0.1 * normal(key) + (key.uniform(9) < 0.1) - 0.1; }

const std::vector<Noise>& noises() {
  static const std::vector<Noise> all = {
      {"normal, the same for all", true, [](std::size_t, Key k) { return normal(k); }},
      {"normal, one quiet", true, [](std::size_t c, Key k) { return normal(k) * (c == 0 ? 0.1 : 1); }},
      {"normal, one loud", true, [](std::size_t c, Key k) { return normal(k) * (c == 1 ? 10 : 1); }},
      {"normal, three sizes (1:3:9)", true, [](std::size_t c, Key k) { return normal(k) * three_sizes(c); }},
      {"the same, seeds weigh unequally", true,
       [](std::size_t c, Key k) { return normal(k) * three_sizes(c); },
       [](std::size_t c) { return c % 2 == 0 ? 1 : 1.5; }},
      {"heavy tails (t of 3 degrees), three sizes", false,
       [](std::size_t c, Key k) { return heavy(k) * three_sizes(c); }},
      {"outliers (one run in ten, 5 times as far)", false,
       [](std::size_t, Key k) { return normal(k) * (k.uniform(9) < 0.1 ? 5 : 1); }},
      {"skewed alike (exponential)", false, [](std::size_t, Key k) { return skewed(k); }},
      {"rounded to its standard deviation", false, [](std::size_t, Key k) { return std::round(normal(k)); },
       [](std::size_t) { return 0; }},
      {"skewed, three sizes", false, [](std::size_t c, Key k) { return skewed(k) * three_sizes(c); }},
      {"one steady, the others rarely bad (1 in 10)", false,
       [](std::size_t c, Key k) { return c == 0 ? 0.1 * normal(k) : rarely_bad(k); }},
  };
  return all;
}

struct Cell {
  std::vector<double> means;  // lowest is best
  int looks;

  RaceOptions options(RaceRule rule) const { return {first_seeds, first_seeds + looks - 1, 0.05, rule}; }
};

// Shares and means over races.
struct Result {
  double dropped = 0;  // of the truly best one that is dropped most often, the share of races in which it is
  double runs = 0, best_wins = 0, regret = 0;
};

Result simulate(const Cell& cell, const Noise& noise, RaceRule rule, int races, std::uint64_t seed) {
  const RaceOptions options = cell.options(rule);
  const std::size_t n = cell.means.size();
  const double best = *std::min_element(cell.means.begin(), cell.means.end());
  std::vector<int> dropped(n, 0);
  Result result;
  std::vector<std::vector<double>> costs(n,
                                         std::vector<double>(static_cast<std::size_t>(options.most_seeds)));
  for (int race = 0; race < races; ++race) {
    const Key key = Key(seed).with(static_cast<std::uint64_t>(race));
    for (std::size_t s = 0; s < costs[0].size(); ++s) {
      const double effect = 2 * key.with(1000 + s).normal(0);
      for (std::size_t c = 0; c < n; ++c)
        costs[c][s] = cell.means[c] + noise.draw(c, key.with(c).with(s)) + noise.share(c) * effect;
    }
    RaceStanding standing = judge_race(costs, options);
    int runs = 0, last = 0;
    for (std::size_t c = 0; c < n; ++c) {
      runs += standing.dropped_after[c];
      last = std::max(last, standing.dropped_after[c]);
      dropped[c] += cell.means[c] <= best && !standing.in(c);
    }
    // Whoever is left alone runs no further.
    result.runs += runs + (standing.left > 1 ? static_cast<int>(standing.left) * options.most_seeds : last);
    result.best_wins += cell.means[standing.leader] <= best;
    result.regret += cell.means[standing.leader] - best;
  }
  result.dropped = *std::max_element(dropped.begin(), dropped.end());
  for (double* sum : {&result.dropped, &result.runs, &result.best_wins, &result.regret}) *sum /= races;
  return result;
}

constexpr int least_looks = 2, most_looks = 8;
constexpr std::size_t least_candidates = 2, most_candidates = 9;

// All are equally good, which is where a truly best one is dropped most often.
void print_errors(int races, std::uint64_t seed) {
  std::printf(
      "Share of races that drop a given one of the truly best, in the worst of the cells with %d to %d "
      "looks and %zu to %zu candidates, %d races each:\n\n",
      least_looks, most_looks, least_candidates, most_candidates, races);
  std::printf(
      "| noise | the whole race's rule | in the cell | each look's rule | in the cell |\n"
      "|---|---:|---|---:|---|\n");
  for (const Noise& noise : noises()) {
    std::string row = fmt::format("| {}{} |", noise.name, noise.covered ? "" : " *");
    for (const RaceRule rule : {RaceRule::whole_race, RaceRule::each_look}) {
      double worst = -1;
      std::string where;
      for (int looks = least_looks; looks <= most_looks; ++looks)
        for (std::size_t n = least_candidates; n <= most_candidates; ++n) {
          const double share =
              simulate({std::vector<double>(n, 0.0), looks}, noise, rule, races, seed).dropped;
          if (share <= worst) continue;
          worst = share;
          where = fmt::format("{} looks, {} candidates", looks, n);
        }
      row += fmt::format(" {:.1f} % | {} |", 100 * worst, where);
    }
    std::printf("%s\n", row.c_str());
    std::fflush(stdout);
  }
}

void print_grid(const Noise& noise, int races, std::uint64_t seed) {
  std::printf("\nCell by cell for \"%s\", the whole race's rule / each look's:\n\n| candidates |",
              noise.name);
  for (int looks = least_looks; looks <= most_looks; ++looks) std::printf(" %d looks |", looks);
  std::printf("\n|---|");
  for (int looks = least_looks; looks <= most_looks; ++looks) std::printf("---:|");
  for (std::size_t n = least_candidates; n <= most_candidates; ++n) {
    std::printf("\n| %zu |", n);
    for (int looks = least_looks; looks <= most_looks; ++looks) {
      const Cell cell{std::vector<double>(n, 0.0), looks};
      std::printf(" %.1f / %.1f %% |", 100 * simulate(cell, noise, RaceRule::whole_race, races, seed).dropped,
                  100 * simulate(cell, noise, RaceRule::each_look, races, seed).dropped);
    }
    std::fflush(stdout);
  }
  std::printf("\n");
}

std::vector<double> means(std::size_t n, const std::function<double(std::size_t)>& of) {
  std::vector<double> all;
  for (std::size_t c = 0; c < n; ++c) all.push_back(of(c));
  return all;
}

void print_power(int races, std::uint64_t seed) {
  struct Shape {
    const char* name;
    std::function<double(std::size_t c, std::size_t n)> mean;
  };
  const std::vector<Shape> shapes = {
      {"one better by 1", [](std::size_t c, std::size_t) { return c == 0 ? 0 : 1; }},
      {"one better by 2", [](std::size_t c, std::size_t) { return c == 0 ? 0 : 2; }},
      {"steps of 0.5", [](std::size_t c, std::size_t) { return 0.5 * static_cast<double>(c); }},
      {"half close (steps of 0.3), half far (10 and more)",
       [](std::size_t c, std::size_t n) { return (c < (n + 1) / 2 ? 0.3 : 10) * static_cast<double>(c); }},
  };
  std::printf(
      "\nWhat it costs, %d races each, 3 to 8 seeds, normal noise with standard deviation 1; the whole "
      "race's rule / each look's:\n\n",
      races);
  std::printf(
      "| means | candidates | runs | truly best wins | mean regret | truly best dropped |\n"
      "|---|---:|---:|---:|---:|---:|\n");
  for (const Shape& shape : shapes)
    for (const std::size_t n : {2U, 5U, 9U}) {
      const Cell cell{means(n, [&](std::size_t c) { return shape.mean(c, n); }), 6};
      const Result now = simulate(cell, noises().front(), RaceRule::whole_race, races, seed),
                   then = simulate(cell, noises().front(), RaceRule::each_look, races, seed);
      std::printf("| %s | %zu | %.1f / %.1f | %.1f / %.1f %% | %.3f / %.3f | %.1f / %.1f %% |\n", shape.name,
                  n, now.runs, then.runs, 100 * now.best_wins, 100 * then.best_wins, now.regret, then.regret,
                  100 * now.dropped, 100 * then.dropped);
      std::fflush(stdout);
    }
}

}  // namespace
}  // namespace tailor

int main(int argc, char** argv) {
  CLI::App app{
      "Simulates races of candidates whose truth is known and counts how often the best is dropped."};
  int races = 10000;
  std::uint64_t seed = 1;
  app.add_option("--races", races, "in each cell")->check(CLI::Range(1, 100000000));
  app.add_option("--seed", seed, "other numbers, other races");
  CLI11_PARSE(app, argc, argv);
  tailor::print_errors(races, seed);
  tailor::print_grid(tailor::noises()[3], races, seed);
  tailor::print_power(races, seed);
  return 0;
}
