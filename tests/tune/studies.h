// A study whose trials take microseconds: a formula instead of a training. The tests of the study loop share
// it.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"
#include "tailor/tune/study.h"
#include "train/tiny_training.h"

namespace tailor::test {

inline StudyDefinition small_study(const std::string& sampler = "sobol", const std::string& pruner = "none") {
  StudyDefinition d;
  d.architecture = tiny_network();
  d.data = {"nowhere", "hash", 20, 10, 1, "split"};
  d.budget = {.trials = 20, .epochs = 9};
  d.seed = 5;
  d.lag = 4;
  d.sampler = sampler;
  d.pruner = pruner;
  d.fixed = {{"label_smoothing", "0.1"}};
  d.space = Space({{"learning_rate", {.low = 1e-4, .high = 1, .log = true}},
                   {"optimizer",
                    {.kind = Distribution::Kind::categorical,
                     .choices = {std::string("sgd"), std::string("adam"), std::string("lion")}}},
                   {"momentum", {.low = 0.5, .high = 0.95}, Condition{"optimizer", {0}}},
                   {"batch_size", {.kind = Distribution::Kind::integer, .low = 16, .high = 64, .step = 16}}});
  return d;
}

// Accuracies that rise with the epochs towards a limit that the setting decides, with noise from the seed.
// Keeps how far it is in the checkpoint, as text.
class Formula : public Objective {
 public:
  int sleep_microseconds = 0;  // at most, before each epoch
  double diverges_above = 2;   // learning rates that fail
  std::atomic<int> epochs_run = 0;

  ObjectiveResult run(const ObjectiveTask& task, const std::function<bool(int, double)>& report,
                      const std::function<bool()>& stop) override {
    const Settings& s = task.settings;
    int done = 0;
    if (!task.checkpoint.empty()) std::ifstream(task.checkpoint) >> done;
    for (int epoch = 1; epoch <= std::min(task.to, s.epochs); ++epoch) {
      if (epoch > done) {
        nap();
        if (stop()) return ObjectiveEnd::interrupted;
        if (s.learning_rate > diverges_above) throw std::runtime_error("diverged as told");
        ++epochs_run;
        if (!task.checkpoint.empty()) {
          const std::filesystem::path part = task.checkpoint.string() + ".part";
          std::ofstream(part) << epoch;
          std::filesystem::rename(part, task.checkpoint);
        }
      }
      if (epoch > task.from && !report(epoch, value(s, task.repetition.seed, epoch)))
        return ObjectiveEnd::stopped;
    }
    return task.to >= s.epochs ? ObjectiveEnd::complete : ObjectiveEnd::paused;
  }

  static double value(const Settings& s, std::uint64_t seed, int epoch) {
    double limit = 0.95 - 0.02 * std::pow(std::log10(s.learning_rate) + 2, 2) - 0.0005 * s.batch_size;
    if (s.optimizer == "sgd") limit += 0.05 * s.momentum;
    const double noise = 0.01 * Key(seed).normal(static_cast<std::uint64_t>(epoch));
    return limit * (1 - std::exp(-0.6 * epoch)) + noise;
  }

 private:
  void nap() const {
    if (sleep_microseconds == 0) return;
    thread_local std::minstd_rand random{std::random_device()()};
    std::this_thread::sleep_for(
        std::chrono::microseconds(random() % static_cast<unsigned>(sleep_microseconds)));
  }
};

// In memory where there is such a place: what these tests ask is not whether a disk keeps its word.
inline std::filesystem::path fast_scratch(const std::string& name) {
  struct Folder {
    std::string path = "/dev/shm/tailor_test_XXXXXX";
    bool made = ::mkdtemp(path.data()) != nullptr;
    ~Folder() {
      std::error_code ignored;
      if (made) std::filesystem::remove_all(path, ignored);
    }
  };
  static const Folder folder;
  return folder.made ? std::filesystem::path(folder.path) / name : scratch(name);
}

inline std::string new_database() {
  static int number = 0;
  return "sqlite:///" + fast_scratch("study" + std::to_string(number++) + ".db").string();
}

// All of a study that does not depend on a clock, a line for each trial.
inline std::vector<std::string> content(const std::string& url, const std::string& name = "s") {
  const auto storage = open_storage(url);
  std::vector<std::string> lines;
  for (const TrialRecord& t : storage->get_trials(storage->find_study(name).value())) {
    std::string line = fmt::format("{} state {}", t.number, static_cast<int>(t.state));
    for (const double value : t.values) line += fmt::format(" value {}", value);
    for (const TrialParam& p : t.params) line += fmt::format(" {}={}", p.name(), p.value);
    for (const auto& [step, value] : t.intermediate_values) line += fmt::format(" {}:{}", step, value);
    for (const auto& [key, value] : t.user_attributes)
      if (key != trial_key::seconds && key != trial_key::provenance)
        line += fmt::format(" {}={}", key, value);
    lines.push_back(std::move(line));
  }
  return lines;
}

// Makes the study "s" in a new database.
struct TestStudy {
  std::string url;
  StudyId id{};

  explicit TestStudy(const StudyDefinition& definition) : TestStudy(definition, new_database()) {}
  TestStudy(const StudyDefinition& definition, std::string storage) : url(std::move(storage)) {
    id = create_study(*open_storage(url), "s", definition);
  }
  StudyEnd run(Objective& objective, const StudyOptions& options = {},
               const StudyCallbacks& callbacks = {}) const {
    return run_study(url, id, objective, options, callbacks);
  }
  std::vector<std::string> content() const { return test::content(url); }
};

// A process that works on the study: it ends with 0 when the study has, with 1 and its complaint on an error.
inline pid_t start_worker(const TestStudy& study, const StudyOptions& options, int sleep_microseconds) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  Formula formula;
  formula.sleep_microseconds = sleep_microseconds;
  int code = 1;
  try {
    code = study.run(formula, options) == StudyEnd::finished ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  ::_exit(code);
}

// Starts that many worker processes and waits for them.
inline void work(const TestStudy& study, int processes, int threads) {
  std::vector<pid_t> children;
  for (int i = 0; i < processes; ++i) children.push_back(start_worker(study, {.jobs = threads}, 3000));
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
}

}  // namespace tailor::test
