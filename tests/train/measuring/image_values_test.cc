// Metrics of a few images by hand, and each image's share in them against leaving the image out.
#include "tailor/train/measuring/image_values.h"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "tailor/base/error.h"
#include "tailor/train/measuring/temperature.h"
#include "train/measuring/made_up_predictions.h"

namespace tailor {
namespace {

// Of three classes, the predicted one with logit 2 and the others 0.
Predictions said(const std::vector<std::pair<int, int>>& label_and_predicted) {
  Predictions p{3, {}, {}};
  for (const auto& [label, predicted] : label_and_predicted) {
    p.labels.push_back(label);
    for (int c = 0; c < 3; ++c) p.logits.push_back(c == predicted ? 2.0f : 0.0f);
  }
  return p;
}

double value(Metric metric, const Predictions& p) { return image_values(metric, p).value; }

TEST(ImageValues, AreTheMetricsThatOneCountsByHand) {
  // Class 0: 3 of 4 right, one taken for 1; class 1: 1 of 2, one taken for 0; class 2: none at all.
  const Predictions p = said({{0, 0}, {0, 0}, {0, 0}, {0, 1}, {1, 1}, {1, 0}});
  EXPECT_DOUBLE_EQ(value(Metric::accuracy, p), 4.0 / 6);
  EXPECT_DOUBLE_EQ(value(Metric::balanced_accuracy, p), (0.75 + 0.5) / 2);
  EXPECT_DOUBLE_EQ(value(Metric::macro_f1, p), (6.0 / 8 + 2.0 / 4) / 2);
  EXPECT_DOUBLE_EQ(value(Metric::worst_recall, p), 0.5);
  const double stated = std::exp(2) / (std::exp(2) + 2);
  EXPECT_NEAR(value(Metric::loss, p), (4 * -std::log(stated) + 2 * -std::log((1 - stated) / 2)) / 6, 1e-6);
  EXPECT_NEAR(value(Metric::calibration_error, p), std::abs(stated - 4.0 / 6), 1e-6);
}

TEST(ImageValues, AClassThatIsPredictedButNeverThereCountsInF1AndNotInRecalls) {
  const Predictions p = said({{0, 0}, {0, 2}, {1, 1}});
  EXPECT_DOUBLE_EQ(value(Metric::macro_f1, p), (2.0 / 3 + 1 + 0) / 3);
  EXPECT_DOUBLE_EQ(value(Metric::balanced_accuracy, p), 0.75);
}

TEST(ImageValues, TheAreaIsTheShareOfPairsInOrder) {
  const Predictions p = draw({{0.5, 0.3, 0.2}, {1, 0.5, 0.2}}, 150, 3);
  double sum = 0;
  for (std::size_t c = 0; c < 3; ++c) {
    double pairs = 0, in_order = 0;
    const auto score = [&](std::size_t i) { return p.of(i)[c] - log_sum_exp(p.of(i)); };
    for (std::size_t i = 0; i < p.count(); ++i)
      for (std::size_t k = 0; k < p.count(); ++k)
        if (p.labels[i] == static_cast<int>(c) && p.labels[k] != static_cast<int>(c))
          pairs += 1, in_order += score(i) > score(k) ? 1 : score(i) == score(k) ? 0.5 : 0;
    sum += in_order / pairs / 3;
  }
  EXPECT_NEAR(value(Metric::auc, p), sum, 1e-12);
  EXPECT_DOUBLE_EQ(value(Metric::auc, said({{0, 0}, {1, 0}, {2, 0}})), 0.5);  // all tied
  EXPECT_TRUE(std::isnan(value(Metric::auc, said({{1, 1}, {1, 0}}))));        // nothing to tell apart
}

TEST(ImageValues, HaveTheMetricAsTheirMeanAndTellWhatLeavingAnImageOutDoes) {
  const Predictions all = draw({{0.5, 0.3, 0.2}, {2, 1.5, 1}, 2}, 400, 5);
  const auto n = static_cast<double>(all.count());
  for (const MetricInfo& m : metrics) {
    const MetricValues values = image_values(m.metric, all);
    ASSERT_EQ(values.of_image.size(), all.count());
    EXPECT_NEAR(std::accumulate(values.of_image.begin(), values.of_image.end(), 0.0) / n, values.value, 1e-12)
        << m.name;
    for (std::size_t out = 0; out < 40; ++out) {
      Predictions others = all;
      others.labels.erase(others.labels.begin() + static_cast<long>(out));
      others.logits.erase(others.logits.begin() + static_cast<long>(3 * out),
                          others.logits.begin() + static_cast<long>(3 * out + 3));
      const double left_out = n * values.value - (n - 1) * value(m.metric, others);
      EXPECT_NEAR(values.of_image[out], left_out, 0.08) << m.name << ", image " << out;
    }
  }
}

TEST(ImageValues, APerfectNetworkHasExactlyOneAndAHopelessOneNothing) {
  const Predictions perfect = said({{0, 0}, {1, 1}, {2, 2}, {0, 0}});
  for (const Metric m :
       {Metric::accuracy, Metric::balanced_accuracy, Metric::macro_f1, Metric::worst_recall, Metric::auc})
    EXPECT_EQ(value(m, perfect), 1) << info(m).name;
  const Predictions one_class = said({{0, 0}, {1, 0}, {2, 0}});
  for (const Metric m :
       {Metric::accuracy, Metric::balanced_accuracy, Metric::macro_f1, Metric::worst_recall, Metric::auc})
    EXPECT_DOUBLE_EQ(value(m, one_class), guessing_value(m, 3)) << info(m).name;
}

TEST(Temperature, GivesBackThatOfANetworkThatIsTooSure) {
  // Gaussian logits of unit deviation that stand out by d state their probabilities rightly when multiplied by d.
  for (const double factor : {0.5, 1.0, 3.0}) {
    Predictions p = draw({{0.4, 0.3, 0.3}, {1.5, 1.5, 1.5}, 1.5 * factor}, 20000, 7);
    // Up to unequal shares, which no temperature can mend.
    const double t = best_temperature(p);
    EXPECT_NEAR(t / factor, 1, 0.06);
    const double loss = value(Metric::loss, p), error = value(Metric::calibration_error, p);
    divide_logits(p, t);
    EXPECT_LE(value(Metric::loss, p), loss + 1e-9);
    if (factor > 2) {
      EXPECT_LT(value(Metric::calibration_error, p), 0.3 * error);
    }
  }
  EXPECT_EQ(best_temperature(said({{0, 0}, {1, 1}})), least_temperature);  // never wrong: as sure as can be
  EXPECT_EQ(best_temperature(said({{0, 1}, {1, 0}})), most_temperature);
}

TEST(Metrics, HaveOneTableAndNamesThatAreFoundInIt) {
  for (const MetricInfo& m : metrics) {
    EXPECT_EQ(&info(m.metric), &m);
    EXPECT_EQ(metric_of_objective(m.objective, "x"), m.metric);
  }
  try {
    metric_of_objective("macro_f", "--objective");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("macro_f1"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace tailor
