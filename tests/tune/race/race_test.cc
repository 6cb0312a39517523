// Who stays in a race: decisions from complete seeds only, with the error that was asked for.
#include "tailor/tune/race/race.h"

#include <cmath>
#include <tuple>

#include <gtest/gtest.h>

#include "tailor/base/random.h"

namespace tailor {
namespace {

using Costs = std::vector<std::vector<double>>;

constexpr RaceOptions options{.first_seeds = 3, .most_seeds = 8, .error = 0.05};

// Normal noise of its own and one that all share, for each seed.
Costs simulate(const std::vector<double>& means, const std::vector<double>& noise, std::uint64_t seed) {
  const Key key(seed);
  Costs costs;
  for (std::size_t c = 0; c < means.size(); ++c) {
    costs.emplace_back();
    for (std::size_t s = 0; s < 8; ++s)
      costs.back().push_back(means[c] + noise[c] * key.with(c).normal(s) + 3 * key.with(99).normal(s));
  }
  return costs;
}

TEST(Race, WaitsForAllWhoAreIn) {
  Costs costs = simulate({0, 1, 2}, {1, 1, 1}, 1);
  costs[1][0] = NAN;
  const RaceStanding standing = judge_race(costs, options);
  EXPECT_EQ(standing.seeds, 0);
  EXPECT_EQ(standing.left, 3u);
  EXPECT_FALSE(standing.decided(options));
}

TEST(Race, LaterResultsNeverUndoADecision) {
  const Costs all = simulate({0, 0.5, 1, 4, 8, 30}, {0.5, 0.5, 0.5, 0.5, 1, 8}, 3);
  std::vector<int> dropped;
  for (std::size_t known = 1; known <= 8; ++known) {
    Costs costs = all;
    for (auto& row : costs) std::fill(row.begin() + static_cast<std::ptrdiff_t>(known), row.end(), NAN);
    const RaceStanding standing = judge_race(costs, options);
    for (std::size_t c = 0; c < dropped.size(); ++c) {
      EXPECT_TRUE(dropped[c] == 0 || standing.dropped_after[c] == dropped[c]) << c;
    }
    dropped = standing.dropped_after;
  }
  EXPECT_GT(dropped[4], 0);
  EXPECT_GT(dropped[5], 0);
}

// The seeds' common noise is three times the candidates' own: only pairing sees the difference.
TEST(Race, PairingRemovesWhatSeedsDoToAll) {
  int separated = 0;
  for (std::uint64_t i = 0; i < 200; ++i)
    separated += judge_race(simulate({0, 3}, {1, 1}, i), options).left == 1;
  EXPECT_GT(separated, 190);
}

// In a race of equal candidates all are truly best: each one of them stays with 95 % over all looks together,
// whoever is loud or quiet. By the rule of each look the loud one, or the quiet one, went in up to 20 of 100.
class WholeRace : public testing::TestWithParam<std::tuple<int, int>> {};

TEST_P(WholeRace, DropsATrulyBestOneInAtMostFiveOfAHundred) {
  const auto [looks, candidates] = GetParam();
  const RaceOptions race{.first_seeds = 3, .most_seeds = 2 + looks};
  const auto n = static_cast<std::size_t>(candidates);
  constexpr int races = 2000;
  int dropped = 0;
  for (const auto& [first, second] : {std::pair{1.0, 1.0}, {0.1, 1.0}, {0.3, 3.0}}) {
    std::vector<double> noise(n, first == 0.1 ? second : first);
    noise[0] = first;
    noise[1] = second;
    std::vector<int> lost(n, 0);
    for (std::uint64_t i = 0; i < races; ++i) {
      const RaceStanding standing = judge_race(simulate(std::vector<double>(n, 0.0), noise, i), race);
      for (std::size_t c = 0; c < n; ++c) lost[c] += !standing.in(c);
    }
    for (std::size_t c = 0; c < n; ++c) {
      EXPECT_LT(lost[c], races * 0.05) << c << " with noise " << first << ", " << second;
      dropped += lost[c];
    }
  }
  EXPECT_GT(dropped, 0);  // the test does drop
}

INSTANTIATE_TEST_SUITE_P(Race, WholeRace,
                         testing::Values(std::tuple{2, 2}, std::tuple{2, 9}, std::tuple{6, 2},
                                         std::tuple{6, 6}));

// Under heavy tails no theorem holds it; t-tests then drop less, not more.
TEST(Race, HeavyTailsDropNoMore) {
  int lost = 0;
  constexpr int races = 2000;
  for (std::uint64_t i = 0; i < races; ++i) {
    Costs costs;
    for (std::uint64_t c = 0; c < 4; ++c) {
      costs.emplace_back();
      for (std::uint64_t s = 0; s < 8; ++s) {  // Student's t of 2 degrees
        const Key key = Key(i).with(c).with(s);
        costs.back().push_back(key.normal(0) / std::hypot(key.normal(1), key.normal(2)));
      }
    }
    lost += !judge_race(costs, options).in(0);
  }
  EXPECT_LT(lost, races * 0.05);
}

TEST(Race, AClearlyBetterOneIsFound) {
  int alone = 0, lost = 0;
  for (std::uint64_t i = 0; i < 500; ++i) {
    const RaceStanding standing = judge_race(simulate({3, 0, 3, 3}, {1, 1, 0.5, 2}, i), options);
    lost += !standing.in(1);
    alone += standing.left == 1;
  }
  EXPECT_EQ(lost, 0);
  EXPECT_GT(alone, 250);
}

// Whatever a confirmation was begun with decides it: its runs were made by that.
TEST(Race, OfEachLookGoesOnAsItBegan) {
  constexpr RaceOptions earlier{
      .first_seeds = 3, .most_seeds = 8, .error = 0.05, .rule = RaceRule::each_look};
  int lost = 0;
  constexpr int races = 1000;
  for (std::uint64_t i = 0; i < races; ++i) lost += !judge_race(simulate({0, 0}, {1, 1}, i), earlier).in(0);
  EXPECT_GT(lost, races * 0.10);
}

TEST(Race, ANoisyHopelessOneIsDroppedWithoutHelpingOthersStayIn) {
  int noisy = 0, second = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    const RaceStanding standing = judge_race(simulate({0, 2.5, 0.2, 60}, {0.5, 0.5, 0.5, 15}, i), options);
    noisy += !standing.in(3);
    second += !standing.in(1);
  }
  EXPECT_GT(noisy, 190);
  EXPECT_GT(second, 190);
}

TEST(Race, AFailedRunEndsACandidate) {
  Costs costs = simulate({0, 0.1, 0.2}, {1, 1, 1}, 5);
  costs[0][1] = INFINITY;
  const RaceStanding standing = judge_race(costs, options);
  EXPECT_EQ(standing.dropped_after[0], 2);
  EXPECT_NE(standing.leader, 0u);
  for (auto& row : costs) row[0] = INFINITY;  // but not the last one
  EXPECT_EQ(judge_race(costs, options).left, 1u);
}

// Measures are counts of images: three times the same difference is no sign that there is no noise.
TEST(Race, EqualDifferencesAreNoEvidence) {
  const RaceStanding standing =
      judge_race(Costs{{1, 2, 1, 1, 2, 1, 1, 1}, {0, 1, 0, 0, 1, 0, 0, 0}}, options);
  EXPECT_EQ(standing.leader, 1u);
  EXPECT_EQ(standing.left, 2u);
  EXPECT_EQ(standing.seeds, 8);
}

}  // namespace
}  // namespace tailor
