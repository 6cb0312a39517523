// Study files: what they say, and each mistake with a message of its own.
#include "tailor/tune/files/study_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/files.h"
#include "tailor/base/file.h"
#include "tailor/tune/space/scale.h"
#include "train/tiny_training.h"

namespace tailor {
namespace {

using test::expect_error;
using test::tiny_network;
using Kind = Distribution::Kind;

TEST(StudyFile, SaysEverything) {
  const StudyFile f = parse_study_file(R"(
description = "all of it"
architecture = "lenet5"
seed = 7
lag = 3
objective = "validation_loss"

[data]
name = "/somewhere"
split = "5:1"
split_seed = 2

[budget]
trials = 30
epochs = 6
total_epochs = 90
minutes = 5

[sampler]
name = "grid"
grid_points = 3
repeats = true

[pruner]
name = "median"
startup = 4
warmup = 2

[fixed]
normalization = "standard"

[space]
optimizer = ["sgd", "adamw"]
learning_rate = {low = 1e-4, high = 0.1}
momentum = {low = 0.5, high = 0.9, step = 0.1, when = {optimizer = "sgd"}}
batch_size = {low = 16, high = 256, scale = "log"}
nesterov = {choices = [true, false], when = {optimizer = ["sgd"]}}
dropout_N = {low = 0, high = 0.5}
)",
                                       "s.toml");
  EXPECT_EQ(f.description, "all of it");
  EXPECT_EQ(f.architecture, "lenet5");
  EXPECT_EQ(f.seed, 7u);
  EXPECT_EQ(f.lag, 3);
  EXPECT_EQ(f.measure, Measure::validation_loss);
  EXPECT_EQ(f.data, "/somewhere");
  EXPECT_EQ(f.split, "5:1");
  EXPECT_EQ(f.split_seed, 2u);
  EXPECT_EQ(f.budget, (StudyBudget{30, 6, 90, 5}));
  EXPECT_EQ(f.sampler, "grid");
  EXPECT_EQ(f.sampler_options.grid_points, 3);
  EXPECT_TRUE(f.sampler_options.repeats);
  EXPECT_EQ(f.pruner, "median");
  EXPECT_EQ(f.pruner_options.startup, 4);
  EXPECT_EQ(f.pruner_options.warmup, 2);

  const ResolvedSpace r = resolve_space(f, tiny_network());
  EXPECT_EQ(r.fixed, (SettingTexts{{"normalization", "standard"}}));
  const Space expected(
      {{"optimizer", {.kind = Kind::categorical, .choices = {std::string("sgd"), std::string("adamw")}}},
       {"learning_rate", {.low = 1e-4, .high = 0.1, .log = true}},  // as the table suggests
       {"momentum", {.low = 0.5, .high = 0.9, .step = 0.1}, Condition{"optimizer", {0}}},
       {"batch_size", {.kind = Kind::integer, .low = 16, .high = 256, .step = 1, .log = true}},
       {"nesterov", {.kind = Kind::categorical, .choices = {true, false}}, Condition{"optimizer", {0}}},
       {"dropout_1", {.low = 0, .high = 0.5}},
       {"dropout_2", {.low = 0, .high = 0.5}}});
  EXPECT_TRUE(r.space == expected);
}

TEST(StudyFile, HasFoldsInsteadOfASplit) {
  const StudyFile f = parse_study_file("[data]\nfolds = 5\nsplit_seed = 3", "s.toml");
  EXPECT_EQ(f.folds, 5);
  EXPECT_EQ(f.lines.folds, 2u);
  EXPECT_EQ(f.split_seed, 3u);
  EXPECT_EQ(parse_study_file("", "s.toml").folds, 0);
}

TEST(StudyFile, NeedsNothing) {
  const StudyFile f = parse_study_file("", "s.toml");
  EXPECT_EQ(f.architecture, "mnist_cnn");
  EXPECT_EQ(f.sampler, "auto");
  EXPECT_EQ(f.pruner, "asha");
  EXPECT_GE(resolve_space(f, tiny_network()).space.size(), 10u);
}

TEST(StudyFile, ShippedSpacesFitEveryShippedArchitecture) {
  EXPECT_EQ(shipped_spaces(), (std::vector<std::string>{"small", "default", "full"}));
  for (const std::string& space : shipped_spaces()) {
    for (const std::string& architecture : shipped_architectures()) {
      const ResolvedSpace r = resolve_space(find_space(space), find_architecture(architecture));
      const Settings defaults = default_settings(find_architecture(architecture));
      for (const Parameter& p : r.space.parameters())
        EXPECT_NO_THROW(find_hyperparameter(defaults, p.name)) << space << " " << p.name;
    }
  }
}

TEST(StudyFile, WhatIsFixedIsNotSearchedInANamedSpace) {
  const auto names = [](const std::string& toml) {
    std::vector<std::string> result;
    const ResolvedSpace resolved = resolve_space(parse_study_file(toml, "s.toml"), tiny_network());
    for (const Parameter& p : resolved.space.parameters()) {
      result.push_back(p.name);
      EXPECT_FALSE(p.condition && p.condition->parent == "optimizer" && resolved.fixed.count("optimizer"));
    }
    return result;
  };
  using testing::Contains;
  using testing::Not;
  const std::vector<std::string> sgd = names("space = \"default\"\n[fixed]\noptimizer = \"sgd\"\n");
  EXPECT_THAT(sgd, Not(Contains("optimizer")));
  EXPECT_THAT(sgd, Contains("momentum"));
  EXPECT_THAT(names("[fixed]\noptimizer = \"adam\"\n"), Not(Contains("momentum")));
}

struct Mistake {
  const char* toml;
  std::vector<std::string> message;  // parts of it
};

class Mistakes : public testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, AreToldWithLineAndKey) {
  expect_error(ExitCode::bad_input, GetParam().message,
               [] { resolve_space(parse_study_file(GetParam().toml, "s.toml"), tiny_network()); });
}

INSTANTIATE_TEST_SUITE_P(
    StudyFile, Mistakes,
    testing::Values(
        Mistake{"seed = ", {"s.toml:1:", "not valid TOML"}},
        Mistake{"\ntrails = 3", {"s.toml:2: trails: unknown key"}},
        Mistake{"[budget]\ntrails = 3", {"s.toml:2: budget.trails: unknown key (did you mean 'trials'?)"}},
        Mistake{"[budget]\ntrials = 0", {"s.toml:2: budget.trials: expected an integer from 1", "got 0"}},
        Mistake{"[budget]\ntrials = \"3\"", {"s.toml:2: budget.trials: expected an integer", "got \"3\""}},
        Mistake{"[budget]\nminutes = -1", {"s.toml:2: budget.minutes: expected a number", "got -1"}},
        Mistake{"budget = 3", {"s.toml:1: budget: expected a table, [budget], got 3"}},
        Mistake{"lag = 0", {"s.toml:1: lag: expected an integer from 1"}},
        Mistake{"seed = -1", {"s.toml:1: seed: expected an integer from 0"}},
        Mistake{"architecture = 3", {"s.toml:1: architecture: expected a text in quotes, got 3"}},
        Mistake{"objective = \"acuracy\"",
                {"s.toml:1: objective: unknown objective 'acuracy'", "validation_loss"}},
        Mistake{"sampler = \"tpee\"", {"s.toml:1: sampler: unknown sampler 'tpee' (did you mean 'tpe'?)"}},
        Mistake{"[sampler]\nname = \"tpe\"\nstart = 3", {"s.toml:3: sampler.start: unknown key", "startup"}},
        Mistake{"[sampler]\nrepeats = 1", {"s.toml:2: sampler.repeats: expected true or false, got 1"}},
        Mistake{"pruner = \"ash\"", {"s.toml:1: pruner: unknown pruner 'ash'"}},
        Mistake{"[pruner]\nfactor = 1", {"s.toml:2: pruner.factor: expected an integer from 2"}},
        Mistake{"[data]\nnam = \"x\"", {"s.toml:2: data.nam: unknown key (did you mean 'name'?)"}},
        Mistake{"[data]\nsplit = \"2\"", {"s.toml:2: data.split: expected TRAIN:VALIDATION", "got '2'"}},
        Mistake{"[data]\nfolds = 1", {"s.toml:2: data.folds: expected an integer from 2"}},
        Mistake{"[data]\nsplit = \"2:1\"\nfolds = 5", {"s.toml:3: data.folds: each image validates once"}},
        Mistake{"space = [1]", {"s.toml:1: space: expected a table, [space], got a list"}},
        Mistake{"[space]\n", {"s.toml: [space] is empty"}},
        // The architecture is fixed, whatever one calls its parts.
        Mistake{"[space]\nfilters = [16, 32]", {"s.toml:2: filters: would change the architecture"}},
        Mistake{"[space]\nkernel_size = [3, 5]", {"s.toml:2: kernel_size: would change the architecture"}},
        Mistake{"[space]\nlayers = {low = 1, high = 3}", {"s.toml:2: layers: would change the architecture"}},
        Mistake{"[space]\nunits = [64, 128]", {"s.toml:2: units: would change the architecture"}},
        Mistake{"[space]\nactivation = [\"relu\"]", {"s.toml:2: activation: would change the architecture"}},
        Mistake{"[space]\nconv2d_1 = {filters = [3]}", {"s.toml:2: conv2d_1: would change the architecture"}},
        Mistake{"[fixed]\ndepth = 3", {"s.toml:2: depth: would change the architecture"}},
        Mistake{"[space]\nlearning_rat = {low = 1e-3, high = 1}",
                {"s.toml:2: learning_rat: no such hyperparameter (did you mean 'learning_rate'?)"}},
        Mistake{"[space]\nepochs = [3, 4]",
                {"s.toml:2: epochs: every trial has the same length", "[budget]"}},
        Mistake{"[space]\nstochastic_depth = {low = 0, high = 0.5}",
                {"s.toml:2: stochastic_depth: ", "no such layers"}},
        Mistake{"[space]\ndropout_3 = {low = 0, high = 0.5}", {"s.toml:2: dropout_3: ", "2 dropout layers"}},
        Mistake{"[space]\nlearning_rate = 0.1", {"s.toml:2: learning_rate: expected a range", "[fixed]"}},
        Mistake{"[space]\nlearning_rate = {low = 1e-3}", {"s.toml:2: learning_rate: has no high"}},
        Mistake{"[space]\nlearning_rate = {low = 1, high = 1e3}",
                {"s.toml:2: learning_rate.high: expected a real number from 1e-09 to 100", "got 1000"}},
        Mistake{"[space]\nlearning_rate = {low = 1, high = 0.1}",
                {"s.toml:2: learning_rate: ", "low is above high"}},
        Mistake{"[space]\nmomentum = {low = 0, high = 0.9, scale = \"log\"}",
                {"s.toml:2: momentum: log needs low above 0"}},
        Mistake{"[space]\nmomentum = {low = 0, high = 0.9, scale = \"lin\"}",
                {"s.toml:2: momentum.scale: expected \"log\" or \"linear\", got \"lin\""}},
        Mistake{"[space]\nmomentum = {low = 0, high = 0.9, stepp = 0.1}",
                {"s.toml:2: momentum.stepp: unknown key (did you mean 'step'?)"}},
        Mistake{"[space]\nmomentum = {low = 0, high = 0.9, step = 0}", {"s.toml:2: momentum.step: "}},
        Mistake{"[space]\nmomentum = {low = 0, high = 0.9, step = 0.4}",
                {"s.toml:2: momentum: ", "write high = 0.8"}},
        Mistake{"[space]\nlearning_rate = {low = 0.1, high = 0.9, step = 0.4, scale = \"log\"}",
                {"s.toml:2: learning_rate: has both log and step"}},
        Mistake{"[space]\nbatch_size = {low = 1.5, high = 9}",
                {"s.toml:2: batch_size.low: expected an integer from 1 to 65536", "got 1.5"}},
        Mistake{"[space]\noptimizer = {low = 1, high = 2}",
                {"s.toml:2: optimizer: expected a list", "\"sgd\""}},
        Mistake{"[space]\noptimizer = [\"sgd\", \"adamm\"]",
                {"s.toml:2: optimizer: expected one of sgd, adam", "got \"adamm\" (did you mean 'adam'?)"}},
        Mistake{"[space]\noptimizer = [\"sgd\", \"sgd\"]",
                {"s.toml:2: optimizer: choices 1 and 2 are equal"}},
        Mistake{"[space]\noptimizer = []", {"s.toml:2: optimizer: has no choices"}},
        Mistake{"[space]\nnesterov = [1]", {"s.toml:2: nesterov: expected true or false, got 1"}},
        Mistake{"[space]\nnesterov = {choices = true}",
                {"s.toml:2: nesterov.choices: expected a list, got true"}},
        Mistake{"[space]\nnesterov = {choices = [true], low = 1}",
                {"s.toml:2: nesterov.low: a list of choices has no low"}},
        Mistake{"[space]\nmomentum = {low = 0, high = 0.9, when = {optimizer = \"sgd\"}}",
                {"s.toml:2: momentum.when: depends on optimizer, which is not searched"}},
        Mistake{
            "[space]\noptimizer = [\"sgd\"]\nmomentum = {low = 0, high = 0.9, when = {optimizer = \"adam\"}}",
            {"s.toml:3: momentum.when: optimizer is never adam"}},
        Mistake{"[space]\noptimizer = [\"sgd\"]\nmomentum = {low = 0, high = 0.9, when = {optimizer = []}}",
                {"s.toml:3: momentum.when.optimizer: the list is empty"}},
        Mistake{"[space]\nmomentum = {low = 0, high = 0.9, when = 3}",
                {"s.toml:2: momentum.when: expected one other"}},
        Mistake{"[fixed]\nmomentum = 2", {"s.toml:2: momentum: expected a real number from 0", "got 2"}},
        Mistake{"[fixed]\nmomentum = 0.5\n[space]\nmomentum = {low = 0, high = 0.9}",
                {"s.toml:4: momentum: is both fixed and searched"}}));

TEST(StudyFile, AnUnknownSpaceIsAUsageError) {
  expect_error(ExitCode::usage, {"smal", "did you mean 'small'", "default"}, [] { find_space("smal"); });
  expect_error(ExitCode::bad_input, {"s.toml: no [space]"}, [] { parse_space_file("", "s.toml"); });
  expect_error(ExitCode::bad_input, {"s.toml:1: budget: unknown key"},
               [] { parse_space_file("budget = 3", "s.toml"); });
}

// The example in docs/tuning.md is a study file, and the page lists every key of it.
TEST(StudyFile, TheDocumentedExampleIsRight) {
  const std::string page = read_file(std::filesystem::path(TAILOR_SOURCE_DIR) / "docs/tuning.md");
  const std::size_t start = page.find("```toml\n"), end = page.find("```", start + 8);
  ASSERT_NE(end, std::string::npos);
  const StudyFile f = parse_study_file(page.substr(start + 8, end - start - 8), "docs/tuning.md");
  const ResolvedSpace r = resolve_space(f, find_architecture(f.architecture));
  EXPECT_GE(r.space.size(), 5u);
  for (const SamplerKind& kind : sampler_kinds())
    EXPECT_NE(page.find('`' + std::string(kind.name) + '`'), std::string::npos) << kind.name;
  for (const PrunerKind& kind : pruner_kinds())
    EXPECT_NE(page.find('`' + std::string(kind.name) + '`'), std::string::npos) << kind.name;
}

}  // namespace
}  // namespace tailor
