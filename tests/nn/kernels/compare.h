// What the kernels' tests share: every supported instruction set in turn, reproducible data, comparisons that
// treat NaN as a value, and numeric derivatives.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include "tailor/base/random.h"

namespace tailor::kernels {

// Calls f() with the fast kernels on each instruction set that this CPU has, the baseline included.
template <class Function>
void for_each_target(Function f) {
  const std::int64_t supported = hwy::SupportedTargets();
  constexpr std::int64_t targets[] = {HWY_AVX3, HWY_AVX2, HWY_NEON, 0};
  for (const std::int64_t target : targets) {
    if (target != 0 && (supported & target) == 0) continue;
    SCOPED_TRACE(target == 0 ? "baseline" : hwy::TargetName(target));
    hwy::GetChosenTarget().Update(target);
    f();
  }
  hwy::GetChosenTarget().Update(supported);
}

// Standard normal values, a share of them exactly zero.
template <class Real = float>
std::vector<Real> random_values(std::size_t n, std::uint64_t seed, double zeros = 0, double scale = 1) {
  const Key key = Key(seed).with(Purpose::sample);
  std::vector<Real> values(n);
  for (std::size_t i = 0; i < n; ++i)
    values[i] = key.with(1).uniform(i) < zeros ? Real{0} : static_cast<Real>(scale * key.normal(i));
  return values;
}

// Each value within tolerance * max(|expected|, floor); NaN where and only where NaN is expected.
inline void expect_close(const std::vector<float>& actual, const std::vector<float>& expected,
                         double tolerance, double floor = 1) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    if (std::isnan(expected[i]) || std::isinf(expected[i])) {
      ASSERT_EQ(std::isnan(actual[i]), std::isnan(expected[i])) << "at " << i << ": " << actual[i];
      if (std::isinf(expected[i])) {
        ASSERT_EQ(actual[i], expected[i]) << "at " << i;
      }
    } else {
      const double allowed = tolerance * std::fmax(std::fabs(expected[i]), floor);
      ASSERT_NEAR(actual[i], expected[i], allowed) << "at " << i;
    }
  }
}

// Checks `gradient` of the scalar function f of `at` by central differences in double.
template <class Function>
void expect_gradient(const std::vector<double>& gradient, std::vector<double> at, Function f,
                     double step = 1e-5, double tolerance = 1e-6) {
  ASSERT_EQ(gradient.size(), at.size());
  for (std::size_t i = 0; i < at.size(); ++i) {
    const double x = at[i];
    at[i] = x + step;
    const double above = f(at);
    at[i] = x - step;
    const double below = f(at);
    at[i] = x;
    ASSERT_NEAR(gradient[i], (above - below) / (2 * step), tolerance * std::fmax(1.0, std::fabs(gradient[i])))
        << "at " << i;
  }
}

inline double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace tailor::kernels
