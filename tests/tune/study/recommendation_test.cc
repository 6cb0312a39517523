#include "tailor/tune/study/recommendation.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "tailor/base/random.h"

namespace tailor {
namespace {

TEST(Recommendation, WithoutRepeatsIsTheBestReportOfWhichNothingIsKnown) {
  const std::vector<Report> reports = {{.cost = 3}, {}, {.cost = 1}, {.cost = 1}};
  const auto r = recommend(reports);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->trial, 2U);
  EXPECT_EQ(r->mean, 1);
  EXPECT_FALSE(r->odds);
  EXPECT_FALSE(recommend(std::vector<Report>{{}, {}}));
}

TEST(Recommendation, IsSureWhereTheSameReportComesEveryTime) {
  std::vector<Report> reports = {{.cost = 3}, {.cost = 1}, {.cost = 2}};
  for (const std::size_t i : {1U, 1U, 2U}) reports.push_back({.cost = reports[i].cost, .repeats = i});
  const auto r = recommend(reports);
  ASSERT_TRUE(r && r->odds);
  EXPECT_EQ(r->trial, 1U);
  EXPECT_EQ(r->reports, 3U);
  EXPECT_EQ(r->odds->best, 1);
}

TEST(Recommendation, ThatNoneIsMuchBetterIsNeverLessLikelyThanThatNoneIsBetter) {
  std::vector<Report> reports = {{.cost = 3}, {.cost = 1}, {.cost = 3.1}};
  for (const double cost : {1.01, 0.99, 1.02, 0.98}) reports.push_back({.cost = cost, .repeats = 1});
  const auto r = recommend(reports);
  ASSERT_TRUE(r && r->odds);
  EXPECT_GT(r->odds->best, most_sure);
  EXPECT_GE(r->odds->near_best, r->odds->best);
}

TEST(Recommendation, NeverIsASettingThatFailedAgain) {
  std::vector<Report> reports = {{.cost = 1}, {.cost = 2}, {.cost = 3}};
  reports.push_back({.cost = INFINITY, .repeats = 0});
  EXPECT_EQ(recommend(reports)->trial, 1U);
}

// Studies with known truth: worths are exponential from the best on, as good settings are rare.
struct Simulated {
  std::vector<double> worth;
  std::vector<Report> reports;
};

Simulated simulate(double noise, int trials, int repeats, Key key) {
  Simulated s;
  const auto report = [&](std::size_t i) {
    return s.worth[i] + noise * key.with(1).normal(s.reports.size());
  };
  for (int i = 0; i < trials - repeats; ++i) {
    s.worth.push_back(-std::log(1 - key.with(2).uniform(static_cast<std::uint64_t>(i))));
    s.reports.push_back({.cost = report(s.worth.size() - 1)});
  }
  while (const auto next = next_repeat(s.reports, repeats))
    s.reports.push_back({.cost = report(next->trial), .repeats = next->trial});
  return s;
}

TEST(Recommendation, IsBetterThanTheBestReportAtEqualComputeAndKeepsItsWord) {
  for (const double noise : {0.02, 0.1, 0.5}) {
    constexpr int studies = 150;
    double repeated = 0, reported = 0, said_near = 0, was_near = 0, said_best = 0, was_best = 0;
    for (int k = 0; k < studies; ++k) {
      const Key key(static_cast<std::uint64_t>(k));
      const Simulated s = simulate(noise, 60, 10, key), none = simulate(noise, 60, 0, key);
      const auto r = recommend(s.reports);
      ASSERT_TRUE(r && r->odds);
      const double least = *std::min_element(s.worth.begin(), s.worth.end()), chosen = s.worth[r->trial];
      repeated += chosen / studies;
      reported += none.worth[recommend(none.reports)->trial] / studies;
      said_near += r->odds->near_best / studies;
      was_near += 1.0 * (chosen <= least + r->odds->noise_sd) / studies;
      said_best += r->odds->best / studies;
      was_best += 1.0 * (chosen <= least) / studies;
    }
    EXPECT_LT(repeated, (noise < 0.1 ? 1.3 : 0.9) * reported) << noise;
    EXPECT_GE(was_near, said_near - 0.03) << noise;
    EXPECT_GE(said_near, 0.85) << noise;
    EXPECT_NEAR(said_best, was_best, 0.12) << noise;
  }
}

// What a confirmation tells of a study without repeats: five leaders and the first trial on fresh seeds, those that fall
// behind on fewer, the winner on more. Some settings are noisier than others.
FreshReports confirm(const Simulated& s, double noise, Key key) {
  std::vector<std::size_t> order(s.worth.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return s.reports[a].cost < s.reports[b].cost; });
  order.resize(5);
  FreshReports fresh;
  for (const std::size_t i : order) fresh.settings.push_back({i, {}});
  std::uint64_t drawn = 0;
  const auto run = [&](SettingReports& setting) {
    setting.costs.push_back(s.worth[setting.trial] + noise * key.normal(drawn++));
  };
  double lead = 1e9;
  for (int seed = 0; seed < 8; ++seed) {
    for (SettingReports& setting : fresh.settings)
      if (seed < 3 || setting.mean() < lead + noise) run(setting);
    for (const SettingReports& setting : fresh.settings)
      lead = seed == 0 ? 1e9 : std::min(lead, setting.mean());
  }
  SettingReports& winner =
      *std::min_element(fresh.settings.begin(), fresh.settings.end(),
                        [](const SettingReports& a, const SettingReports& b) { return a.mean() < b.mean(); });
  for (int seed = 0; seed < 5; ++seed) run(winner);
  fresh.confirmed = winner.trial;
  return fresh;
}

TEST(Recommendation, OfAStudyWithoutRepeatsKeepsItsWordOnceItIsConfirmed) {
  for (const double noise : {0.02, 0.1, 0.5}) {
    constexpr int studies = 150;
    double said_near = 0, was_near = 0, said_best = 0, was_best = 0;
    for (int k = 0; k < studies; ++k) {
      const Key key(static_cast<std::uint64_t>(k));
      const Simulated s = simulate(noise, 60, 0, key);
      ASSERT_FALSE(recommend(s.reports)->odds);
      const FreshReports fresh = confirm(s, noise, key.with(9));
      const auto r = recommend(s.reports, fresh);
      ASSERT_TRUE(r && r->odds);
      ASSERT_EQ(r->trial, fresh.confirmed);
      EXPECT_GE(r->reports, 9U);
      const double least = *std::min_element(s.worth.begin(), s.worth.end()), chosen = s.worth[r->trial];
      said_near += r->odds->near_best / studies;
      was_near += 1.0 * (chosen <= least + r->odds->noise_sd) / studies;
      said_best += r->odds->best / studies;
      was_best += 1.0 * (chosen <= least) / studies;
    }
    EXPECT_GE(was_near, said_near - 0.03) << noise;
    EXPECT_GE(said_near, 0.85) << noise;
    EXPECT_NEAR(said_best, was_best, 0.12) << noise;
  }
}

TEST(Recommendation, OfAConfirmationIsItsWinnerWhateverTheStudyReported) {
  const std::vector<Report> reports = {{.cost = 3}, {.cost = 1}, {}, {.cost = 1.5}};  // trial 2 was cut short
  FreshReports fresh{{{1, {2.0, 2.1, 2.2}}, {2, {1.2, 1.3, 1.1}}}, 2};
  const auto r = recommend(reports, fresh);
  ASSERT_TRUE(r && r->odds);
  EXPECT_EQ(r->trial, 2U);
  EXPECT_EQ(r->reports, 3U);
  EXPECT_NEAR(r->mean, 1.2, 1e-12);
  fresh.confirmed.reset();  // a spread experiment chooses nothing
  EXPECT_EQ(recommend(reports, fresh)->trial, 1U);
  EXPECT_EQ(recommend(reports, fresh)->reports, 4U);
  EXPECT_FALSE(recommend(reports, FreshReports{{{1, {2.0}}}, {}})->odds)
      << "once is not enough to know the noise";
}

}  // namespace
}  // namespace tailor
