#include "tailor/report/measure_text.h"

#include <cmath>

#include <gtest/gtest.h>

namespace tailor {
namespace {

const MeasureText accuracy(Measure::best_validation_accuracy), loss(Measure::validation_loss);

TEST(MeasureText, AccuraciesArePerCentAndTheirDifferencesPoints) {
  EXPECT_EQ(accuracy.value(0.9421), "94.21 %");
  EXPECT_EQ(accuracy.value({0.9421, 0.94, 0.944}), "94.21 % (94.00-94.40)");
  EXPECT_EQ(accuracy.narrow({0.9421, 0.94, 0.944}), "94.21 (94.00-94.40)");
  EXPECT_EQ(accuracy.change({0.0142, -0.01, 0.018}), "+1.42 (-1.00 to +1.80)");
  EXPECT_EQ(accuracy.told_difference({0.0142, 0.01, 0.018}),
            "1.42 percentage points (95 % interval 1.00 to 1.80)");
  EXPECT_STREQ(accuracy.unit(), "points");
  EXPECT_EQ(accuracy.with_unit("+1.42"), "+1.42 points");
}

TEST(MeasureText, TiesAreRoundedAwayFromZeroWhateverTheirLastBit) {
  for (const double v : {0.01255, 0.012549999999999999, 0.0125500000000000016}) {
    EXPECT_EQ(accuracy.change(v), "+1.26");
    EXPECT_EQ(accuracy.change(-v), "-1.26");
    EXPECT_EQ(accuracy.told_difference(v), "1.26 percentage points");
  }
  EXPECT_EQ(accuracy.change(0.0), "+0.00");
}

TEST(MeasureText, LossesAreWrittenAsTheyAre) {
  EXPECT_EQ(loss.value(0.269241), "0.2692");
  EXPECT_EQ(loss.value({0.2692, 0.26, 0.28}), "0.2692 (0.2600-0.2800)");
  EXPECT_EQ(loss.change(-0.0142), "-0.0142");
  EXPECT_EQ(loss.told_difference(0.0142), "0.0142");
  EXPECT_STREQ(loss.unit(), "");
  EXPECT_EQ(loss.with_unit("-0.0142"), "-0.0142");
}

TEST(MeasureText, WhatIsNotKnownIsADash) {
  EXPECT_EQ(accuracy.value(NAN), "-");
  EXPECT_EQ(accuracy.value(Estimate{}), "-");
  EXPECT_EQ(loss.change(Estimate{}), "-");
  EXPECT_EQ(accuracy.value(Estimate{.estimate = 0.5}), "50.00 %");
  EXPECT_EQ(accuracy.change(Estimate{.estimate = 0.5}), "+50.00");
  EXPECT_EQ(percent(NAN), "-");
  EXPECT_EQ(percent(0.456), "46 %");
}

}  // namespace
}  // namespace tailor
