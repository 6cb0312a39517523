// Runs our samplers on tables of trainings and on analytic functions; prints one JSON line for each study.
// Python peers print the same (peers/optuna_tuning.py); `scripts/bench tuning` runs both and makes tables of
// them.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <limits>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tailor/base/error.h"
#include "tailor/tune/samplers/samplers.h"
#include "tuning_problems.h"

namespace tailor {
namespace {

struct Arguments {
  std::string tables;
  std::vector<std::string> problems, samplers = {"random", "tpe", "gp"};
  std::vector<int> budgets = {25, 50, 100, 200};
  int seeds = 10, first_seed = 0;
  std::vector<int> histories;
  bool describe = false;
};

// Of this thread, so that other work on the machine is not counted.
double processor_seconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// The truth of the best setting seen, and the sampler's processor time, at each budget.
nlohmann::json study(const Problem& problem, const std::string& name, const Arguments& a, int seed) {
  const std::unique_ptr<Sampler> sampler = make_sampler(name);
  const Key key(static_cast<std::uint64_t>(seed));
  std::vector<Observation> history;
  double incumbent = std::numeric_limits<double>::infinity(), truth = incumbent, seconds = 0;
  nlohmann::json truths = nlohmann::json::array(), times = nlohmann::json::array();
  for (int number = 0; number < a.budgets.back(); ++number) {
    const double start = processor_seconds();
    const std::optional<Assignment> setting = sampler->propose(problem.space, history, number, key);
    seconds += processor_seconds() - start;
    if (setting) {
      const double value =
          problem.observed(*setting, key.with(1000).with(static_cast<std::uint64_t>(number)));
      history.push_back({number, *setting,
                         std::isnan(value) ? Observation::State::failed : Observation::State::complete, value,
                         -1});
      if (value < incumbent) incumbent = value, truth = problem.truth(*setting);
    }
    if (std::find(a.budgets.begin(), a.budgets.end(), number + 1) != a.budgets.end()) {
      truths.push_back(truth);
      times.push_back(seconds / (number + 1));
    }
  }
  return {{"problem", problem.name},
          {"sampler", "tailor " + name},
          {"seed", seed},
          {"truth", truths},
          {"seconds_per_trial", times}};
}

// What peers need to normalise by, and points to check that theirs is the same function.
nlohmann::json description(const Problem& problem) {
  nlohmann::json checks = nlohmann::json::array();
  for (std::uint64_t i = 0; i < 5; ++i) {
    const Assignment x = draw_uniform(problem.space, Key(i));
    const Key key = Key(7).with(1000).with(i);
    checks.push_back({{"x", x},
                      {"truth", problem.truth(x)},
                      {"observed", problem.observed(x, key)},
                      {"seed", 7},
                      {"trial", i}});
  }
  return {{"problem", problem.name},
          {"best", problem.best},
          {"reference", problem.reference},
          {"checks", checks}};
}

// The time of one proposal after many trials, over twelve parameters of every kind.
nlohmann::json proposal_time(const std::string& name, int trials) {
  std::vector<Parameter> parameters;
  for (const Problem& problem : tuning_problems({})) {
    if (problem.name != "mixed") continue;
    for (const char* copy : {"a", "b"}) {
      for (Parameter p : problem.space.parameters()) {
        p.name += copy;
        parameters.push_back(std::move(p));
      }
    }
  }
  const Space space(parameters);
  std::vector<Observation> history;
  for (int i = 0; i < trials; ++i) {
    const Key key(static_cast<std::uint64_t>(i));
    history.push_back({i, draw_uniform(space, key), Observation::State::complete, key.uniform(1000), -1});
  }
  constexpr int asks = 20;
  const std::unique_ptr<Sampler> sampler = make_sampler(name);
  const double start = processor_seconds();
  for (int i = 0; i < asks; ++i) sampler->propose(space, history, trials + i, Key(1));
  const double seconds = processor_seconds() - start;
  return {{"sampler", "tailor " + name}, {"trials", trials}, {"seconds", seconds / asks}};
}

void run(const Arguments& a) {
  for (const int trials : a.histories) {
    for (const std::string& sampler : a.samplers)
      std::printf("%s\n", proposal_time(sampler, trials).dump().c_str());
  }
  if (!a.histories.empty()) return;
  for (const Problem& problem : tuning_problems(a.tables, a.problems)) {
    if (a.describe) {
      std::printf("%s\n", description(problem).dump().c_str());
      continue;
    }
    for (const std::string& sampler : a.samplers) {
      for (int seed = a.first_seed; seed < a.first_seed + a.seeds; ++seed) {
        std::printf("%s\n", study(problem, sampler, a, seed).dump().c_str());
        std::fflush(stdout);
      }
    }
  }
}

}  // namespace
}  // namespace tailor

int main(int argc, char** argv) {
  CLI::App app{"Runs samplers on tuning problems and prints a JSON line for each study."};
  tailor::Arguments a;
  app.add_option("--tables", a.tables, "folder of tables (NAME.json, NAME.f32)");
  app.add_option("--problems", a.problems, "only these")->delimiter(',');
  app.add_option("--samplers", a.samplers)->delimiter(',');
  app.add_option("--budgets", a.budgets, "numbers of trials, ascending")->delimiter(',');
  app.add_option("--seeds", a.seeds);
  app.add_option("--first-seed", a.first_seed);
  app.add_option("--after", a.histories, "instead: the time of a proposal after so many trials")
      ->delimiter(',');
  app.add_flag("--describe", a.describe, "print the problems instead");
  CLI11_PARSE(app, argc, argv);
  try {
    tailor::run(a);
  } catch (const tailor::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
