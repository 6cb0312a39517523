// The TPE sampler in studies: it learns, it keeps away from running trials, and it stays fast.
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tailor/tune/samplers/samplers.h"
#include "tune/spaces.h"

namespace tailor {
namespace {

using State = Observation::State;

double mean_of_last(const std::vector<Observation>& history, std::size_t n) {
  double sum = 0;
  for (std::size_t i = history.size() - n; i < history.size(); ++i) sum += history[i].value;
  return sum / static_cast<double>(n);
}

double bowl(const Assignment& x) {
  return std::pow(std::log10(x[0]) + 2, 2) + std::pow((x[1] - 7) / 4, 2) + (x[2] == 1 ? 0 : 2);
}

TEST(Tpe, LearnsWhereTheGoodSettingsAre) {
  const Space space({{"rate", log_real(1e-4, 1)}, {"n", integer(1, 20)}, {"kind", choice({"a", "b", "c"})}});
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const std::unique_ptr<Sampler> sampler = make_sampler("tpe");
    std::vector<Observation> history;
    for (int number = 0; number < 60; ++number) {
      const Assignment x = *sampler->propose(space, history, number, Key(seed));
      history.push_back({number, x, State::complete, bowl(x), -1});
    }
    EXPECT_LT(mean_of_last(history, 20), 2.0) << seed;  // 5.5 on average for uniform draws
  }
}

TEST(Tpe, RunningTrialsKeepOthersAway) {
  const Space space({{"x", real(0, 1)}});
  std::vector<Observation> history;
  for (int i = 0; i < 40; ++i) {
    const double x = i / 40.0;
    history.push_back({i, {x}, State::complete, std::abs(x - 0.5), -1});
  }
  double alone = 0, beside = 0;
  std::vector<Observation> crowded = history;
  for (int i = 40; i < 60; ++i) crowded.push_back({i, {0.5}, State::running, none, -1});
  for (int number = 60; number < 100; ++number) {
    alone += std::abs((*make_sampler("tpe")->propose(space, history, number, Key(1)))[0] - 0.5);
    beside += std::abs((*make_sampler("tpe")->propose(space, crowded, number, Key(1)))[0] - 0.5);
  }
  EXPECT_LT(alone * 2, beside);
}

TEST(Tpe, FailedTrialsAreBadAndPrunedOnesCountByHowFarTheyCame) {
  // Everything above 0.5 fails, so nothing is known there but that.
  const Space space({{"x", real(0, 1)}});
  std::vector<Observation> failing, pruned;
  for (int i = 0; i < 60; ++i) {
    const double x = i / 60.0;
    failing.push_back({i, {x}, x > 0.5 ? State::failed : State::complete, x > 0.5 ? none : 0.1, -1});
    pruned.push_back({i, {x}, State::pruned, 1, static_cast<int>(100 * x)});
  }
  int low = 0, far = 0;
  for (int number = 60; number < 100; ++number) {
    low += (*make_sampler("tpe")->propose(space, failing, number, Key(1)))[0] <= 0.55;
    far += (*make_sampler("tpe")->propose(space, pruned, number, Key(1)))[0] > 0.75;
  }
  EXPECT_GT(low, 36);
  EXPECT_GT(far, 36);
}

TEST(Tpe, LongStudiesAreRepresentedByAPart) {
  const Space space = mixed_space();
  std::vector<Observation> history;
  for (int i = 0; i < 20000; ++i) {
    const Assignment x = draw_uniform(space, Key(static_cast<std::uint64_t>(i)));
    history.push_back({i, x, State::complete, std::abs(std::log10(x[0]) + 3), -1});
  }
  for (int number = 20000; number < 20020; ++number) {
    const Assignment x = *make_sampler("tpe")->propose(space, history, number, Key(1));
    EXPECT_TRUE(space.contains(x));
    EXPECT_NEAR(std::log10(x[0]), -3, 0.5);
  }
}

}  // namespace
}  // namespace tailor
