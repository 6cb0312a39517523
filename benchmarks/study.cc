// How long a study's bookkeeping takes: opening a study that has many trials already, and asking for the next
// job (reading what changed, the sampler's proposal, writing the new trial).
//
//   study [--trials 1000] [--sampler tpe] [--storage sqlite:////tmp/ask.db] [--paused]
#include "tailor/tune/study.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tailor/train/hyperparameters.h"
#include "tailor/tune/files/study_file.h"
#include "tailor/tune/study/trial_setting.h"

namespace tailor {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

StudyDefinition definition(const std::string& sampler, bool paused) {
  StudyDefinition d;
  d.architecture = find_architecture("mnist_cnn");
  d.data = {"fashion-mnist", "hash", 40000, 20000, 1, "split"};
  d.budget = {.trials = 10'000'000, .epochs = 9};
  d.sampler = sampler;
  d.pruner = paused ? "asha" : "none";
  d.space = resolve_space(find_space("default"), d.architecture).space;
  return d;
}

// Trials as a study would have made them, a value after one epoch or all.
void fill(Storage& storage, StudyId study, const StudyDefinition& d, int trials, bool paused) {
  StudyView view(study);
  storage.transaction([&] { view.refresh(storage); });
  storage.transaction([&] {
    for (int i = 1; i < trials; ++i) {
      const Key key = Key(7).with(static_cast<std::uint64_t>(i));
      const TrialSetting setting = trial_setting(view, d.settings(draw_uniform(d.space, key)));
      const bool pause = paused && i % 3 != 0;
      const double value = 0.9 + 0.02 * key.uniform(99);
      NewTrial trial{.state = pause ? TrialState::running : TrialState::complete, .params = setting.params};
      if (!pause) trial.values = {value};
      const int reached = pause ? 1 : 9;
      for (int epoch = 1; epoch <= reached; ++epoch) trial.intermediate_values[epoch] = value;
      Job job{i, 0, reached};
      job.end = pause ? JobEnd::paused : JobEnd::complete;
      job.reached = reached;
      trial.user_attributes = setting.attributes(d);
      trial.user_attributes[trial_key::jobs] = to_json(std::vector{job});
      storage.create_trial(study, trial);
    }
    storage.set_user_attribute(study, study_key::next_job, std::to_string(trials));
  });
}

void measure(const std::string& url, int trials, const std::string& sampler, bool paused) {
  const StudyDefinition d = definition(sampler, paused);
  auto storage = open_storage(url);
  const StudyId study = create_study(*storage, fmt::format("{} {}", sampler, trials), d);
  fill(*storage, study, d, trials, paused);
  storage.reset();

  Clock::time_point start = Clock::now();
  storage = open_storage(url);
  StudyView view(study);
  storage->transaction([&] { view.refresh(*storage); });
  std::printf("open           %9.1f ms\n", milliseconds(start));

  JobQueue queue(*storage, study, {});
  std::vector<double> asks, ends;
  for (int i = 0; i < 40; ++i) {
    AssignedJob job;
    start = Clock::now();
    queue.take(job);
    asks.push_back(milliseconds(start));
    start = Clock::now();
    queue.report(job, job.job.to, 0.9);
    queue.end(job, {job.job.to < d.budget.epochs ? JobEnd::paused : JobEnd::complete, job.job.to, "", 1});
    ends.push_back(milliseconds(start));
  }
  std::printf("first ask      %9.1f ms\n", asks[0]);
  std::sort(asks.begin() + 1, asks.end());
  std::sort(ends.begin(), ends.end());
  std::printf("ask, median    %9.2f ms\nask, slowest   %9.2f ms\nreport and end %9.2f ms\n", asks[20],
              asks.back(), ends[20]);
}

}  // namespace
}  // namespace tailor

int main(int argc, char** argv) {
  CLI::App app{"Time for a study's bookkeeping"};
  int trials = 1000;
  std::string sampler = "tpe", url = "sqlite:////tmp/tailor-ask.db";
  bool paused = false;
  app.add_option("--trials", trials);
  app.add_option("--sampler", sampler);
  app.add_option("--storage", url);
  app.add_flag("--paused", paused, "Two thirds of the trials are paused, as with asha");
  CLI11_PARSE(app, argc, argv);
  tailor::measure(url, trials, sampler, paused);
}
