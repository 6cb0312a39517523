#include "tailor/train/recipe.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tailor/base/error.h"

namespace tailor {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

Architecture two_dropouts() {
  Architecture architecture;
  for (const double rate : {0.25, 0.5}) {
    Layer layer;
    layer.kind = LayerKind::dropout;
    layer.rate = rate;
    architecture.layers.push_back(layer);
  }
  return architecture;
}

std::string error_of(ExitCode code, const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return "";
}

ResolvedSettings resolve(const std::string& toml, const std::vector<std::string>& overrides = {}) {
  const Recipe recipe = parse_recipe(toml, "my.toml");
  return resolve_settings(two_dropouts(), &recipe, overrides);
}

std::string bad_recipe(const std::string& toml) {
  return error_of(ExitCode::bad_input, [&] { resolve(toml); });
}

std::string bad_override(const std::string& text) {
  return error_of(ExitCode::usage, [&] { resolve("[hyperparameters]", {text}); });
}

TEST(Recipe, DefaultsYieldToTheRecipeAndTheRecipeToOverrides) {
  const ResolvedSettings resolved = resolve(
      "description = 'a try'\narchitecture = 'mnist_cnn'\n[hyperparameters]\noptimizer = 'sgd'\nnesterov = "
      "true\n"
      "learning_rate = 1\nepochs = 80\ndropout_2 = 0.1\n",
      {"epochs=3", "learning_rate=0.2", "learning_rate=0.2"});
  EXPECT_EQ(resolved.settings.optimizer, "sgd");
  EXPECT_TRUE(resolved.settings.nesterov);
  EXPECT_EQ(resolved.settings.learning_rate, 0.2);
  EXPECT_EQ(resolved.settings.epochs, 3);
  EXPECT_EQ(resolved.settings.dropout, (std::vector<double>{0.25, 0.1}));
  EXPECT_EQ(resolved.settings.batch_size, 128);
  EXPECT_EQ(resolved.origins.at("optimizer"), "recipe my.toml");
  EXPECT_EQ(resolved.origins.at("epochs"), "--set");
  EXPECT_EQ(resolved.origins.at("dropout_1"), "default");
}

TEST(Recipe, NoValueThatIsGivenGetsLost) {
  EXPECT_THAT(error_of(ExitCode::usage,
                       [] {
                         resolve("[hyperparameters]\n", {"epochs=3", "learning_rate=0.2", "epochs=4"});
                       }),
              AllOf(HasSubstr("--set epochs=3"), HasSubstr("--set epochs=4")));
}

TEST(Recipe, NoRecipeIsTheDefaults) {
  EXPECT_EQ(resolve_settings(two_dropouts(), std::nullopt, {}).settings, default_settings(two_dropouts()));
}

TEST(Recipe, WrittenSettingsReadBackExactly) {
  ResolvedSettings resolved = resolve("[hyperparameters]\noptimizer = 'lion'", {"nesterov=true"});
  resolved.settings.learning_rate = 0.1 + 0.2;
  resolved.settings.weight_decay = 1.0 / 3;
  resolved.settings.shift = 2;
  resolved.settings.dropout[0] = 1e-17;
  const std::string text = to_toml(resolved);
  EXPECT_THAT(text, HasSubstr("\noptimizer = \"lion\"                       # recipe my.toml\n"));
  EXPECT_THAT(text, HasSubstr("\nnesterov = true                          # --set\n"));
  EXPECT_THAT(text, HasSubstr("\nshift = 2.0                              # default\n"));
  EXPECT_EQ(resolve("description = 'x'\n" + text + "\n[run]\nseed = 1\n").settings, resolved.settings);
  resolved.origins["shift"] = "recipe a\nb.toml";
  EXPECT_EQ(resolve(to_toml(resolved)).settings, resolved.settings);
}

TEST(Recipe, ErrorsNameFileLineAndKey) {
  EXPECT_EQ(bad_recipe("[hyperparameters]\n\nepochs = 0\n"),
            "my.toml:3: epochs: expected an integer from 1 to 10000 (epochs), got '0'");
  EXPECT_THAT(
      bad_recipe("[hyperparameters]\nlearn_rate = 0.1"),
      AllOf(StartsWith("my.toml:2: learn_rate: no such"), HasSubstr("did you mean 'learning_rate'?")));
  EXPECT_THAT(bad_recipe("[hyperparameters]\ndropout_3 = 0.1"), StartsWith("my.toml:2: dropout_3: "));
  EXPECT_THAT(bad_recipe("[hyperparameters]\nlearning_rate = '0.1'"),
              HasSubstr("got the text \"0.1\": leave the quotes away"));
  EXPECT_THAT(bad_recipe("[hyperparameters]\nepochs = 12.5"), HasSubstr("got 12.5"));
  EXPECT_THAT(bad_recipe("[hyperparameters]\nepochs = 12.0"), HasSubstr("got 12.0"));
  EXPECT_THAT(bad_recipe("[hyperparameters]\nnesterov = 1"), HasSubstr("expected true or false, got 1"));
  EXPECT_THAT(bad_recipe("[hyperparameters]\noptimizer = true"), HasSubstr("expected one of sgd"));
  EXPECT_THAT(bad_recipe("[hyperparameters]\nflip = nan"), HasSubstr("got 'nan'"));
  EXPECT_THAT(bad_recipe("[hyperparameters]\nepochs = [1]"),
              StartsWith("my.toml:2: epochs: expected a number"));
  EXPECT_THAT(bad_recipe("[hyperparameters]\nepochs = 9999999999"), HasSubstr("got '9999999999'"));
  // Of two errors the first in the file is reported.
  EXPECT_THAT(bad_recipe("[hyperparameters]\nzzz = 1\naaa = 1"), StartsWith("my.toml:2: zzz"));
}

TEST(Recipe, OtherShapesAreRefused) {
  EXPECT_THAT(bad_recipe(""), HasSubstr("no [hyperparameters]"));
  EXPECT_THAT(bad_recipe("hyperparameters = 1"), StartsWith("my.toml:1: hyperparameters: expected a table"));
  EXPECT_THAT(bad_recipe("epochs = 1"), StartsWith("my.toml:1: epochs: a hyperparameter belongs below"));
  EXPECT_THAT(bad_recipe("[hyperparameter]"),
              AllOf(StartsWith("my.toml:1: "), HasSubstr("'hyperparameters'")));
  EXPECT_THAT(bad_recipe("architecture = 1\n[hyperparameters]"),
              StartsWith("my.toml:1: architecture: expected a text"));
  EXPECT_THAT(bad_recipe("[hyperparameters]\nepochs = \n"), StartsWith("my.toml:2:"));
  EXPECT_THAT(bad_recipe("[hyperparameters]\nepochs = 1\nepochs = 2"), StartsWith("my.toml:3:"));
}

TEST(Recipe, OverridesAreUsage) {
  EXPECT_EQ(bad_override("epochs"), "--set epochs: expected name=value");
  EXPECT_EQ(bad_override("epochs="), "--set epochs: expected an integer from 1 to 10000 (epochs), got ''");
  EXPECT_THAT(bad_override("epoch=1"), HasSubstr("did you mean 'epochs'?"));
  EXPECT_THAT(bad_override("=1"), HasSubstr("no such hyperparameter"));
}

TEST(Recipe, ShippedNamesAndFilesAreFound) {
  EXPECT_THAT(shipped_recipes(), testing::Contains("mnist_cnn"));
  for (const std::string& name : shipped_recipes()) {
    const Recipe shipped = find_recipe(name);
    const Recipe file = find_recipe(std::string(TAILOR_SOURCE_DIR "/recipes/") + name + ".toml");
    EXPECT_EQ(shipped.origin, name + ".toml (shipped)");
    EXPECT_FALSE(shipped.description.empty());
    const Architecture architecture = find_architecture(shipped.architecture);
    EXPECT_EQ(resolve_settings(architecture, &shipped, {}).settings,
              resolve_settings(architecture, &file, {}).settings);
  }
  EXPECT_THAT(error_of(ExitCode::usage, [] { find_recipe("mnist_cn"); }),
              AllOf(HasSubstr("did you mean 'mnist_cnn'?"), HasSubstr("neither a shipped name nor a file")));
  error_of(ExitCode::bad_input, [] { find_recipe(TAILOR_SOURCE_DIR "/recipes"); });
}

}  // namespace
}  // namespace tailor
