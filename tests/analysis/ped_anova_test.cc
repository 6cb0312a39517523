#include "tailor/analysis/ped_anova.h"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "tune/spaces.h"

namespace tailor {
namespace {

// The trials of ped_anova_golden.py.
struct Trials {
  Space space{{{"rate", log_real(1e-4, 1)},
               {"drop", real(0, 0.9, 0.1)},
               {"shift", real(-1, 1)},
               {"depth", integer(1, 9, 2)},
               {"batch", log_integer(8, 256)},
               {"kind", choice({"sgd", "adam", "lion"})},
               {"momentum", real(0, 1), Condition{"kind", {0}}}}};
  std::vector<Assignment> settings;
  std::vector<double> losses;

  Trials() {
    for (std::uint64_t t = 0; t < 120; ++t) {
      const Key key(t);
      const auto u = [&](std::uint64_t i) { return key.uniform(i); };
      Assignment p = {std::pow(10, -4 + 4 * u(0)),
                      std::round(std::floor(10 * u(1))) / 10,
                      2 * u(2) - 1,
                      1 + 2 * std::floor(5 * u(3)),
                      8 + std::floor(249 * u(4)),
                      std::floor(3 * u(5)),
                      none};
      const bool sgd = p[5] == 0;
      if (sgd) p[6] = u(6);
      losses.push_back(std::pow(std::log10(p[0]) + 2, 2) + p[1] * 2 + 0.3 * p[3] + (sgd ? 2 * p[6] : 1.0) +
                       0.2 * u(7));
      settings.push_back(p);
    }
  }
};

void expect_shares(const Trials& t, double best_share, const std::vector<double>& expected) {
  const std::vector<double> shares = ped_anova(t.space, t.settings, t.losses, {.best_share = best_share});
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(shares[i], expected[i], 2e-6) << t.space[i].name;
}

TEST(PedAnova, IsOptunas) {
  const Trials t;
  expect_shares(t, 0.1,
                {0.24330880337665364, 0.19883356766778024, 0.006086003443111913, 0.32141117943167924,
                 0.008857735685555658, 0.018837349062231005, 0.20266536133298815});
  expect_shares(t, 0.3,
                {0.3951367209781068, 0.08185665834810833, 0.030706057201934662, 0.416907917302584,
                 0.0326631945544288, 0.015947188334725717, 0.026782263280111643});
}

TEST(PedAnova, AllAlike) {
  const Trials t;
  const std::vector<double> equal(t.losses.size(), 1.0);
  for (const double share : ped_anova(t.space, t.settings, equal)) EXPECT_EQ(share, 0);
  EXPECT_EQ(ped_anova(t.space, std::span(t.settings).first(1), std::span(t.losses).first(1))[0], 0);
}

}  // namespace
}  // namespace tailor
