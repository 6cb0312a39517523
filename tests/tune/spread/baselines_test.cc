// Baselines that a study knows by itself: what was fixed by hand, and the default at its best length.
#include "tailor/tune/spread/baselines.h"

#include <gtest/gtest.h>

#include "tune/studies.h"

namespace tailor {
namespace {

using test::small_study;
using test::TestStudy;

// Whose default has this curve: accuracies, or losses.
class Curve : public Objective {
 public:
  explicit Curve(std::vector<double> values) : values_(std::move(values)) {}

  ObjectiveResult run(const ObjectiveTask& task, const std::function<bool(int, double)>& report,
                      const std::function<bool()>&) override {
    for (int epoch = task.from + 1; epoch <= task.to; ++epoch)
      report(epoch, values_[static_cast<std::size_t>(epoch) - 1]);
    return ObjectiveEnd::complete;
  }

 private:
  const std::vector<double> values_;
};

std::optional<int> best_length_of(std::vector<double> curve, Measure measure) {
  StudyDefinition d = small_study();
  d.measure = measure;
  d.budget = {.trials = 1, .epochs = static_cast<int>(curve.size())};
  const TestStudy study(d);
  Curve objective(std::move(curve));
  study.run(objective);
  const auto storage = open_storage(study.url);
  StudyView view(study.id);
  storage->transaction([&] { view.refresh(*storage); });
  return best_length(view);
}

TEST(Baselines, ByHandIsTheDefaultWithWhatIsFixed) {
  StudyDefinition d = small_study();
  EXPECT_EQ(by_hand_settings(d), (SettingTexts{{"label_smoothing", "0.1"}}));
  d.fixed = {{"label_smoothing", "0"}};  // the default's own value
  EXPECT_TRUE(by_hand_settings(d).empty());
}

TEST(Baselines, TheBestLengthIsWhereTheDefaultWasBest) {
  const std::vector<double> curve = {0.1, 0.5, 0.7, 0.7, 0.6};
  EXPECT_EQ(best_length_of(curve, Measure::validation_accuracy), 3);
  EXPECT_EQ(best_length_of(curve, Measure::validation_loss), 1);
  EXPECT_EQ(best_length_of({0.5, 0.4, 0.9}, Measure::validation_accuracy), std::nullopt);
  EXPECT_EQ(best_length_of(curve, Measure::best_validation_accuracy), std::nullopt);
}

TEST(Baselines, AStudyWithoutItsDefaultHasNoBestLength) {
  const TestStudy study(small_study());
  const auto storage = open_storage(study.url);
  StudyView view(study.id);
  storage->transaction([&] { view.refresh(*storage); });
  EXPECT_EQ(best_length(view), std::nullopt);
}

}  // namespace
}  // namespace tailor
