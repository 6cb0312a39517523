// What holds for every sampler of the table.
#include "tailor/tune/samplers/samplers.h"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tailor/base/error.h"
#include "tune/spaces.h"

namespace tailor {
namespace {

using ::testing::HasSubstr;

// Something to minimise in any space: near to the middle of each range, cheaper with fewer parameters.
double objective(const Space& space, const Assignment& setting) {
  double sum = 0;
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (!space.active(i, setting)) continue;
    const double distance = to_unit(space.distribution(i), setting[i]) - 0.4;
    sum += distance * distance + 0.01;
  }
  return sum;
}

// A study that tells each result `lag` trials later.
std::vector<Observation> study(std::string_view name, const Space& space, int trials, std::uint64_t seed,
                               int lag = 1) {
  const std::unique_ptr<Sampler> sampler = make_sampler(name);
  std::vector<Observation> history;
  for (int number = 0; number < trials; ++number) {
    for (std::size_t i = 0; i + static_cast<std::size_t>(lag) <= history.size(); ++i) {
      Observation& o = history[i];
      if (o.state != Observation::State::running) continue;
      o.state = o.number % 7 == 3 ? Observation::State::pruned : Observation::State::complete;
      if (o.number % 11 == 5) o.state = Observation::State::failed;
      o.value = objective(space, o.assignment);
      o.step = o.number % 3;
    }
    std::optional<Assignment> setting = sampler->propose(space, history, number, Key(seed));
    if (!setting) break;
    history.push_back({number, *setting, Observation::State::running, none, -1});
  }
  return history;
}

class EverySampler : public ::testing::TestWithParam<std::string> {};

TEST_P(EverySampler, ProposesSettingsOfTheSpace) {
  const Space space = mixed_space();
  const std::vector<Observation> trials = study(GetParam(), space, 40, 1, 3);
  ASSERT_EQ(trials.size(), 40U);
  for (const Observation& o : trials) EXPECT_TRUE(space.contains(o.assignment)) << o.number;
}

TEST_P(EverySampler, IsAFunctionOfItsArguments) {
  const Space space = mixed_space();
  const std::vector<Observation> a = study(GetParam(), space, 30, 5), b = study(GetParam(), space, 30, 5);
  const std::vector<Observation> c = study(GetParam(), space, 30, 6);
  int different = 0;
  for (std::size_t i = 0; i < 30; ++i) {
    EXPECT_TRUE(same_setting(a[i].assignment, b[i].assignment)) << i;
    different += !same_setting(a[i].assignment, c[i].assignment);
  }
  EXPECT_GT(different, 20);
  // A fresh sampler, and one that has served another study, propose what the study's own did.
  std::vector<Observation> seen(a.begin(), a.begin() + 25);
  seen.back().state = Observation::State::complete;
  seen.back().value = 3;
  const std::unique_ptr<Sampler> used = make_sampler(GetParam());
  used->propose(space, std::span(c).first(20), 20, Key(9));
  const std::optional<Assignment> after = used->propose(space, seen, 25, Key(5));
  ASSERT_TRUE(after);
  EXPECT_TRUE(same_setting(*after, *make_sampler(GetParam())->propose(space, seen, 25, Key(5))));
}

TEST_P(EverySampler, TriesAFiniteSpaceOnceAndSaysWhenItIsExhausted) {
  const Space space = small_conditional_space();
  const std::vector<Observation> trials = study(GetParam(), space, 100, 2);
  EXPECT_EQ(trials.size(), 18U);
  std::set<std::uint64_t> different;
  for (const Observation& o : trials) different.insert(setting_hash(o.assignment));
  EXPECT_EQ(different.size(), trials.size());
}

TEST_P(EverySampler, RepeatsIfAskedFor) {
  const Space space = small_conditional_space();
  SamplerOptions options;
  options.repeats = true;
  const std::unique_ptr<Sampler> sampler = make_sampler(GetParam(), options);
  std::vector<Observation> history;
  for (int number = 0; number < 30; ++number) {
    const std::optional<Assignment> setting = sampler->propose(space, history, number, Key(1));
    ASSERT_TRUE(setting) << number;
    history.push_back({number, *setting, Observation::State::complete, objective(space, *setting), -1});
  }
}

TEST_P(EverySampler, UsesTrialsOfAnotherSpace) {
  // The range of "shift" has been widened, "width" narrowed, "momentum" is new, and one trial knows nothing.
  const Space space = mixed_space();
  std::vector<Observation> history = study("random", space, 40, 3);
  for (std::size_t i = 0; i < history.size(); ++i) {
    Observation& o = history[i];
    if (i % 2) o.assignment[*space.find("width")] = 4000;
    o.assignment[*space.find("momentum")] = none;
    o.state = Observation::State::complete;
    o.value = static_cast<double>(i);
  }
  history[7].assignment.assign(space.size(), none);
  history[9].value = none;                                      // diverged
  history[11].value = std::numeric_limits<double>::infinity();  // likewise
  const std::unique_ptr<Sampler> sampler = make_sampler(GetParam());
  for (int number = 40; number < 60; ++number) {
    const std::optional<Assignment> setting = sampler->propose(space, history, number, Key(3));
    ASSERT_TRUE(setting);
    EXPECT_TRUE(space.contains(*setting));
  }
}

std::vector<std::string> names() {
  std::vector<std::string> list;
  for (const SamplerKind& kind : sampler_kinds()) list.emplace_back(kind.name);
  return list;
}

INSTANTIATE_TEST_SUITE_P(Samplers, EverySampler, ::testing::ValuesIn(names()),
                         [](const auto& test) { return test.param; });

TEST(Samplers, AnUnknownNameIsAnsweredWithTheKnownOnes) {
  try {
    make_sampler("randon");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_THAT(error.what(),
                HasSubstr("unknown sampler 'randon' (did you mean 'random'?); known are random"));
  }
}

}  // namespace
}  // namespace tailor
