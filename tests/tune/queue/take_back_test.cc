// Studies that get longer, after their end or by the way: they are the longer study, bit for bit.
#include "tailor/tune/queue/take_back.h"

#include <initializer_list>

#include <gtest/gtest.h>

#include "tune/studies.h"

namespace tailor {
namespace {

using test::Formula;
using test::small_study;
using test::TestStudy;

std::vector<std::string> undisturbed(const StudyDefinition& definition) {
  const TestStudy study(definition);
  Formula formula;
  EXPECT_EQ(study.run(formula), StudyEnd::finished);
  return study.content();
}

// A study of 12 trials that gets 24 is the study of 24, whatever it did at its end.
void expect_longer_is_the_same(const char* sampler, const char* pruner, std::initializer_list<int> workers) {
  StudyDefinition definition = small_study(sampler, pruner);
  definition.budget.trials = 24;
  const std::vector<std::string> expected = undisturbed(definition);
  for (const int jobs : workers) {
    definition.budget.trials = 12;
    const TestStudy study(definition);
    Formula formula;
    formula.sleep_microseconds = jobs > 1 ? 300 : 0;
    const StudyOptions options{.jobs = jobs, .checkpoints = scratch("extended")};
    EXPECT_EQ(study.run(formula, options), StudyEnd::finished);
    const auto storage = open_storage(study.url);
    for (const int trials : {15, 24}) {
      change_definition(*storage, study.id, [&](StudyDefinition d) {
        d.budget.trials = trials;
        return d;
      });
      EXPECT_EQ(study.run(formula, options), StudyEnd::finished);
    }
    EXPECT_EQ(study.content(), expected) << sampler << " " << pruner << " " << jobs;
  }
}

TEST(TakeBack, AnExtendedOneIsTheLongerOneWithEverySampler) {
  for (const char* sampler : {"tpe", "gp", "grid"}) expect_longer_is_the_same(sampler, "asha", {2});
}

TEST(TakeBack, AnExtendedOneIsTheLongerOneWithEveryPruner) {
  for (const char* pruner : {"none", "median", "asha", "hyperband", "one_epoch"})
    expect_longer_is_the_same("sobol", pruner, {1, 3});
}

TEST(TakeBack, AnExtendedOneTellsWhatItTookBack) {
  const TestStudy study(small_study("sobol", "asha"));
  Formula formula;
  study.run(formula);
  const auto storage = open_storage(study.url);
  const auto longer = [](int trials) {
    return [trials](StudyDefinition d) {
      d.budget.trials = trials;
      return d;
    };
  };
  const std::int64_t pruned = storage->count_trials(study.id).pruned;
  ASSERT_GT(pruned, 0);
  EXPECT_EQ(change_definition(*storage, study.id, longer(15)), 0);
  EXPECT_EQ(storage->count_trials(study.id).pruned, pruned);
  EXPECT_EQ(change_definition(*storage, study.id, longer(20)), 0) << "its trials were made, and more";
  EXPECT_GE(change_definition(*storage, study.id, longer(21)), pruned);
  EXPECT_EQ(storage->count_trials(study.id).pruned, 0);
}

TEST(TakeBack, AnExtendedTotalOfEpochsIsTheLargerOne) {
  StudyDefinition definition = small_study("tpe", "asha");
  definition.budget.total_epochs = 70;
  const std::vector<std::string> expected = undisturbed(definition);
  definition.budget.total_epochs = 40;
  const TestStudy study(definition);
  Formula formula;
  study.run(formula);
  change_definition(*open_storage(study.url), study.id, [](StudyDefinition d) {
    d.budget.total_epochs = 70;
    return d;
  });
  study.run(formula);
  EXPECT_EQ(study.content(), expected);
}

// While others work on its end.
TEST(TakeBack, AStudyThatIsExtendedByTheWayIsTheLongerOne) {
  StudyDefinition definition = small_study("tpe", "asha");
  definition.budget.trials = 40;
  const std::vector<std::string> expected = undisturbed(definition);
  definition.budget.trials = 20;
  const TestStudy study(definition);
  const auto storage = open_storage(study.url);
  Formula formula;
  formula.sleep_microseconds = 2000;
  int trials = 20, late = 0;
  const auto extend = [&](const JobReport&) {
    const bool all_made = storage->count_trials(study.id).total() >= trials;
    if (!all_made || ++late % 3 != 0 || trials == 40) return;
    change_definition(*storage, study.id, [&](StudyDefinition d) {
      d.budget.trials = trials += 4;
      return d;
    });
  };
  for (;;) {
    study.run(formula, {.jobs = 3}, {.ended = extend});
    if (trials == 40) break;
    late = 2;
    extend({});
  }
  EXPECT_EQ(study.content(), expected);
}

// Results that workers with --free had are not taken from them.
TEST(TakeBack, AFreeOneJustGoesOn) {
  const TestStudy study(small_study("sobol", "asha"));
  Formula formula;
  study.run(formula, {.queue = {.free = true}});
  const std::vector<std::string> before = study.content();
  change_definition(*open_storage(study.url), study.id, [](StudyDefinition d) {
    d.budget.trials = 30;
    return d;
  });
  study.run(formula, {.queue = {.free = true}});
  std::vector<std::string> after = study.content();
  ASSERT_EQ(after.size(), 30u);
  after.resize(20);
  EXPECT_EQ(after, before);
}

}  // namespace
}  // namespace tailor
