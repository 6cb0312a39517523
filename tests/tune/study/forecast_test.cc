#include "tailor/tune/study/forecast.h"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "tune/studies.h"

namespace tailor {
namespace {

using test::Formula;
using test::small_study;
using test::TestStudy;

struct Foreseen {
  double to_go = 0;
  std::int64_t trained = 0;
};

Foreseen foresee(const TestStudy& study) {
  const auto storage = open_storage(study.url);
  StudyView view(study.id);
  storage->transaction([&] { view.refresh(*storage); });
  return {epochs_to_go(view), view.counts().epochs};
}

void run_some(const TestStudy& study, int epochs) {
  Formula formula;
  study.run(formula, {.jobs = 1}, {.stop = [&] { return formula.epochs_run >= epochs; }});
}

StudyDefinition definition(const std::string& pruner) {
  StudyDefinition d = small_study("random", pruner);
  d.budget.trials = 30;
  return d;
}

class EveryForecast : public testing::TestWithParam<const char*> {};

TEST_P(EveryForecast, IsNearWhatIsTrainedThen) {
  double to_go = 0, trained = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    StudyDefinition d = definition(GetParam());
    d.seed = seed;
    const TestStudy study(d);
    run_some(study, 45);
    const Foreseen then = foresee(study);
    ASSERT_GT(then.trained, 10);
    Formula formula;
    study.run(formula, {.jobs = 1});
    const Foreseen end = foresee(study);
    EXPECT_EQ(end.to_go, 0);
    to_go += then.to_go;
    trained += static_cast<double>(end.trained - then.trained);
  }
  ASSERT_GT(trained, 100);
  EXPECT_NEAR(to_go / trained, 1, 0.15);
}

INSTANTIATE_TEST_SUITE_P(Forecast, EveryForecast,
                         testing::Values("none", "median", "asha", "hyperband", "one_epoch"),
                         [](const auto& name) { return std::string(name.param); });

TEST(Forecast, KnowsThePrunerBeforeThereAreResults) {
  EXPECT_EQ(foresee(TestStudy(definition("none"))).to_go, 30 * 9);
  // The untuned defaults run to the end anyway; of all, the best tenth does.
  const double one_epoch = foresee(TestStudy(definition("one_epoch"))).to_go;
  EXPECT_GE(one_epoch, 9 + 29 + 2 * 8);
  EXPECT_LE(one_epoch, 9 + 29 + 3 * 8);
}

TEST(Forecast, EndsWithTheTotalOfEpochs) {
  StudyDefinition d = definition("none");
  d.budget.total_epochs = 50;
  const TestStudy study(d);
  Formula formula;
  const double to_go = foresee(study).to_go;
  study.run(formula, {.jobs = 1});
  EXPECT_EQ(to_go, static_cast<double>(foresee(study).trained));
}

TEST(Forecast, OfManyTrialsTakesTheMean) {
  StudyDefinition d = definition("none");
  d.budget.trials = 1000;
  const TestStudy study(d);
  EXPECT_EQ(foresee(study).to_go, 0) << "nothing is known yet";
  run_some(study, 20);
  EXPECT_NEAR(foresee(study).to_go, 9000, 50);
  d.budget.total_epochs = 50;
  change_definition(*open_storage(study.url), study.id, d);
  const Foreseen then = foresee(study);
  EXPECT_EQ(then.to_go, static_cast<double>(50 - then.trained));
}

}  // namespace
}  // namespace tailor
