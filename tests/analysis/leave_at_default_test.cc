#include "tailor/analysis/leave_at_default.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "tune/spaces.h"

namespace tailor {
namespace {

constexpr double sd = 0.02, margin = 0.02;

// x0 decides nearly all; back at its default of 0.2, x1 costs `cost`, and not at all where x0 is bad, so that
// no mean over the whole space shows it; x2 costs nothing.
struct Simulated {
  double cost = 0;

  double merit(const Assignment& x) const {
    const double good = std::exp(-8 * (x[0] - 0.8) * (x[0] - 0.8));
    return 0.6 + 0.3 * good - cost * good * std::min(1.0, std::abs(x[1] - 0.8) / 0.6);
  }
};

struct Tally {
  int worse = 0, false_safe = 0, harmless = 0, safe = 0;
};

// Studies whose later half of trials stays near the best so far, as a sampler's do.
void simulate(Tally& tally, const Simulated& problem, int trials, Key key) {
  const Space space({{"x0", real(0, 1)}, {"x1", real(0, 1)}, {"x2", real(0, 1)}});
  const Assignment untuned = {0.2, 0.2, 0.2};
  Results results;
  std::size_t best = 0;
  for (std::uint64_t t = 0; t < static_cast<std::uint64_t>(trials); ++t) {
    Assignment x = draw_uniform(space, key.with(t));
    if (t > static_cast<std::uint64_t>(trials) / 2)
      for (std::size_t i = 0; i < 3; ++i)
        x[i] = std::clamp(results.settings[best][i] + 0.3 * (x[i] - 0.5), 0.0, 1.0);
    results.values.push_back(problem.merit(x) + sd * key.with(t).with(1).normal(0));
    results.settings.push_back(std::move(x));
    if (results.values.back() > results.values[best]) best = t;
  }
  const std::vector<std::size_t> safe =
      leave_at_default(space, results, results.settings[best], untuned, margin);
  for (std::size_t i = 0; i < 3; ++i) {
    Assignment back = results.settings[best];
    back[i] = untuned[i];
    const bool worse = problem.merit(results.settings[best]) - problem.merit(back) >= margin,
               named = std::find(safe.begin(), safe.end(), i) != safe.end();
    (worse ? tally.worse : tally.harmless) += 1;
    (worse ? tally.false_safe : tally.safe) += named;
  }
}

TEST(LeaveAtDefault, AtMostOneInTwentyThatCostsTheMarginIsCalledSafe) {
  Tally tally;
  for (const double cost : {0.0, 0.021, 0.03, 0.05})
    for (std::uint64_t s = 0; s < 12; ++s) simulate(tally, {cost}, 50, Key(s).with(7));
  EXPECT_GT(tally.worse, 60);
  EXPECT_LE(tally.false_safe, tally.worse / 20) << "of " << tally.worse;
  EXPECT_GT(tally.safe, 0) << "of " << tally.harmless;
}

TEST(LeaveAtDefault, FewTrialsTellNothing) {
  const Space space({{"x0", real(0, 1)}});
  Results results;
  for (std::uint64_t t = 0; t < 9; ++t) {
    results.settings.push_back({0.1 * static_cast<double>(t)});
    results.values.push_back(0.5 + 0.001 * Key(t).normal(0));
  }
  EXPECT_TRUE(leave_at_default(space, results, {0.8}, {0.1}, 0.1).empty());
}

// Nothing was tried near the default: equality there is a guess.
TEST(LeaveAtDefault, WhatWasNotTriedIsNotSafe) {
  const Space space({{"x0", real(0, 1)}, {"x1", real(0, 1)}});
  Results results;
  for (std::uint64_t t = 0; t < 60; ++t) {
    Assignment x = draw_uniform(space, Key(t));
    x[1] = 0.8 + 0.2 * x[1];
    results.values.push_back(0.6 + 0.3 * x[0] + sd * Key(t).with(1).normal(0));
    results.settings.push_back(std::move(x));
  }
  EXPECT_TRUE(leave_at_default(space, results, {0.98, 0.9}, {0.9, 0.05}, margin).empty());
}

}  // namespace
}  // namespace tailor
