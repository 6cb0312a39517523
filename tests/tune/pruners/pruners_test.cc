// Pruners on hand-made histories.
#include "tailor/tune/pruners/pruners.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/files.h"
#include "tailor/tune/pruners/rungs.h"

namespace tailor {
namespace {

using State = PrunerTrial::State;
using testing::ElementsAre;
using testing::IsEmpty;
constexpr double infinity = std::numeric_limits<double>::infinity();

// Values live as long as the history.
struct History {
  std::vector<std::vector<double>> values;
  std::vector<PrunerTrial> trials;

  void add(State state, std::vector<double> v, int scheduled = 0) {
    values.push_back(std::move(v));
    const int epochs = static_cast<int>(values.back().size());
    trials.push_back({static_cast<int>(trials.size()), state, {}, scheduled > 0 ? scheduled : epochs});
    for (std::size_t i = 0; i < trials.size(); ++i) trials[i].values = values[i];
  }
};

std::optional<std::pair<int, int>> resumed(const Pruner& pruner, const History& history,
                                           bool all_made = false) {
  const auto next = pruner.resume(history.trials, all_made);
  if (!next) return std::nullopt;
  return std::pair(history.trials[next->trial].number, next->until);
}

TEST(Pruners, RungsAreCountedFromTheEnd) {
  EXPECT_THAT(make_rungs(1, 3, 9), ElementsAre(1, 3, 9));
  EXPECT_THAT(make_rungs(1, 3, 12), ElementsAre(1, 4, 12));
  EXPECT_THAT(make_rungs(2, 3, 12), ElementsAre(4, 12));
  EXPECT_THAT(make_rungs(1, 4, 3), ElementsAre(3));
  EXPECT_THAT(make_rungs(1, 2, 8), ElementsAre(1, 2, 4, 8));
}

TEST(Pruners, NoneTrainsToTheEnd) {
  const auto pruner = make_pruner("none", {9, 20});
  History history;
  history.add(State::paused, {1});
  EXPECT_EQ(pruner->first_stop(3), 9);
  EXPECT_EQ(resumed(*pruner, history, true), std::nullopt);
  EXPECT_THAT(pruner->limits(history.trials, 0, 9), IsEmpty());
}

// Other programs may report what is not a number.
TEST(Pruners, WhatIsNotANumberIsComparedWithNobody) {
  const double nan = std::nan("");
  History history;
  for (const double v : {nan, 3.0, 1.0, nan, 2.0, nan, 4.0, 5.0, nan, 6.0}) history.add(State::paused, {v});
  EXPECT_EQ(resumed(*make_pruner("asha", {9, 20}), history), std::pair(2, 3)) << "two of six, the best first";
  const auto median = make_pruner("median", {3, 20}, {.startup = 3, .warmup = 1});
  History complete;
  for (const double v : {nan, 3.0, infinity, 1.0, -infinity, 2.0}) complete.add(State::complete, {v, v, v});
  EXPECT_THAT(median->limits(complete.trials, 0, 3), ElementsAre(2, 2, infinity));
}

TEST(Pruners, MedianNeedsFiveCompleteTrialsAndSparesTheLastEpoch) {
  const auto pruner = make_pruner("median", {3, 20}, {.startup = 5, .warmup = 2});
  History history;
  for (const double x : {5.0, 1.0, 4.0, 2.0}) history.add(State::complete, {x + 10, x, x});
  history.add(State::running, {0, 0, 0}, 3);
  history.add(State::pruned, {0, 0});
  EXPECT_THAT(pruner->limits(history.trials, 0, 3), IsEmpty());
  history.add(State::complete, {13, 3, 3});
  EXPECT_THAT(pruner->limits(history.trials, 0, 3), ElementsAre(infinity, 3, infinity));
  history.add(State::complete, {13, 6, 6});
  EXPECT_THAT(pruner->limits(history.trials, 0, 3), ElementsAre(infinity, 3.5, infinity));
}

TEST(Pruners, AshaPromotesTheBestThirdOfThoseThatReachedTheRung) {
  const auto pruner = make_pruner("asha", {9, 20});
  EXPECT_EQ(pruner->first_stop(0), 1);
  History history;
  history.add(State::paused, {3});
  history.add(State::paused, {2});
  EXPECT_EQ(resumed(*pruner, history), std::nullopt) << "a third of two is none";
  history.add(State::failed, {});
  EXPECT_EQ(resumed(*pruner, history), std::nullopt) << "it never reached the rung";
  history.add(State::paused, {2});
  EXPECT_EQ(resumed(*pruner, history), std::pair(1, 3)) << "equal ones: the earlier";
  history.trials[1].state = State::running;
  history.trials[1].scheduled = 3;
  EXPECT_EQ(resumed(*pruner, history), std::nullopt) << "the best third of three has gone on";
  for (const double x : {5.0, 1.0, 4.0}) history.add(State::paused, {x});
  EXPECT_EQ(resumed(*pruner, history), std::pair(5, 3));
}

TEST(Pruners, AshaPrefersHigherRungs) {
  const auto pruner = make_pruner("asha", {9, 20});
  History history;
  for (const double x : {3.0, 2.0, 1.0}) history.add(State::paused, {9, 9, x});
  for (const double x : {0.1, 0.2, 0.3}) history.add(State::paused, {x});
  EXPECT_EQ(resumed(*pruner, history), std::pair(2, 9));
}

TEST(Pruners, AshaFinishesTheBestWhenNoMoreTrialsCome) {
  const auto pruner = make_pruner("asha", {9, 20});
  History history;
  history.add(State::paused, {3});
  history.add(State::paused, {2});
  EXPECT_EQ(resumed(*pruner, history, true), std::pair(1, 3));
}

TEST(Pruners, ATrialThatWasCompleteEarlyKeepsItsRank) {
  const auto pruner = make_pruner("asha", {9, 20});
  History history;
  history.add(State::complete, {1, 1});  // by patience
  for (const double x : {2.0, 3.0}) history.add(State::paused, {x, x, x});
  EXPECT_EQ(resumed(*pruner, history), std::nullopt);
  for (const double x : {4.0, 5.0, 6.0}) history.add(State::paused, {x, x, x});
  EXPECT_EQ(resumed(*pruner, history), std::pair(1, 9));
}

TEST(Pruners, HyperbandComparesWithinBrackets) {
  const auto pruner = make_pruner("hyperband", {9, 20});
  // Of 17 in turn, 9 start at one epoch, 5 at three and 3 at nine.
  std::vector<int> first;
  for (int i = 0; i < 17; ++i) first.push_back(pruner->first_stop(i));
  EXPECT_EQ(std::count(first.begin(), first.end(), 1), 9);
  EXPECT_EQ(std::count(first.begin(), first.end(), 3), 5);
  EXPECT_EQ(std::count(first.begin(), first.end(), 9), 3);
  EXPECT_EQ(pruner->first_stop(17), first[0]);
  EXPECT_GT(std::count(first.begin(), first.begin() + 4, 1), 1) << "they are mixed";
  EXPECT_LT(std::count(first.begin(), first.begin() + 4, 1), 4);

  History history;
  for (int i = 0; i < 17; ++i) {
    const bool paused = first[static_cast<std::size_t>(i)] < 9;
    history.add(paused ? State::paused : State::complete,
                std::vector<double>(static_cast<std::size_t>(first[static_cast<std::size_t>(i)]), 100 - i));
  }
  const auto next = resumed(*pruner, history);
  ASSERT_TRUE(next);
  const int bracket = first[static_cast<std::size_t>(next->first)];
  EXPECT_EQ(next->second, 3 * bracket);
  for (int i = next->first + 1; i < 17; ++i)
    EXPECT_NE(first[static_cast<std::size_t>(i)], bracket) << "the last of its bracket is the best";
}

TEST(Pruners, OneEpochWaitsForAllThenFinishesTheBestFew) {
  const auto pruner = make_pruner("one_epoch", {9, 20}, {.keep = 2});
  EXPECT_EQ(pruner->first_stop(7), 1);
  History history;
  for (const double x : {3.0, 1.0, 2.0}) history.add(State::paused, {x});
  EXPECT_EQ(resumed(*pruner, history), std::nullopt) << "more trials will come";
  EXPECT_EQ(resumed(*pruner, history, true), std::pair(1, 9));
  history.add(State::running, {}, 1);
  EXPECT_EQ(resumed(*pruner, history, true), std::nullopt) << "one has not been seen";
  history.trials[3].state = State::failed;
  history.trials[1].state = State::running;
  history.trials[1].scheduled = 9;
  EXPECT_EQ(resumed(*pruner, history, true), std::pair(2, 9));
  history.trials[2].scheduled = 9;
  history.trials[2].state = State::complete;
  EXPECT_EQ(resumed(*pruner, history, true), std::nullopt) << "two of two";
}

TEST(Pruners, AnUnknownNameListsTheKnownOnes) {
  test::expect_error(ExitCode::usage, {"ashha", "did you mean 'asha'", "median", "one_epoch"},
                     [] { make_pruner("ashha", {}); });
}

}  // namespace
}  // namespace tailor
