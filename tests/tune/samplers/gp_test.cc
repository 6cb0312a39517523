// The GP sampler with its encoding and warping: it learns in mixed and conditional spaces, with noise, and
// beside running, pruned and failed trials.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "tailor/math/warping.h"
#include "tailor/tune/samplers/gp_encoding.h"
#include "tailor/tune/samplers/samplers.h"
#include "tune/spaces.h"

namespace tailor {
namespace {

using State = Observation::State;

TEST(Warping, KeepsTheOrderAndTamesTheTail) {
  const std::vector<double> values = {0.3, 0.1, 0.2, 0.4, 1e9, 0.15, 0.4, 7};
  const std::vector<double> y = warp(values);
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    sum += y[i], squares += y[i] * y[i];
    for (std::size_t j = 0; j < y.size(); ++j) {
      EXPECT_EQ(values[i] < values[j], y[i] < y[j]) << i << " " << j;
    }
  }
  EXPECT_NEAR(sum, 0, 1e-12);
  EXPECT_NEAR(squares, 8, 1e-12);
  EXPECT_LT(y[4], 2.5);
  EXPECT_NEAR(y[1] - y[5], y[5] - y[2], 1e-12);  // the better half keeps its distances
}

TEST(Warping, DoesNotDependOnTheUnit) {
  const std::vector<double> y = warp(std::vector<double>{3, 1, 2, 5}),
                            z = warp(std::vector<double>{-94, -98, -96, -90});
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(y[i], z[i], 1e-12);
  EXPECT_EQ(warp(std::vector<double>{2, 2, 2}), (std::vector<double>{0, 0, 0}));
  EXPECT_EQ(warp(std::vector<double>{2}), (std::vector<double>{0}));
}

TEST(GpEncoding, InactiveAndMissingParametersHaveAPlaceOfTheirOwn) {
  const Space space =
      small_conditional_space();  // optimizer, momentum (sgd), nesterov (sgd), beta (adam), flip
  const GpEncoding encoding(space);
  ASSERT_EQ(encoding.columns(), 7U);
  std::vector<double> rows;
  encoding.append({0, 0.5, 1, none, 0}, rows);
  encoding.append({1, none, none, 2, 1}, rows);
  encoding.append({0, none, none, none, 1}, rows);  // of a space without momentum and nesterov
  const std::vector<double> expected = {0, 0.5, 0,   1,  0.5,  0.5, 0,  //
                                        1, 0.5, 0.5, -2, 0.75, 0,   1,  //
                                        0, 0.5, 0,   -1, 0.5,  0.5, 1};
  EXPECT_EQ(rows, expected);
}

double bowl(const Space& space, const Assignment& x) {
  double sum = 0;
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (space.active(i, x)) sum += std::pow(to_unit(space.distribution(i), x[i]) - 0.3, 2);
  }
  return sum;
}

double best_of(const Space& space, std::string_view sampler, int trials, std::uint64_t seed, double noise) {
  const std::unique_ptr<Sampler> gp = make_sampler(sampler);
  std::vector<Observation> history;
  double best = 1e9;
  for (int number = 0; number < trials; ++number) {
    const Assignment x = *gp->propose(space, history, number, Key(seed));
    const double value = bowl(space, x);
    best = std::min(best, value);
    history.push_back(
        {number, x, State::complete, value + noise * Key(9).normal(static_cast<std::uint64_t>(number)), -1});
  }
  return best;
}

TEST(Gp, NeedsFarFewerTrialsThanRandomDraws) {
  const Space space = mixed_space();
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    EXPECT_LT(best_of(space, "gp", 40, seed, 0), 0.5 * best_of(space, "random", 300, seed, 0)) << seed;
    EXPECT_LT(best_of(space, "gp", 60, seed, 0.02), best_of(space, "random", 300, seed, 0)) << seed;
  }
}

TEST(Gp, RunningTrialsKeepOthersAway) {
  const Space space({{"x", real(0, 1)}, {"y", real(0, 1)}});
  std::vector<Observation> history;
  for (int i = 0; i < 12; ++i) {
    const Assignment x = draw_uniform(space, Key(static_cast<std::uint64_t>(i)));
    history.push_back({i, x, State::complete, bowl(space, x), -1});
  }
  const std::unique_ptr<Sampler> gp = make_sampler("gp");
  std::vector<Assignment> proposed;
  for (int number = 12; number < 16; ++number) {
    proposed.push_back(*gp->propose(space, history, number, Key(1)));
    history.push_back({number, proposed.back(), State::running, none, -1});
  }
  for (std::size_t a = 0; a < proposed.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      EXPECT_GT(std::hypot(proposed[a][0] - proposed[b][0], proposed[a][1] - proposed[b][1]), 0.02);
    }
  }
}

TEST(Gp, KeepsAwayFromWhatFailed) {
  const Space space({{"x", real(0, 1)}});
  std::vector<Observation> history;
  for (int i = 0; i < 30; ++i) {
    const double x = (i + 0.5) / 30;  // seems best at the upper end, where no trial is completed
    const bool failed = x > 0.5;
    history.push_back({i, {x}, failed ? State::failed : State::complete, failed ? none : 1 - x, -1});
  }
  EXPECT_LT((*make_sampler("gp")->propose(space, history, 30, Key(1)))[0], 0.65);
}

// Numbers that sums keep exactly, so that the proposals are the same to the last bit.
TEST(Gp, PrunedTrialsCountWithWhatTheyWouldHaveComeTo) {
  const Space space({{"x", real(0, 1)}, {"y", real(0, 1)}});
  constexpr double change[] = {-0.5, -0.125, 0};  // after epochs 1, 2 and 3
  std::vector<Observation> trained, pruned;
  std::vector<std::vector<double>> curves;
  for (int i = 0; i < 20; ++i) {
    const Assignment x = draw_uniform(space, Key(static_cast<std::uint64_t>(i)));
    const double value = std::round(1024 * bowl(space, x)) / 1024;
    curves.push_back({value - change[0], value - change[1], value});
    trained.push_back({i, x, State::complete, value, 3});
    pruned.push_back(trained.back());
  }
  for (std::size_t i = 0; i < pruned.size(); ++i) {
    const std::size_t epochs = i % 3 + 1;  // 3: to the end
    pruned[i].curve = std::span(curves[i]).first(epochs);
    if (epochs == 3) continue;
    pruned[i].state = State::pruned;
    pruned[i].step = static_cast<int>(epochs);
    pruned[i].value = pruned[i].curve.back();
  }
  EXPECT_EQ(make_sampler("gp")->propose(space, pruned, 20, Key(1)),
            make_sampler("gp")->propose(space, trained, 20, Key(1)));
  for (Observation& o : pruned) o.curve = {};  // then they seem worse than they are
  EXPECT_NE(make_sampler("gp")->propose(space, pruned, 20, Key(1)),
            make_sampler("gp")->propose(space, trained, 20, Key(1)));
}

TEST(Gp, ManyTrialsAreRepresentedByAPart) {
  const Space space({{"x", real(0, 1)}, {"y", log_real(1e-3, 1)}});
  std::vector<Observation> history;
  for (int i = 0; i < 700; ++i) {
    const Assignment x = draw_uniform(space, Key(static_cast<std::uint64_t>(i)));
    history.push_back({i, x, State::complete, bowl(space, x), -1});
  }
  const Assignment x = *make_sampler("gp")->propose(space, history, 700, Key(1));
  EXPECT_NEAR(x[0], 0.3, 0.1);
  EXPECT_NEAR(to_unit(space.distribution(1), x[1]), 0.3, 0.1);
}

}  // namespace
}  // namespace tailor
