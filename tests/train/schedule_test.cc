#include "tailor/train/schedule.h"

#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tailor/base/error.h"
#include "tailor/train/hyperparameters.h"

namespace tailor {
namespace {

constexpr int steps_per_epoch = 10, epochs = 4, total = 40;

Settings with(const std::string& schedule) {
  Settings settings = default_settings(Architecture{});
  settings.learning_rate = 0.4;
  settings.schedule = schedule;
  return settings;
}

double rate(const Settings& settings, std::int64_t step) {
  return learning_rate(settings, step, steps_per_epoch, epochs);
}

void expect_rates(const Settings& settings, const std::vector<std::pair<int, double>>& expected) {
  for (const auto& [step, value] : expected) {
    EXPECT_NEAR(rate(settings, step), value, 1e-15 + 1e-13 * value) << settings.schedule << ", step " << step;
  }
}

TEST(Schedule, ConstantStaysAtTheLearningRate) {
  for (int step = 0; step < total; ++step) EXPECT_EQ(rate(with("constant"), step), 0.4);
}

// The expected numbers of the next tests were printed by PyTorch 2.15's schedulers, stepped after each batch.
TEST(Schedule, CosineIsCosineAnnealingLR) {
  Settings settings = with("cosine");
  settings.final_learning_rate = 0.1;
  expect_rates(settings, {{0, 0.4},
                          {1, 0.3994451200719631},
                          {10, 0.3472792206135786},
                          {20, 0.21999999999999997},
                          {31, 0.08312692619199441},
                          {39, 0.04055487992803697}});
}

TEST(Schedule, LinearIsLinearLR) {
  Settings settings = with("linear");
  settings.final_learning_rate = 0.1;
  expect_rates(settings, {{0, 0.4}, {1, 0.391}, {10, 0.31}, {20, 0.22}, {31, 0.121}, {39, 0.049}});
}

TEST(Schedule, StepIsStepLR) {
  expect_rates(with("step"), {{0, 0.4}, {9, 0.4}, {10, 0.28}, {29, 0.196}, {39, 0.1372}});
  Settings settings = with("step");
  settings.step_epochs = 2.5;
  settings.step_factor = 0.1;
  expect_rates(settings, {{24, 0.4}, {25, 0.04}, {39, 0.04}});
}

TEST(Schedule, OneCycleIsOneCycleLR) {
  Settings settings = with("one_cycle");
  settings.final_learning_rate = 4e-6;
  expect_rates(settings, {{0, 0.016},
                          {1, 0.023777349066016473},
                          {5, 0.18067555105152924},
                          {10, 0.3922226509339835},
                          {11, 0.4},
                          {12, 0.3987424470088807},
                          {20, 0.30640678967740614},
                          {30, 0.09359481032259394},
                          {38, 0.001259152991119394},
                          {39, 1.6e-06}});
  settings.one_cycle_rise = 0.2;
  settings.one_cycle_start = 0.1;
  settings.final_learning_rate = 0.01;
  expect_rates(settings, {{0, 0.04},
                          {3, 0.1799462318878634},
                          {7, 0.4},
                          {8, 0.399046575881095},
                          {20, 0.2594763660963835},
                          {39, 0.004}});
}

TEST(Schedule, OneCycleWithoutRiseOrFall) {
  Settings settings = with("one_cycle");
  settings.one_cycle_rise = 0;
  expect_rates(settings, {{0, 0.4}, {39, 0}});
  settings.one_cycle_rise = 1;
  expect_rates(settings, {{0, 0.016}, {39, 0.4}});
  EXPECT_EQ(learning_rate(settings, 0, 1, 1), 0.4);
}

TEST(Schedule, WarmUpRisesLinearlyThenTheCourseBegins) {
  for (const char* schedule : {"constant", "step", "cosine", "linear", "one_cycle"}) {
    Settings settings = with(schedule);
    settings.warmup_epochs = 0.5;
    const double first = settings.schedule == "one_cycle" ? 0.016 : 0.4;
    for (int step = 0; step < 5; ++step) {
      EXPECT_NEAR(rate(settings, step), first * (step + 1) / 5, 1e-15) << schedule;
    }
  }
  Settings settings = with("linear");
  settings.warmup_epochs = 0.5;
  expect_rates(settings, {{5, 0.4}, {22, 0.4 * 18 / 35}, {39, 0.4 / 35}});
  settings.schedule = "cosine";
  expect_rates(settings, {{5, 0.4}, {22, 0.2 * (1 + std::cos(std::numbers::pi * 17 / 35))}});
  settings.schedule = "one_cycle";
  EXPECT_NEAR(rate(settings, 5), 0.016, 1e-15);
  EXPECT_NEAR(rate(settings, 39), 0, 1e-15);
}

TEST(Schedule, WarmUpMayEndInsideAStepOrNever) {
  Settings settings = with("linear");
  settings.warmup_epochs = 0.25;  // 2.5 steps
  expect_rates(settings, {{0, 0.4 / 2.5}, {1, 0.8 / 2.5}, {2, 0.4}, {3, 0.4 * 37 / 37.5}});
  for (const char* schedule : {"constant", "step", "cosine", "linear", "one_cycle"}) {
    settings = with(schedule);
    settings.step_epochs = 100;
    settings.warmup_epochs = 8;
    EXPECT_NEAR(rate(settings, 39), 0.2, 1e-15) << schedule;
    settings.warmup_epochs = 4;
    EXPECT_EQ(rate(settings, 39), 0.4) << schedule;
  }
}

TEST(Schedule, AStepPastTheEndKeepsTheLastRate) {
  Settings settings = with("cosine");
  settings.final_learning_rate = 0.5;
  for (const char* schedule : {"cosine", "linear", "one_cycle"}) {
    settings.schedule = schedule;
    EXPECT_NEAR(rate(settings, 45), 0.2, 1e-15) << schedule;
  }
}

TEST(Schedule, AnUnknownNameIsRefused) { EXPECT_THROW(rate(with("sine"), 0), Error); }

}  // namespace
}  // namespace tailor
