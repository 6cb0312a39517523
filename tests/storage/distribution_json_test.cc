// Distributions as JSON: the expected texts were written by Optuna 5.0.0; interop_test has Optuna itself read
// ours.
#include "tailor/storage/distribution_json.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tailor/base/error.h"

namespace tailor {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Kind = Distribution::Kind;

struct Case {
  Distribution distribution;
  const char* json;
};

const Case cases[] = {
    {{.low = 1e-5, .high = 0.1, .log = true},
     R"({"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 0.1, "log": true}})"},
    {{.low = 0, .high = 1, .step = 0.25},
     R"({"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}})"},
    {{.low = -1e22, .high = 1e16},
     R"({"name": "FloatDistribution", "attributes": {"step": null, "low": -1e+22, "high": 1e+16, "log": false}})"},
    {{.low = 0.0001, .high = 123456789012345.0},
     R"({"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 123456789012345.0, "log": false}})"},
    {{.kind = Kind::integer, .low = 16, .high = 256, .step = 1, .log = true},
     R"({"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 16, "high": 256}})"},
    {{.kind = Kind::integer, .low = -1, .high = 9, .step = 2},
     R"({"name": "IntDistribution", "attributes": {"log": false, "step": 2, "low": -1, "high": 9}})"},
    {{.kind = Kind::categorical,
      .choices = {std::string("sgd"), std::monostate(), true, 1.5, std::int64_t{3}, std::string("ü\"\n"),
                  1e20, 1e-7}},
     R"({"name": "CategoricalDistribution", "attributes": {"choices": ["sgd", null, true, 1.5, 3, "\u00fc\"\n", 1e+20, 1e-07]}})"},
};

TEST(DistributionJson, WritesWhatOptunaWrites) {
  for (const Case& c : cases) EXPECT_EQ(distribution_to_json(c.distribution), c.json);
}

TEST(DistributionJson, ReadsWhatItWrites) {
  for (const Case& c : cases) EXPECT_EQ(distribution_from_json(c.json, "here"), c.distribution) << c.json;
}

TEST(DistributionJson, ReadsFormerClassesOfOptuna) {
  const auto read = [](const char* json) { return distribution_from_json(json, "here"); };
  EXPECT_EQ(read(R"({"name": "UniformDistribution", "attributes": {"low": 0, "high": 2.5}})"),
            (Distribution{.low = 0, .high = 2.5}));
  EXPECT_EQ(read(R"({"name": "LogUniformDistribution", "attributes": {"low": 0.5, "high": 2.5}})"),
            (Distribution{.low = 0.5, .high = 2.5, .log = true}));
  EXPECT_EQ(read(R"({"name": "DiscreteUniformDistribution", "attributes": {"low": 0, "high": 2, "q": 0.5}})"),
            (Distribution{.low = 0, .high = 2, .step = 0.5}));
  EXPECT_EQ(read(R"({"name": "IntUniformDistribution", "attributes": {"low": 1, "high": 7, "step": 2}})"),
            (Distribution{.kind = Kind::integer, .low = 1, .high = 7, .step = 2}));
  EXPECT_EQ(read(R"({"name": "IntLogUniformDistribution", "attributes": {"low": 1, "high": 8, "step": 1}})"),
            (Distribution{.kind = Kind::integer, .low = 1, .high = 8, .step = 1, .log = true}));
}

TEST(DistributionJson, RefusesAnythingElseWithItsPlace) {
  const std::pair<const char*, const char*> bad[] = {
      {"{", "not JSON"},
      {"[]", "expected a distribution"},
      {R"({"name": "FloatDistribution"})", "expected a distribution"},
      {R"({"name": "BetaDistribution", "attributes": {}})",
       "unknown kind of distribution 'BetaDistribution'"},
      {R"({"name": "FloatDistribution", "attributes": {"step": null, "low": 0, "log": false}})",
       "lacks 'high'"},
      {R"({"name": "FloatDistribution", "attributes": {"step": null, "low": "0", "high": 1, "log": false}})",
       "'low'"},
      {R"({"name": "FloatDistribution", "attributes": {"step": null, "low": 0, "high": 1, "log": 0}})",
       "'log'"},
      {R"({"name": "FloatDistribution", "attributes": {"step": null, "low": 2, "high": 1, "log": false}})",
       "'low' above 'high'"},
      {R"({"name": "FloatDistribution", "attributes": {"step": null, "low": 0, "high": 1, "log": true}})",
       "'low' not above 0"},
      {R"({"name": "FloatDistribution", "attributes": {"step": 0.5, "low": 1, "high": 2, "log": true}})",
       "logarithmic with a step"},
      {R"({"name": "IntDistribution", "attributes": {"step": 1, "low": 1.5, "high": 2, "log": false}})",
       "an integer"},
      {R"({"name": "IntDistribution", "attributes": {"step": 0, "low": 1, "high": 2, "log": false}})",
       "at least 1"},
      {R"({"name": "CategoricalDistribution", "attributes": {"choices": []}})", "not empty"},
      {R"({"name": "CategoricalDistribution", "attributes": {"choices": [[1]]}})", "numbers and strings"},
  };
  for (const auto& [json, reason] : bad) {
    try {
      distribution_from_json(json, "parameter 'x' of trial 7");
      ADD_FAILURE() << json;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_input);
      EXPECT_THAT(error.what(), AllOf(HasSubstr("parameter 'x' of trial 7"), HasSubstr(reason)));
    }
  }
}

// json.dumps writes them, and JSON does not have them.
TEST(DistributionJson, ChoicesThatJsonLacksAreRead) {
  const std::string json =
      R"({"name": "CategoricalDistribution", "attributes": {"choices": [Infinity, -Infinity, NaN, 1.5, "Infinity", "a \"NaN\" b"]}})";
  const Distribution read = distribution_from_json(json, "x");
  ASSERT_EQ(read.choices.size(), 6u);
  EXPECT_EQ(std::get<double>(read.choices[0]), std::numeric_limits<double>::infinity());
  EXPECT_EQ(std::get<double>(read.choices[1]), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(std::get<double>(read.choices[2])));
  EXPECT_EQ(std::get<double>(read.choices[3]), 1.5);
  EXPECT_EQ(std::get<std::string>(read.choices[4]), "Infinity");
  EXPECT_EQ(std::get<std::string>(read.choices[5]), "a \"NaN\" b");
  EXPECT_EQ(distribution_to_json(read), json);
  for (const char* broken : {"[Infinit]", "{\"name\": NaNs}", "Infinity Infinity"})
    EXPECT_THROW(distribution_from_json(broken, "x"), Error);
}

TEST(DistributionJson, KindLogAndChoicesMustStay) {
  const Distribution linear{.low = 0, .high = 1}, wider{.low = -1, .high = 3, .step = 0.5};
  const Distribution logarithmic{.low = 0.1, .high = 1, .log = true};
  const Distribution whole{.kind = Kind::integer, .low = 0, .high = 1, .step = 1};
  const Distribution two{.kind = Kind::categorical, .choices = {std::string("a"), std::string("b")}};
  const Distribution swapped{.kind = Kind::categorical, .choices = {std::string("b"), std::string("a")}};
  EXPECT_EQ(incompatibility(linear, wider), "");
  EXPECT_EQ(incompatibility(two, two), "");
  EXPECT_THAT(incompatibility(linear, logarithmic), HasSubstr("become logarithmic"));
  EXPECT_THAT(incompatibility(linear, whole), HasSubstr("become integer"));
  EXPECT_THAT(incompatibility(two, swapped), HasSubstr("choices"));
}

}  // namespace
}  // namespace tailor
