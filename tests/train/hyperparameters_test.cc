#include "tailor/train/hyperparameters.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tailor/base/error.h"

namespace tailor {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Architecture with_dropout(const std::vector<double>& rates) {
  Architecture architecture;
  for (const double rate : rates) {
    Layer layer;
    layer.kind = LayerKind::dropout;
    layer.rate = rate;
    architecture.layers.push_back(layer);
    architecture.layers.emplace_back();  // a ReLU between them
  }
  return architecture;
}

Settings defaults() { return default_settings(with_dropout({0.25, 0.5})); }

std::string error_of(std::string_view name, std::string_view text) {
  Settings settings = defaults();
  try {
    set(settings, name, text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_EQ(settings, defaults()) << "a refused value must change nothing";
    return error.what();
  }
  return "";
}

TEST(Hyperparameters, DefaultsAreTheUntunedBaseline) {
  const Settings settings = defaults();
  EXPECT_EQ(settings.optimizer, "adam");
  EXPECT_EQ(settings.learning_rate, 0.001);
  EXPECT_EQ(settings.schedule, "constant");
  EXPECT_EQ(settings.warmup_epochs, 0);
  EXPECT_EQ(settings.batch_size, 128);
  EXPECT_EQ(settings.epochs, 12);
  EXPECT_EQ(settings.weight_decay, 0);
  EXPECT_EQ(settings.initialization, "glorot_uniform");
  for (const double augmentation :
       {settings.flip, settings.shift, settings.rotation, settings.scale, settings.shear, settings.erasing,
        settings.brightness, settings.contrast, settings.noise, settings.mixup, settings.cutmix,
        settings.label_smoothing}) {
    EXPECT_EQ(augmentation, 0);
  }
}

TEST(Hyperparameters, DropoutRatesAreTheArchitectures) {
  EXPECT_EQ(defaults().dropout, (std::vector<double>{0.25, 0.5}));
  EXPECT_TRUE(default_settings(Architecture{}).dropout.empty());
  Settings settings = defaults();
  set(settings, "dropout_2", "0.1");
  EXPECT_EQ(settings.dropout, (std::vector<double>{0.25, 0.1}));
  EXPECT_EQ(get(settings, "dropout_1"), "0.25");
  EXPECT_EQ(find_hyperparameter(settings, "dropout_2").name, "dropout_N");
  EXPECT_THAT(error_of("dropout_3", "0.1"), HasSubstr("the architecture has 2 dropout layers"));
  EXPECT_THAT(error_of("dropout_N", "0.1"), HasSubstr("the architecture has 2 dropout layers"));
}

TEST(Hyperparameters, StochasticDepthIsTheLastLayersRateAndNeedsSuchLayers) {
  EXPECT_EQ(defaults().stochastic_depth, 0);
  Architecture architecture = with_dropout({});
  for (const double rate : {0.0, 0.1, 0.2}) {
    Layer layer;
    layer.kind = LayerKind::stochastic_depth;
    layer.rate = rate;
    architecture.layers.push_back(layer);
  }
  Settings settings = default_settings(architecture);
  EXPECT_EQ(get(settings, "stochastic_depth"), "0.2");
  EXPECT_NO_THROW(check_settings(settings, architecture));
  set(settings, "stochastic_depth", "0");
  EXPECT_NO_THROW(check_settings(settings, with_dropout({})));
  set(settings, "stochastic_depth", "0.3");
  EXPECT_THAT([&] { check_settings(settings, with_dropout({})); },
              testing::ThrowsMessage<Error>(HasSubstr("has no such layers")));
}

TEST(Hyperparameters, EveryRowIsWhole) {
  std::set<std::string> names;
  for (const Hyperparameter& row : hyperparameters()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name << " is there twice";
    EXPECT_FALSE(row.effect.empty()) << row.name;
    EXPECT_FALSE(row.source.empty()) << row.name;
    EXPECT_FALSE(row.group.empty()) << row.name;
    EXPECT_LE(row.effect.size(), 74u) << row.name << " does not fit a line of 80 columns";
    EXPECT_EQ(row.kind == HyperparameterKind::choice, !row.choices.empty()) << row.name;
    if (row.kind == HyperparameterKind::real || row.kind == HyperparameterKind::integer) {
      EXPECT_LT(row.low, row.high) << row.name;
    }
  }
}

// Two rows bound to one member, or a member without a row, would show here.
TEST(Hyperparameters, EveryRowSetsAMemberOfItsOwn) {
  const Settings before = defaults();
  const std::vector<std::string> names = hyperparameter_names(before);
  for (const std::string& name : names) {
    const Hyperparameter& row = find_hyperparameter(before, name);
    Settings after = before;
    std::string other = row.kind == HyperparameterKind::choice    ? row.choices.back()
                        : row.kind == HyperparameterKind::boolean ? "true"
                                                                  : fmt::format("{}", row.high);
    if (other == get(before, name))
      other = row.kind == HyperparameterKind::boolean ? "false" : row.choices.front();
    set(after, name, other);
    EXPECT_EQ(get(after, name), other);
    for (const std::string& unchanged : names) {
      if (unchanged == name) continue;
      EXPECT_EQ(get(after, unchanged), get(before, unchanged)) << name;
    }
    EXPECT_FALSE(after == before) << name;
  }
}

TEST(Hyperparameters, RangesAreInclusive) {
  Settings settings = defaults();
  for (const std::string& name : hyperparameter_names(settings)) {
    const Hyperparameter& row = find_hyperparameter(settings, name);
    if (row.kind != HyperparameterKind::real && row.kind != HyperparameterKind::integer) continue;
    for (const double value : {row.low, row.high}) {
      set(settings, name, fmt::format("{}", value));
      EXPECT_EQ(get(settings, name), fmt::format("{}", value));
    }
    const double step = row.kind == HyperparameterKind::integer ? 1 : 1e-6;
    EXPECT_NE(error_of(name, fmt::format("{}", row.low - step)), "") << name;
    EXPECT_NE(error_of(name, fmt::format("{}", row.high + step)), "") << name;
  }
}

TEST(Hyperparameters, RealsRoundTripExactly) {
  Settings settings = defaults(), copy = defaults();
  for (const double value : {0.1, 1.0 / 3, 1e-9, 0.04, 5e-4, 7.0, 12345e-7, 2.2250738585072014e-3}) {
    settings.learning_rate = value;
    set(copy, "learning_rate", get(settings, "learning_rate"));
    EXPECT_EQ(copy.learning_rate, value);
  }
  set(settings, "flip", "-0");
  EXPECT_EQ(get(settings, "flip"), "0");
}

TEST(Hyperparameters, UnknownNamesAreRefusedWithTheNearest) {
  EXPECT_THAT(error_of("learnig_rate", "0.1"), AllOf(HasSubstr("learnig_rate: no such hyperparameter"),
                                                     HasSubstr("did you mean 'learning_rate'?")));
  EXPECT_THAT(error_of("droput_1", "0.1"), HasSubstr("did you mean 'dropout_1'?"));
  EXPECT_THAT(error_of("", "1"), HasSubstr("no such hyperparameter"));
  EXPECT_THROW(get(defaults(), "filters"), Error);
}

TEST(Hyperparameters, BadValuesAreRefusedWithRangeUnitAndWhatWasGot) {
  EXPECT_EQ(error_of("epochs", "0"), "epochs: expected an integer from 1 to 10000 (epochs), got '0'");
  EXPECT_EQ(error_of("optimizer", "Adam"),
            "optimizer: expected one of sgd, adam, adamw, rmsprop, lion, got 'Adam'");
  EXPECT_EQ(error_of("nesterov", "yes"), "nesterov: expected true or false, got 'yes'");
  for (const char* text : {"", " ", "nan", "inf", "-1", "0", "0,1", "0.1 ", "1e400", "0x1p-3", "fast"}) {
    EXPECT_THAT(error_of("learning_rate", text),
                HasSubstr(fmt::format("expected a real number from 1e-09 to 100, got '{}'", text)));
  }
  for (const char* text : {"", "1.5", "1e2", "99999999999999999999", "12 "})
    EXPECT_NE(error_of("epochs", text), "");
}

}  // namespace
}  // namespace tailor
