#include "tailor/math/minimize.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace tailor {
namespace {

double rosenbrock(std::span<const double> x, std::span<double> gradient) {
  const double a = 1 - x[0], b = x[1] - x[0] * x[0];
  gradient[0] = -2 * a - 400 * x[0] * b;
  gradient[1] = 200 * b;
  return a * a + 100 * b * b;
}

TEST(Minimize, FindsTheEndOfACurvedValley) {
  std::vector<double> x = {-1.2, 1};
  const std::vector<double> low = {-5, -5}, high = {5, 5};
  EXPECT_LT(minimize(rosenbrock, x, low, high, {.evaluations = 200, .tolerance = 1e-8}), 1e-10);
  EXPECT_NEAR(x[0], 1, 1e-5);
  EXPECT_NEAR(x[1], 1, 1e-5);
}

TEST(Minimize, StaysInTheBox) {
  std::vector<double> x = {-1.2, 1};
  const std::vector<double> low = {-2, -2}, high = {0.5, 2};
  minimize(rosenbrock, x, low, high, {.evaluations = 200, .tolerance = 1e-8});
  EXPECT_EQ(x[0], 0.5);
  EXPECT_NEAR(x[1], 0.25, 1e-5);
}

TEST(Minimize, TurnsBackFromWhereThereIsNoValue) {
  const auto f = [](std::span<const double> x, std::span<double> gradient) {
    gradient[0] = 1 - 1 / x[0];
    return x[0] <= 0 ? std::numeric_limits<double>::infinity() : x[0] - std::log(x[0]);
  };
  std::vector<double> x = {8};
  const std::vector<double> low = {-10}, high = {10};
  minimize(f, x, low, high, {.evaluations = 100, .tolerance = 1e-8});
  EXPECT_NEAR(x[0], 1, 1e-6);
}

TEST(Minimize, ReturnsTheBestPointWhenTimeIsUp) {
  std::vector<double> x = {-1.2, 1}, gradient(2);
  const std::vector<double> low = {-5, -5}, high = {5, 5};
  const double before = rosenbrock(x, gradient);
  const double after = minimize(rosenbrock, x, low, high, {.evaluations = 10});
  EXPECT_LT(after, before);
  EXPECT_EQ(after, rosenbrock(x, gradient));
}

}  // namespace
}  // namespace tailor
