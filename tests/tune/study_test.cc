// The study loop: the same trials, bit for bit, whatever the workers and the interruptions.
#include "tailor/tune/study.h"

#include <cerrno>
#include <cmath>
#include <limits>
#include <map>
#include <new>
#include <system_error>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/files.h"
#include "no_more_threads.h"
#include "tailor/tune/study/recommendation.h"
#include "tune/studies.h"

namespace tailor {
namespace {

using test::expect_error;
using test::Formula;
using test::small_study;
using test::TestStudy;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> undisturbed(const StudyDefinition& definition, double diverges_above = 2) {
  const TestStudy study(definition);
  Formula formula;
  formula.diverges_above = diverges_above;
  EXPECT_EQ(study.run(formula), StudyEnd::finished);
  return study.content();
}

class EveryPruner : public testing::TestWithParam<const char*> {};

TEST_P(EveryPruner, GivesTheSameTrialsWithAnyNumberOfThreads) {
  const StudyDefinition definition = small_study("tpe", GetParam());
  const std::vector<std::string> expected = undisturbed(definition, 0.3);
  EXPECT_EQ(expected.size(), 20u);
  for (const int jobs : {2, 4, 6}) {  // 4 is the lag
    const TestStudy study(definition);
    Formula formula;
    formula.sleep_microseconds = 3000;
    formula.diverges_above = 0.3;
    EXPECT_EQ(study.run(formula, {.jobs = jobs}), StudyEnd::finished);
    EXPECT_EQ(study.content(), expected) << jobs << " threads";
  }
}

TEST_P(EveryPruner, GivesTheSameTrialsInTwoProcesses) {
  const StudyDefinition definition = small_study("tpe", GetParam());
  const std::vector<std::string> expected = undisturbed(definition);
  const TestStudy study(definition);
  work(study, 2, 2);
  EXPECT_EQ(study.content(), expected);
}

TEST_P(EveryPruner, GivesTheSameTrialsAfterAnyInterruptions) {
  const StudyDefinition definition = small_study("tpe", GetParam());
  const std::vector<std::string> expected = undisturbed(definition);
  const TestStudy study(definition);
  Formula formula;
  formula.sleep_microseconds = 500;
  int rounds = 0, paused = 0;
  for (bool finished = false; !finished; ++rounds) {
    ASSERT_LT(rounds, 1000);
    std::atomic<int> asked = 0;
    const auto stop = [&] { return ++asked > 20 + 7 * (rounds % 5); };
    const StudyOptions options{.jobs = 1 + rounds % 3, .checkpoints = scratch(std::string("i") + GetParam())};
    finished = study.run(formula, options, {.stop = stop}) == StudyEnd::finished;
    for (const TrialRecord& t : open_storage(study.url)->get_trials(study.id)) {
      EXPECT_NE(t.user_attributes.at(trial_key::state), "\"running\"") << "nobody works";
      paused += t.state == TrialState::running;
    }
  }
  EXPECT_GT(rounds, 2);
  EXPECT_GT(paused, 0);
  EXPECT_EQ(study.content(), expected);
}

INSTANTIATE_TEST_SUITE_P(Study, EveryPruner,
                         testing::Values("none", "median", "asha", "hyperband", "one_epoch"),
                         [](const auto& name) { return std::string(name.param); });

TEST(Study, TrialZeroIsTheUntunedDefaults) {
  const std::vector<std::string> trials = undisturbed(small_study());
  // adam, so no momentum; batch 128 is not in the space; what is fixed is not held there.
  EXPECT_THAT(trials[0], HasSubstr("learning_rate=0.001 optimizer=1 1:"));
  EXPECT_THAT(trials[0], HasSubstr("tailor:outside=[\"batch_size\"]"));
  EXPECT_THAT(trials[0], HasSubstr("tailor:settings={}"));
  EXPECT_THAT(trials[1], HasSubstr("\"label_smoothing\":\"0.1\""));
}

TEST(Study, TrialZeroIsNeverPruned) {
  for (const char* pruner : {"median", "asha", "hyperband", "one_epoch"}) {
    const std::vector<std::string> trials = undisturbed(small_study("sobol", pruner));
    EXPECT_THAT(trials[0], HasSubstr("state 2")) << pruner;
    EXPECT_THAT(trials[0], HasSubstr("\"from\":0,\"job\":0,\"reached\":9,\"to\":9}]")) << pruner;
  }
}

TEST(Study, ItsFilesHaveItsNameWithoutWhatFilesMayNotHave) {
  EXPECT_EQ(study_file_name("a b/c.d-e_f"), "a_b_c.d-e_f");
  EXPECT_EQ(study_file_name("\u00e9t\u00e9"), "\u00e9t\u00e9");
  // A character of two bytes is not cut in half.
  EXPECT_EQ(study_file_name(std::string(63, 'a') + "\u00e9"), std::string(63, 'a'));
  EXPECT_EQ(study_file_name(std::string(62, 'a') + "\u00e9b"), std::string(62, 'a') + "\u00e9");
}

TEST(Study, TheSeedDecides) {
  StudyDefinition definition = small_study();
  const std::vector<std::string> expected = undisturbed(definition);
  definition.seed = 6;
  EXPECT_NE(undisturbed(definition), expected);
}

TEST(Study, AFailingTrialIsAResultWithItsReason) {
  const std::vector<std::string> trials = undisturbed(small_study(), 0.1);
  const auto failed = std::count_if(trials.begin(), trials.end(), [](const std::string& t) {
    return t.find("tailor:failure=\"diverged as told\"") != std::string::npos;
  });
  EXPECT_GT(failed, 2);
  EXPECT_LT(failed, 10);
}

TEST(Study, AValueThatIsNotANumberIsAFailure) {
  class Broken : public Objective {
   public:
    ObjectiveResult run(const ObjectiveTask&, const std::function<bool(int, double)>& report,
                        const std::function<bool()>&) override {
      report(1, std::nan(""));
      return ObjectiveEnd::complete;
    }
  };
  const TestStudy study(small_study());
  Broken broken;
  EXPECT_EQ(study.run(broken), StudyEnd::finished);
  for (const std::string& line : study.content()) {
    EXPECT_THAT(line, HasSubstr("after epoch 1 is not a number"));
    EXPECT_THAT(line, HasSubstr("state 4"));
  }
}

// A machine that is out of order fails no trial: its worker ends, and what it could not do another one does.
TEST(Study, WhatAMachineCannotDoIsNoTrialsFault) {
  class Sick : public Formula {
   public:
    int kind = 0;
    ObjectiveResult run(const ObjectiveTask& task, const std::function<bool(int, double)>& report,
                        const std::function<bool()>& stop) override {
      if (kind == 0) throw std::bad_alloc();
      if (kind == 1) throw std::system_error(EAGAIN, std::generic_category(), "thread");
      if (kind == 2) throw MachineError(ExitCode::failed, "no room for f\xfcnf");
      return Formula::run(task, report, stop);
    }
  };
  const StudyDefinition definition = small_study("sobol", "asha");
  const TestStudy study(definition);
  Sick sick;
  for (sick.kind = 1; sick.kind < 3; ++sick.kind)
    expect_error(ExitCode::failed,
                 {"trial 0", "went back to the study", sick.kind == 1 ? "thread" : "no room"},
                 [&] { study.run(sick); });
  sick.kind = 3;
  EXPECT_EQ(study.run(sick), StudyEnd::finished);
  EXPECT_EQ(study.content(), undisturbed(definition));
}

// A setting that no machine can train must not stop the study for ever.
TEST(Study, WhatThreeWorkersCannotDoHasFailed) {
  class Large : public Formula {
   public:
    ObjectiveResult run(const ObjectiveTask& task, const std::function<bool(int, double)>& report,
                        const std::function<bool()>& stop) override {
      if (task.settings.batch_size == 128) throw std::bad_alloc();  // the default, trial 0
      return Formula::run(task, report, stop);
    }
  };
  const TestStudy study(small_study());
  Large large;
  for (int worker = 0; worker < 2; ++worker)
    expect_error(ExitCode::failed, {"out of memory"}, [&] { study.run(large); });
  EXPECT_EQ(study.run(large), StudyEnd::finished);
  const std::vector<std::string> trials = study.content();
  EXPECT_THAT(trials[0], HasSubstr("3 workers could not train it"));
  EXPECT_THAT(trials[0], HasSubstr("out of memory"));
  EXPECT_THAT(trials[0], HasSubstr("state 4"));
  EXPECT_THAT(trials[1], HasSubstr("state 2"));
}

// What other programs may report: as in Optuna it is no value, and the order of all others stays.
TEST(Study, WhatIsNoNumberIsNoValue) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN(),
                   inf = std::numeric_limits<double>::infinity();
  for (const char* sampler : {"tpe", "gp"}) {
    for (const char* pruner : {"asha", "hyperband", "median", "one_epoch"}) {
      StudyDefinition definition = small_study(sampler, pruner);
      definition.budget.trials = 60;
      const TestStudy study(definition);
      const auto storage = open_storage(study.url);
      const double values[] = {nan, 0.5, inf, nan, -inf, 0.4};
      for (int i = 0; i < 30; ++i) {
        NewTrial foreign{.state = TrialState::pruned};
        if (i % 5 == 0) foreign.state = TrialState::complete, foreign.values = {i % 2 == 0 ? inf : -inf};
        for (int epoch = 1; epoch <= 9; ++epoch)
          foreign.intermediate_values[epoch] = values[(i + epoch * epoch) % 6];
        storage->create_trial(study.id, foreign);
      }
      Formula formula;
      ASSERT_EQ(study.run(formula, {.jobs = 2}), StudyEnd::finished) << sampler << " " << pruner;
      StudyView view(study.id);
      storage->transaction([&] { view.refresh(*storage); });
      const auto best = view.best();
      ASSERT_TRUE(best);
      EXPECT_FALSE(view.trials()[*best].jobs.empty()) << "an infinite accuracy is no result";
      EXPECT_TRUE(recommend(view.reports()));
    }
  }
}

// Each changes one thing, having read all of it before the other did.
TEST(Study, ChangesAtTheSameTimeDoNotRevertEachOther) {
  const TestStudy study(small_study());
  const auto one = open_storage(study.url), two = open_storage(study.url);
  const StudyDefinition seen = read_definition(*one, study.id);
  change_definition(*two, study.id, [](StudyDefinition d) {
    d.budget.minutes = 7;
    return d;
  });
  change_definition(*one, study.id, [&](StudyDefinition d) {
    EXPECT_EQ(seen.budget.minutes, 0);
    d.budget.trials = 40;
    return d;
  });
  const StudyDefinition now = read_definition(*two, study.id);
  EXPECT_EQ(now.budget.minutes, 7);
  EXPECT_EQ(now.budget.trials, 40);
}

// A disk that is full is nobody's result: the study stops, and goes on when there is room.
TEST(Study, AFullDiskStopsItWithoutLoss) {
  class Full : public Formula {
   public:
    std::atomic<int> good = 30;  // several threads count
    ObjectiveResult run(const ObjectiveTask& task, const std::function<bool(int, double)>& report,
                        const std::function<bool()>& stop) override {
      const auto until_full = [&](int epoch, double value) {
        if (--good == 0) throw CheckpointError(ExitCode::failed, "disk full");
        return report(epoch, value);
      };
      return Formula::run(task, until_full, stop);
    }
  };
  const StudyDefinition definition = small_study("sobol", "asha");
  const TestStudy study(definition);
  Full full;
  expect_error(ExitCode::failed, {"disk full"}, [&] { study.run(full, {.jobs = 2}); });
  EXPECT_EQ(study.run(full), StudyEnd::finished);
  EXPECT_EQ(study.content(), undisturbed(definition));
}

TEST(Study, NothingIsTrainedTwiceWhenTrialsPauseAndGoOn) {
  const TestStudy study(small_study("sobol", "asha"));
  Formula formula;
  const std::filesystem::path folder = scratch("kept");
  std::int64_t paused = 0;
  // Reports come a little later: a trial that was paused may have gone on to its end by then.
  const auto ended = [&](const JobReport& report) {
    paused += report.result.end == JobEnd::paused;
    if (report.result.end == JobEnd::paused) return;
    EXPECT_FALSE(
        std::filesystem::exists(folder / fmt::format("trial-{}.safetensors", report.assigned.trial)));
  };
  EXPECT_EQ(study.run(formula, {.checkpoints = folder}, {.ended = ended}), StudyEnd::finished);
  std::size_t values = 0;
  for (const TrialRecord& t : open_storage(study.url)->get_trials(study.id))
    values += t.intermediate_values.size();
  EXPECT_EQ(static_cast<std::size_t>(formula.epochs_run), values);
  EXPECT_GT(paused, 10);
  EXPECT_FALSE(std::filesystem::exists(folder)) << "nothing can be resumed after the end";
  EXPECT_LT(values, 20u * 9 / 2) << "pruning saves epochs";
}

// A caller may give a folder that has other things in it.
TEST(Study, RemovesNothingButItsOwnCheckpoints) {
  const std::filesystem::path folder = scratch("shared");
  std::filesystem::create_directories(folder / "trial-1");
  for (const char* name : {"thesis.tex", "trial-0.safetensors.old", "trial-1/data", "trial-99.safetensors"})
    std::ofstream(folder / name) << "0";
  const TestStudy study(small_study("sobol", "asha"));
  Formula formula;
  EXPECT_EQ(study.run(formula, {.checkpoints = folder}), StudyEnd::finished);
  std::vector<std::string> left;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    left.push_back(entry.path().lexically_relative(folder));
  EXPECT_THAT(left, testing::UnorderedElementsAre("thesis.tex", "trial-0.safetensors.old", "trial-1",
                                                  "trial-1/data", "trial-99.safetensors"));
  const std::filesystem::path empty = scratch("empty");
  std::filesystem::create_directory(empty);
  const TestStudy other(small_study("sobol", "asha"));
  EXPECT_EQ(other.run(formula, {.checkpoints = empty}), StudyEnd::finished);
  EXPECT_TRUE(std::filesystem::is_empty(empty)) << "and the folder was there before";
}

TEST(Study, AMissingCheckpointOnlyCostsTime) {
  const StudyDefinition definition = small_study("sobol", "asha");
  const TestStudy study(definition);
  Formula formula;  // without a folder for checkpoints
  EXPECT_EQ(study.run(formula), StudyEnd::finished);
  const TestStudy kept(definition);
  EXPECT_EQ(kept.run(formula, {.checkpoints = scratch("other")}), StudyEnd::finished);
  EXPECT_EQ(study.content(), kept.content());
}

TEST(Study, StopsAtItsTotalOfEpochs) {
  StudyDefinition definition = small_study();
  definition.budget.total_epochs = 50;
  const std::vector<std::string> expected = undisturbed(definition);
  EXPECT_EQ(expected.size(), 6u) << "9 epochs each: five are not enough";
  const TestStudy study(definition);
  Formula formula;
  formula.sleep_microseconds = 2000;
  study.run(formula, {.jobs = 4});
  EXPECT_EQ(study.content(), expected);
}

TEST(Study, EndsWhenAFiniteSpaceIsTried) {
  StudyDefinition definition = small_study("grid", "asha");
  definition.space = Space({definition.space[1]});
  const std::vector<std::string> expected = undisturbed(definition);
  EXPECT_EQ(expected.size(), 3u) << "adam is the default";
  const TestStudy study(definition);
  Formula formula;
  formula.sleep_microseconds = 2000;
  EXPECT_EQ(study.run(formula, {.jobs = 4}), StudyEnd::finished);
  EXPECT_EQ(study.content(), expected);
}

TEST(Study, TakesWishesFirst) {
  const TestStudy study(small_study());
  const auto wish = [&](const std::string& params) {
    open_storage(study.url)->create_trial(
        study.id, {.state = TrialState::waiting, .system_attributes = {{"fixed_params", params}}});
  };
  wish(R"({"learning_rate": 0.02, "optimizer": "sgd", "momentum": 0.9, "weight_decay": 0.001})");
  wish(R"({"learning_rat": 0.02})");
  wish(R"({"learning_rate": 2.5, "optimizer": "adam"})");
  Formula formula;
  study.run(formula);
  const std::vector<std::string> trials = study.content();
  EXPECT_EQ(trials.size(), 20u);
  EXPECT_THAT(trials[1], HasSubstr("state 2"));
  EXPECT_THAT(trials[1], HasSubstr("learning_rate=0.02 momentum=0.9 optimizer=0"));
  EXPECT_THAT(trials[1], HasSubstr("\"weight_decay\":\"0.001\""));
  EXPECT_THAT(trials[2], HasSubstr("state 4"));
  EXPECT_THAT(trials[2], HasSubstr("learning_rat: no such hyperparameter (did you mean 'learning_rate'?)"));
  EXPECT_THAT(trials[3], HasSubstr("tailor:outside=[\"learning_rate\"]"));
  EXPECT_THAT(trials[3], HasSubstr("diverged as told"));
}

TEST(Study, FreeWorkersFinishToo) {
  for (const char* pruner : {"none", "asha", "one_epoch"}) {
    const TestStudy study(small_study("sobol", pruner));
    Formula formula;
    formula.sleep_microseconds = 2000;
    EXPECT_EQ(study.run(formula, {.jobs = 6, .queue = {.free = true}}), StudyEnd::finished);
    EXPECT_EQ(study.content().size(), 20u);
  }
}

// What another program adds is seen; what it fails from outside stays failed.
TEST(Study, ForeignTrialsAreObservations) {
  StudyDefinition definition = small_study("grid");
  definition.space = Space({definition.space[1]});
  const TestStudy study(definition);
  open_storage(study.url)->create_trial(
      study.id, {.state = TrialState::complete,
                 .values = {0.5},
                 .params = {make_param("optimizer", definition.space.distribution(0), 2)}});
  Formula formula;
  study.run(formula);
  EXPECT_EQ(study.content().size(), 3u) << "lion has been tried";
}

TEST(Study, GoesOnAfterItsSpaceChanged) {
  StudyDefinition definition = small_study();
  const TestStudy study(definition);
  Formula formula;
  study.run(formula);
  const std::vector<std::string> before = study.content();
  definition.budget.trials = 40;
  definition.fixed.clear();
  definition.space = Space(
      {{"learning_rate", {.low = 1e-3, .high = 10, .log = true}},
       {"optimizer",
        {.kind = Distribution::Kind::categorical, .choices = {std::string("lion"), std::string("sgd")}}},
       {"label_smoothing", {.low = 0, .high = 0.3}}});
  const auto storage = open_storage(study.url);
  change_definition(*storage, study.id, definition);
  EXPECT_EQ(study.run(formula), StudyEnd::finished);
  std::vector<std::string> after = study.content();
  ASSERT_EQ(after.size(), 40u);
  for (std::size_t i = 20; i < 40; ++i)
    EXPECT_THAT(after[i], ContainsRegex("label_smoothing=.* optimizer=[02]"));
  after.resize(20);
  EXPECT_EQ(after, before);

  StudyView view(study.id);
  storage->transaction([&] { view.refresh(*storage); });
  const std::span<const Observation> seen = view.observations(1000);
  EXPECT_EQ(seen[1].assignment[2], 0.1) << "what it was fixed at";
  EXPECT_EQ(seen[0].assignment[2], 0.0) << "the default";
  int below = 0, choices[3] = {};
  for (const TrialRecord& record : storage->get_trials(study.id)) {
    if (record.number == 0 || record.number >= 20) continue;
    const Assignment& now = seen[static_cast<std::size_t>(record.number)].assignment;
    EXPECT_EQ(now[0], record.param("learning_rate")->value);
    below += now[0] < 1e-3;
    const auto choice = static_cast<std::size_t>(record.param("optimizer")->value);
    ++choices[choice];
    if (choice == 1) {
      EXPECT_TRUE(std::isnan(now[1])) << "adam is gone";
    } else {
      EXPECT_EQ(now[1], choice == 0 ? 1 : 0) << "another index, the same choice";
    }
  }
  EXPECT_GT(below, 0) << "out of the narrower range, but known";
  EXPECT_THAT(choices, ::testing::Each(::testing::Gt(0)));
}

TEST(Study, SamplersSeeEveryEpochOfWhatHasEnded) {
  const TestStudy study(small_study("random", "asha"));
  Formula formula;
  study.run(formula);
  const auto storage = open_storage(study.url);
  StudyView view(study.id);
  storage->transaction([&] { view.refresh(*storage); });
  int pruned = 0;
  for (const Observation& o : view.observations(1000)) {
    if (o.state == Observation::State::failed) continue;
    ASSERT_EQ(o.curve.size(), static_cast<std::size_t>(o.step)) << o.number;
    EXPECT_EQ(o.curve.back(), o.value);
    EXPECT_EQ(o.curve.data(), view.trials()[static_cast<std::size_t>(o.number)].costs.data());
    pruned += o.state == Observation::State::pruned;
  }
  EXPECT_GT(pruned, 5);
}

TEST(Study, RefusesChangesThatMakeTrialsIncomparable) {
  const StudyDefinition definition = small_study();
  const TestStudy study(definition);
  const auto refused = [&](const std::string& reason, const auto& change) {
    StudyDefinition changed = definition;
    change(changed);
    const auto storage = open_storage(study.url);
    expect_error(ExitCode::usage, {reason}, [&] { change_definition(*storage, study.id, changed); });
  };
  refused("epochs", [](StudyDefinition& d) { d.budget.epochs = 3; });
  refused("seed", [](StudyDefinition& d) { d.seed = 3; });
  refused("lag", [](StudyDefinition& d) { d.lag = 3; });
  refused("images", [](StudyDefinition& d) { d.data.hash = "other"; });
  refused("split", [](StudyDefinition& d) { d.data.split_hash = "other"; });
  refused("folds = 0, now it is 5", [](StudyDefinition& d) { d.data.folds = 5; });
  refused("objective", [](StudyDefinition& d) { d.measure = Measure::validation_loss; });
  refused("architecture", [](StudyDefinition& d) { d.architecture = test::tiny_normalized_network(); });
  refused("'learning_rate'", [](StudyDefinition& d) {
    d.space = Space({{"learning_rate", {.low = 0.1, .high = 1}}});
  });
  refused("'optimizer'", [](StudyDefinition& d) {
    d.space = Space({{"optimizer",
                      {.kind = Distribution::Kind::categorical,
                       .choices = {std::string("sgd"), std::string("rmsprop")}}}});
  });
}

TEST(Study, DefinitionsSurviveTheDatabase) {
  const StudyDefinition definition = small_study("grid", "hyperband");
  const TestStudy study(definition);
  const StudyDefinition read = read_definition(*open_storage(study.url), study.id);
  EXPECT_EQ(to_json(read), to_json(definition));
  EXPECT_TRUE(read.space == definition.space);
}

TEST(Study, RefusesStudiesOfOthers) {
  const std::string url = test::new_database();
  const auto storage = open_storage(url);
  const StudyId id = storage->create_study("foreign", {Direction::minimize});
  Formula formula;
  expect_error(ExitCode::bad_input, {"foreign", "tailor tune"}, [&] { run_study(url, id, formula, {}); });
}

TEST(Study, RefusesOptionsOutOfRange) {
  const TestStudy study(small_study());
  Formula formula;
  const auto refused = [&](const StudyOptions& options, const std::string& word) {
    expect_error(ExitCode::usage, {word}, [&] { study.run(formula, options); });
  };
  refused({.jobs = 0}, "jobs");
  refused({.jobs = -4}, "jobs");
  refused({.jobs = 1'000'000}, "jobs");
  refused({.heartbeat = std::chrono::milliseconds(0)}, "heartbeat");
  refused({.queue = {.grace = std::chrono::milliseconds(0)}}, "grace");
  refused({.queue = {.most_deaths = 0}}, "most_deaths");
  refused({.queue = {.most_refusals = -1}}, "most_refusals");
}

// No thread can be started, or some of the many: one error, and nothing of the study is lost.
TEST(Study, ThreadsThatCannotBeStartedAreOneErrorAndHarmNoTrial) {
  const TestStudy study(small_study()), undisturbed(small_study());
  Formula formula;
  for (const int bits : {50, 45}) {
    const test::NoMoreThreads limit(std::size_t{1} << bits);
    expect_error(ExitCode::failed, {"cannot start another thread"}, [&] { study.run(formula, {.jobs = 8}); });
  }
  EXPECT_EQ(study.run(formula), StudyEnd::finished);
  EXPECT_EQ(undisturbed.run(formula), StudyEnd::finished);
  EXPECT_EQ(study.content().size(), undisturbed.content().size());
}

// Asked for as many tasks as can be at work together.
TEST(Study, WhatAMachineHasNoRoomForIsRefusedBeforeAnyTrial) {
  struct Large final : Formula {
    mutable int asked = 0;
    void check_room(int tasks) const override {
      asked = tasks;
      if (tasks > 2) throw failure("no room");
    }
  };
  StudyDefinition definition = small_study();
  definition.lag = 4;
  const TestStudy study(definition);
  Large large;
  expect_error(ExitCode::failed, {"no room"}, [&] { study.run(large, {.jobs = 16}); });
  EXPECT_EQ(large.asked, 4) << "the lag";
  expect_error(ExitCode::failed, {"no room"},
               [&] { study.run(large, {.jobs = 16, .queue = {.free = true}}); });
  EXPECT_EQ(large.asked, 16);
  EXPECT_EQ(study.run(large, {.jobs = 2}), StudyEnd::finished);
}

}  // namespace
}  // namespace tailor
