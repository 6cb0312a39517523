#include "tailor/train/optimizer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tailor/base/error.h"
#include "tailor/base/random.h"
#include "tailor/train/hyperparameters.h"
#include "tailor/train/optimizer_pass.h"

namespace tailor {
namespace {

using Floats = std::vector<float>;

// "name=value name=value …" over the defaults.
Settings parse(std::string_view text) {
  Settings settings = default_settings(Architecture{});
  settings.decay_biases_and_norms = false;
  while (!text.empty()) {
    const std::string_view item = text.substr(0, text.find(' '));
    const std::size_t equals = item.find('=');
    set(settings, item.substr(0, equals), item.substr(equals + 1));
    text.remove_prefix(std::min(text.size(), item.size() + 1));
  }
  return settings;
}

Floats random_floats(std::size_t count, std::uint64_t seed) {
  Floats values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(Key(seed).normal(i));
  return values;
}

struct Sequence {
  const char* settings;
  Floats values;
  Floats average;
};

const std::vector<Sequence>& pytorch_sequences() {
  static const std::vector<Sequence> sequences = {
#include "train/optimizer_sequences.inc"
  };
  return sequences;
}

TEST(Optimizer, FollowsPyTorch) {
  constexpr std::size_t n = 6;
  for (const Sequence& sequence : pytorch_sequences()) {
    SCOPED_TRACE(sequence.settings);
    const Settings settings = parse(sequence.settings);
    const Optimizer optimizer(settings, n, {{0, 4, true}, {4, 2, false}});
    Floats values(n), gradients(n), state(optimizer.state_floats());
    for (int i = 0; i < 6; ++i) values[i] = static_cast<float>(i * 5 % 7 - 3) / 4;
    Floats average = values;
    for (int step = 0; step < 5; ++step) {
      for (int i = 0; i < 6; ++i) gradients[i] = static_cast<float>((i * 7 + step * 5) % 11 - 5) / 8;
      const double rate = step < 3 ? settings.learning_rate : settings.learning_rate / 2;
      const float scale = clip_scale(gradient_norm(gradients.data(), n), settings.clip_norm);
      optimizer.step(0, n, values.data(), gradients.data(), state.data(),
                     settings.weight_average > 0 ? average.data() : nullptr, rate, step + 1, scale);
    }
    for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(values[i], sequence.values[i], 5e-7) << i;
    if (settings.weight_average == 0) continue;
    for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(average[i], sequence.average[i], 5e-7) << i;
  }
}

constexpr UpdateRule all_rules[] = {UpdateRule::sgd,  UpdateRule::momentum, UpdateRule::nesterov,
                                    UpdateRule::adam, UpdateRule::rmsprop,  UpdateRule::rmsprop_momentum,
                                    UpdateRule::lion};

TEST(Optimizer, TheVectorsEqualTheReferenceBitForBit) {
  for (const UpdateRule rule : all_rules) {
    for (const bool averages : {false, true}) {
      for (const std::size_t n : {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 1001}) {
        Floats values = random_floats(n, 1), gradients = random_floats(n, 2), first = random_floats(n, 3);
        Floats second = random_floats(n, 4), average = random_floats(n, 5);
        for (float& x : second) x *= x;
        gradients[0] = 0, first[0] = 0;
        Floats values2 = values, first2 = first, second2 = second, average2 = average;
        OptimizerPass pass;
        pass.rule = rule;
        pass.gradient_scale = 0.7f;
        pass.l2 = 0.01f, pass.shrink = 0.999f, pass.step = 0.03f, pass.momentum = 0.9f;
        pass.first_decay = 0.9f, pass.first_gain = 0.1f, pass.second_decay = 0.99f, pass.second_gain = 0.01f;
        pass.root_scale = 1.3f, pass.epsilon = 1e-7f, pass.average_gain = 0.05f;
        pass.gradients = gradients.data();
        const auto bind = [&](Floats& v, Floats& f, Floats& s, Floats& a) {
          pass.values = v.data(), pass.first = f.data(), pass.second = s.data();
          pass.average = averages ? a.data() : nullptr;
        };
        bind(values, first, second, average);
        optimizer_pass_reference(pass, n);
        bind(values2, first2, second2, average2);
        optimizer_pass_fast(pass, n);
        EXPECT_EQ(values, values2) << static_cast<int>(rule) << ", " << n;
        EXPECT_EQ(first, first2) << static_cast<int>(rule) << ", " << n;
        EXPECT_EQ(second, second2) << static_cast<int>(rule) << ", " << n;
        EXPECT_EQ(average, average2) << static_cast<int>(rule) << ", " << n;
      }
    }
  }
}

TEST(Optimizer, AStepInPartsIsTheSameStep) {
  constexpr std::size_t n = 1003;
  const std::vector<ParameterRange> ranges = {
      {0, 9, true}, {9, 1, false}, {10, 700, true}, {710, 0, true}, {710, 293, false}};
  for (const char* text :
       {"optimizer=sgd momentum=0", "optimizer=sgd", "optimizer=sgd nesterov=true", "optimizer=adam",
        "optimizer=adamw", "optimizer=rmsprop", "optimizer=rmsprop rmsprop_momentum=0.9", "optimizer=lion"}) {
    Settings settings = parse(text);
    settings.weight_decay = 0.1;
    settings.weight_average = 0.9;
    const Optimizer optimizer(settings, n, ranges);
    Floats values[2], state[2], average[2];
    for (int way = 0; way < 2; ++way) {
      values[way] = average[way] = random_floats(n, 1);
      state[way].resize(optimizer.state_floats());
    }
    for (int t = 1; t <= 3; ++t) {
      const Floats gradients = random_floats(n, 10 + t);
      const auto step = [&](int way, std::size_t first, std::size_t count) {
        optimizer.step(first, count, values[way].data(), gradients.data(), state[way].data(),
                       average[way].data(), 0.01, t);
      };
      step(0, 0, n);
      for (const auto& [first, last] :
           {std::pair<std::size_t, std::size_t>{500, 1003}, {3, 11}, {0, 3}, {11, 500}, {7, 7}}) {
        step(1, first, last - first);
      }
    }
    EXPECT_EQ(values[0], values[1]) << text;
    EXPECT_EQ(state[0], state[1]) << text;
    EXPECT_EQ(average[0], average[1]) << text;
  }
}

TEST(Optimizer, OnlyWeightsDecayUnlessAskedFor) {
  Settings settings = parse("optimizer=adamw weight_decay=0.5");
  for (const bool everything : {false, true}) {
    settings.decay_biases_and_norms = everything;
    const Optimizer optimizer(settings, 4, {{0, 2, true}, {2, 2, false}});
    Floats values(4, 1.0f), state(optimizer.state_floats());
    const Floats gradients(4, 0.0f);
    optimizer.step(0, 4, values.data(), gradients.data(), state.data(), nullptr, 0.1, 1);
    EXPECT_EQ(values, (everything ? Floats{0.95f, 0.95f, 0.95f, 0.95f} : Floats{0.95f, 0.95f, 1, 1}));
  }
}

TEST(Optimizer, KeepsNoMoreStateThanTheRuleNeeds) {
  const auto floats = [](std::string_view text) {
    return Optimizer(parse(text), 10, {{0, 10, true}}).state_floats();
  };
  EXPECT_EQ(floats("optimizer=sgd momentum=0"), 0u);
  EXPECT_EQ(floats("optimizer=sgd"), 10u);
  EXPECT_EQ(floats("optimizer=adam"), 20u);
  EXPECT_EQ(floats("optimizer=rmsprop"), 10u);
  EXPECT_EQ(floats("optimizer=rmsprop rmsprop_momentum=0.5"), 20u);
  EXPECT_EQ(floats("optimizer=lion"), 10u);
}

TEST(Optimizer, RefusesRangesThatDoNotCoverTheArena) {
  const Settings settings = parse("");
  EXPECT_THROW(Optimizer(settings, 10, {{0, 9, true}}), std::invalid_argument);
  EXPECT_THROW(Optimizer(settings, 10, {{0, 5, true}, {6, 4, true}}), std::invalid_argument);
  EXPECT_THROW(Optimizer(settings, 10, {{0, 5, true}, {4, 6, true}}), std::invalid_argument);
  Settings unknown = settings;
  unknown.optimizer = "adamax";
  EXPECT_THROW(Optimizer(unknown, 1, {{0, 1, true}}), Error);
}

TEST(GradientNorm, IsExactAndEqualsTheReference) {
  EXPECT_EQ(gradient_norm(Floats{3, 0, 4}.data(), 3), 5);
  EXPECT_EQ(gradient_norm(nullptr, 0), 0);
  for (const std::size_t n : {1, 7, 8, 9, 40, 1001, 100003}) {
    const Floats x = random_floats(n, n);
    EXPECT_EQ(sum_of_squares_fast(x.data(), n), sum_of_squares_reference(x.data(), n)) << n;
  }
  // Neither overflow nor underflow of the squares in f32.
  EXPECT_NEAR(gradient_norm(Floats(4, 1e30f).data(), 4), 2e30, 1e24);
  EXPECT_NEAR(gradient_norm(Floats(4, 1e-30f).data(), 4), 2e-30, 1e-36);
}

TEST(GradientNorm, ClippingOnlyShortens) {
  EXPECT_EQ(clip_scale(10, 0), 1);
  EXPECT_EQ(clip_scale(0.5, 1), 1);
  EXPECT_EQ(clip_scale(0, 1), 1);
  EXPECT_FLOAT_EQ(clip_scale(4, 1), 0.25f);
  EXPECT_EQ(clip_scale(std::numeric_limits<double>::infinity(), 1), 0);
}

}  // namespace
}  // namespace tailor
