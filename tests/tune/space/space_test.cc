#include "tailor/tune/space/space.h"

#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tailor/base/error.h"
#include "tune/spaces.h"

namespace tailor {
namespace {

using ::testing::HasSubstr;

std::string refusal(std::vector<Parameter> parameters) {
  try {
    const Space space(std::move(parameters));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    return error.what();
  }
  return "accepted";
}

TEST(Space, ParentsComeFirstAndTheOrderIsOtherwiseKept) {
  const Space space({{"c", integer(1, 2), Condition{"b", {1}}},
                     {"b", choice({"x", "y"}), Condition{"a", {0}}},
                     {"z", real(0, 1)},
                     {"a", choice({"x", "y"})}});
  std::string order;
  for (const Parameter& p : space.parameters()) order += p.name;
  EXPECT_EQ(order, "zabc");
  EXPECT_EQ(space.parent(3), 2U);
  EXPECT_FALSE(space.parent(0));
}

TEST(Space, ActivityFollowsTheParentsValues) {
  const Space space = mixed_space();
  Assignment values(space.size(), none);
  const std::size_t optimizer = *space.find("optimizer"), momentum = *space.find("momentum");
  const std::size_t schedule = *space.find("schedule"), cycles = *space.find("cycles");
  values[optimizer] = 1;
  EXPECT_FALSE(space.active(momentum, values));
  EXPECT_TRUE(space.active(schedule, values));
  values[schedule] = 1;
  EXPECT_TRUE(space.active(cycles, values));
  values[optimizer] = 2;
  values[schedule] = none;
  EXPECT_FALSE(space.active(cycles, values));
}

TEST(Space, RefusesWhatCannotBeSearched) {
  EXPECT_THAT(refusal({{"a", real(0, 1)}, {"a", real(0, 2)}}), HasSubstr("parameter 'a': is there twice"));
  EXPECT_THAT(refusal({{"a", real(2, 1)}}), HasSubstr("'a': the range 2 to 1 is empty"));
  EXPECT_THAT(refusal({{"a", real(0, none)}}), HasSubstr("not finite"));
  EXPECT_THAT(refusal({{"a", log_real(0, 1)}}), HasSubstr("log needs low above 0"));
  EXPECT_THAT(refusal({{"a", real(0, 1, 0.3)}}), HasSubstr("write high = 0.8999999999999999"));
  EXPECT_THAT(refusal({{"a", integer(0, 2.5)}}), HasSubstr("must have whole ends"));
  EXPECT_THAT(refusal({{"a", integer(0, 4, 0.5)}}), HasSubstr("step must be a whole number"));
  EXPECT_THAT(refusal({{"a", choice({})}}), HasSubstr("has no choices"));
  EXPECT_THAT(refusal({{"a", choice({"x", "y", "x"})}}), HasSubstr("choices 1 and 3 are equal"));
  EXPECT_THAT(refusal({{"mode", choice({"x"})}, {"a", real(0, 1), Condition{"mod", {0}}}}),
              HasSubstr("depends on 'mod', which is not in the space (did you mean 'mode'?)"));
  EXPECT_THAT(refusal({{"a", choice({"x"}), Condition{"b", {0}}}, {"b", choice({"x"}), Condition{"a", {0}}}}),
              HasSubstr("depends on itself"));
  EXPECT_THAT(refusal({{"a", real(0, 1)}, {"b", real(0, 1), Condition{"a", {0.5}}}}),
              HasSubstr("without steps"));
  EXPECT_THAT(refusal({{"a", choice({"x"})}, {"b", real(0, 1), Condition{"a", {1}}}}),
              HasSubstr("a value that 'a' never has: 1"));
  EXPECT_THAT(refusal({{"a", choice({"x"})}, {"b", real(0, 1), Condition{"a", {}}}}),
              HasSubstr("no value of 'a'"));
}

TEST(Space, UniformDrawsAreInTheSpaceAndDependOnTheKeyAlone) {
  const Space space = mixed_space();
  for (std::uint64_t i = 0; i < 500; ++i) {
    const Assignment setting = draw_uniform(space, Key(i));
    EXPECT_TRUE(space.contains(setting));
    EXPECT_TRUE(same_setting(setting, draw_uniform(space, Key(i))));
    EXPECT_FALSE(same_setting(setting, draw_uniform(space, Key(i + 1))));
  }
}

TEST(Space, NamedValuesLeaveOutInactiveOnes) {
  const Space space = small_conditional_space();
  const Assignment setting = {1, none, none, 2, 0};
  const std::vector<NamedValue> named = space.to_named(setting);
  ASSERT_EQ(named.size(), 3U);
  EXPECT_EQ(named[0].name, "optimizer");
  EXPECT_EQ(named[0].value, 1);
  EXPECT_EQ(named[1].name, "beta");
  EXPECT_EQ(named[1].value, 2);
  EXPECT_EQ(named[2].name, "flip");
  EXPECT_EQ(named[2].value, 0);
}

TEST(Space, EqualSettingsHaveEqualHashes) {
  EXPECT_TRUE(same_setting({0.0, none}, {-0.0, -none}));
  EXPECT_EQ(setting_hash({0.0, none}), setting_hash({-0.0, -none}));
  EXPECT_FALSE(same_setting({1, none}, {1, 2}));
  EXPECT_NE(setting_hash({1, none}), setting_hash({none, 1}));
}

}  // namespace
}  // namespace tailor
