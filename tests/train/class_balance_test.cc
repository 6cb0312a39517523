#include "tailor/train/class_balance.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tailor {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::IsEmpty;

TEST(ClassCosts, AreInverseToNumbersAndOneOnTheMean) {
  const std::vector<std::int64_t> counts = {10, 0, 30, 60};
  EXPECT_THAT(class_costs("none", 0.9, counts), IsEmpty());
  // scikit-learn: images / (classes that occur * n)
  EXPECT_THAT(class_costs("balanced", 0.9, counts),
              ElementsAre(FloatNear(100.0f / 30, 1e-5f), 0, FloatNear(100.0f / 90, 1e-5f),
                          FloatNear(100.0f / 180, 1e-5f)));
  const std::vector<float> effective = class_costs("effective", 0.9, counts);
  const auto number = [](double n) { return (1 - std::pow(0.9, n)) / (1 - 0.9); };
  EXPECT_NEAR(effective[0] / effective[3], number(60) / number(10), 1e-5);
  EXPECT_NEAR((10 * effective[0] + 30 * effective[2] + 60 * effective[3]) / 100, 1, 1e-6);
  EXPECT_THAT(class_costs("effective", 0, counts),
              ElementsAre(1, 0, 1, 1));  // every class has one image in effect
}

TEST(BalancedOrder, HasEachClassAsOften) {
  // 3 images of class 0, 1 of class 1, 40 of class 4, in a set of 60.
  std::vector<std::uint16_t> label(60, 9);
  std::vector<std::uint32_t> indices;
  for (std::uint32_t i = 0; i < 44; ++i) {
    indices.push_back(i + 10);
    label[i + 10] = i < 3 ? 0 : i < 4 ? 1 : 4;
  }
  std::vector<std::uint32_t> order, again;
  balanced_order(indices, label, Key(1), order);
  ASSERT_EQ(order.size(), 44u);
  std::map<int, int> of_class;
  std::map<std::uint32_t, int> of_image;
  for (const std::uint32_t index : order) ++of_class[label[index]], ++of_image[index];
  EXPECT_EQ(of_class.size(), 3u);
  for (const auto& [c, n] : of_class) EXPECT_NEAR(n, 44 / 3.0, 1) << "class " << c;
  for (std::uint32_t i = 10; i < 13; ++i)
    EXPECT_NEAR(of_image[i], 5, 1) << "each image of a small class in turn";
  for (std::uint32_t i = 14; i < 54; ++i) EXPECT_LE(of_image[i], 1) << "none of a large class twice";
  balanced_order(indices, label, Key(1), again);
  EXPECT_EQ(again, order);
  balanced_order(indices, label, Key(2), again);
  EXPECT_NE(again, order);
}

}  // namespace
}  // namespace tailor
