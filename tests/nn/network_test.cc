// Whole networks: the gradient against differences of the loss, sameness for any number of threads, and a
// step that allocates nothing of ours.
#include "tailor/nn/network.h"

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/files.h"
#include "nn/kernels/bf16_testing.h"
#include "tailor/base/error.h"
#include "tailor/nn/architecture/architecture.h"
#include "tailor/nn/kernels/bf16/bf16.h"

namespace tailor {
namespace {

// What the fused kernels take: odd sizes, channels that do not fill vectors, padding, a pool that drops a
// row.
const char* const fused = R"(name = "fused, kinked"
input = [14, 13, 1]
classes = 5
layer = [
  {type = "conv2d", filters = 16, kernel = 3},
  {type = "relu"},
  {type = "conv2d", filters = 20, kernel = 3},
  {type = "relu"},
  {type = "max_pool", size = 2},
  {type = "dropout", rate = 0.25},
  {type = "conv2d", filters = 33, kernel = 3, padding = 1},
  {type = "relu"},
  {type = "max_pool", size = 2},
  {type = "flatten"},
  {type = "dense", units = 40},
  {type = "relu"},
  {type = "dropout", rate = 0.5},
  {type = "dense", units = 5},
])";

// Padded convolutions of many channels, batch norm with ReLU, a residual.
const char* const winograd = R"(name = "winograd, kinked"
input = [9, 10, 3]
classes = 4
layer = [
  {type = "conv2d", filters = 32, kernel = 3, padding = 1, bias = false},
  {type = "batch_norm"},
  {type = "relu", name = "a"},
  {type = "conv2d", filters = 40, kernel = 3, padding = 1, bias = false},
  {type = "batch_norm"},
  {type = "relu"},
  {type = "conv2d", filters = 32, kernel = 3, padding = 1},
  {type = "relu", name = "b"},
  {type = "add", inputs = ["a", "b"]},
  {type = "conv2d", filters = 33, kernel = 3},
  {type = "relu"},
  {type = "global_average_pool"},
  {type = "dense", units = 4},
])";

// Every layer kind, odd sizes, strides, padding, residuals (one value read three times) and a network whose
// first layer learns nothing. The first has kinks, where a difference of the loss is not its slope.
const char* const networks[] = {
    R"(name = "kinked"
input = [9, 7, 2]
classes = 4
layer = [
  {type = "conv2d", filters = 5, kernel = 3},
  {type = "relu"},
  {type = "conv2d", filters = 6, kernel = 3, padding = 1, bias = false},
  {type = "leaky_relu"},
  {type = "max_pool", size = 2},
  {type = "dropout", rate = 0.25},
  {type = "flatten"},
  {type = "dense", units = 11},
  {type = "elu"},
  {type = "dropout", rate = 0.5},
  {type = "dense", units = 4},
])",
    R"(name = "residual"
input = [8, 8, 3]
classes = 3
layer = [
  {type = "average_pool", size = 2},
  {type = "conv2d", filters = 8, kernel = 5, padding = 2, name = "stem"},
  {type = "batch_norm", name = "norm"},
  {type = "elu", name = "a"},
  {type = "conv2d", filters = 8, kernel = 3, padding = 1},
  {type = "batch_norm"},
  {type = "gelu", name = "b"},
  {type = "add", inputs = ["b", "a"], name = "c"},
  {type = "conv2d", filters = 8, kernel = 1, input = "a"},
  {type = "silu", name = "d"},
  {type = "add", inputs = ["d", "c"]},
  {type = "conv2d", filters = 6, kernel = 3, stride = 2, padding = 1},
  {type = "tanh"},
  {type = "global_average_pool"},
  {type = "dense", units = 3},
])",
    R"(name = "wide pool, kinked"
input = [19, 18, 2]
classes = 3
layer = [
  {type = "conv2d", filters = 5, kernel = 3, padding = 1},
  {type = "elu"},
  {type = "max_pool", size = [19, 17], stride = 1},
  {type = "flatten"},
  {type = "dense", units = 3},
])",
    R"(name = "channels"
input = [7, 6, 3]
classes = 4
layer = [
  {type = "conv2d", filters = 6, kernel = 3, padding = 1, name = "stem"},
  {type = "group_norm", groups = 3, activation = "silu", name = "norm"},
  {type = "global_average_pool"},
  {type = "dense", units = 6, bias = false},
  {type = "sigmoid", name = "gate"},
  {type = "multiply", inputs = ["gate", "norm"], name = "excited"},
  {type = "conv2d", filters = 4, kernel = 1},
  {type = "layer_norm", activation = "gelu", name = "thin"},
  {type = "concatenate", inputs = ["thin", "excited", "input", "thin"], name = "wide"},
  {type = "channel_shuffle", groups = 2, input = "excited"},
  {type = "slice", from = 1, to = 5, name = "part"},
  {type = "multiply", inputs = ["part", "thin"]},
  {type = "scale", initial = 0.5},
  {type = "stochastic_depth", rate = 0.4, name = "branch"},
  {type = "add", inputs = ["thin", "branch"], name = "sum"},
  {type = "concatenate", inputs = ["sum", "wide"]},
  {type = "slice", to = 17},
  {type = "conv2d", filters = 5, kernel = 3},
  {type = "tanh"},
  {type = "flatten"},
  {type = "dense", units = 6, bias = false},
  {type = "layer_norm", name = "flat"},
  {type = "dense", units = 6},
  {type = "sigmoid"},
  {type = "multiply", inputs = ["sigmoid_2", "flat"]},
  {type = "dense", units = 4},
])",
    R"(name = "curves, kinked"
input = [6, 7, 2]
classes = 3
layer = [
  {type = "conv2d", filters = 5, kernel = 3, padding = 1, activation = "relu6"},
  {type = "conv2d", filters = 9, kernel = 3, activation = "prelu"},
  {type = "prelu", shared = true},
  {type = "conv2d", filters = 6, kernel = 3, activation = "hard_swish"},
  {type = "flatten"},
  {type = "dense", units = 8, activation = "hard_sigmoid"},
  {type = "dense", units = 8},
  {type = "clip", low = -0.5, high = 0.75},
  {type = "dense", units = 3},
])",
    R"(name = "general windows, kinked"
input = [11, 10, 4]
classes = 3
layer = [
  {type = "conv2d", filters = 12, kernel = [3, 2], groups = 4, stride = [1, 2], padding = "same", bias = false},
  {type = "elu", name = "a"},
  {type = "conv2d", filters = 12, kernel = 3, groups = 12, padding = [2, 2, 1, 2], dilation = [1, 2]},
  {type = "max_pool", size = [2, 3], stride = [2, 1], padding = [0, 1], ceil_mode = true},
  {type = "conv2d", filters = 8, kernel = 3, dilation = 2, padding = 2, groups = 2},
  {type = "tanh"},
  {type = "average_pool", size = 3, stride = [2, 1], padding = [1, 0, 0, 1], count_include_pad = true, ceil_mode = true},
  {type = "max_pool", size = 2, stride = 1, dilation = [1, 2]},
  {type = "adaptive_average_pool", size = [2, 3]},
  {type = "flatten"},
  {type = "dense", units = 3},
])",
    fused,
    winograd,
};

struct Fixture {
  Architecture architecture;
  Workers workers;
  Network network;
  std::vector<float> values, gradients;
  std::vector<float> images;
  std::vector<std::int32_t> labels;
  int batch;

  Fixture(const char* toml, int size, int threads, bool fuse = true, bool bf16 = false)
      : architecture(parse_architecture(toml, "test", {.binding = false})),
        workers(threads),
        network(architecture, {.max_batch = size, .bf16 = bf16, .fuse = fuse}, workers),
        values(network.parameters().total_floats()),
        gradients(network.parameters().learned_floats()),
        images(static_cast<std::size_t>(size) * architecture.input.size()),
        labels(static_cast<std::size_t>(size)),
        batch(size) {
    prepare_compute_thread();
    const Key key(11);
    initialize(network.parameters(), "he_normal", key, values.data());
    for (const ParameterTensor& t : network.parameters().tensors())  // biases and shifts away from zero
      if (t.role == ParameterRole::bias || t.role == ParameterRole::shift)
        for (std::size_t i = 0; i < t.size; ++i)
          values[t.offset + i] = static_cast<float>(0.1 * key.with(t.offset).normal(i));
    for (std::size_t i = 0; i < images.size(); ++i) images[i] = static_cast<float>(key.with(1).normal(i));
    for (std::size_t i = 0; i < labels.size(); ++i)
      labels[i] =
          static_cast<std::int32_t>(key.with(2).below(i, static_cast<std::uint64_t>(architecture.classes)));
  }

  double loss() {
    network.use_for_training(values);
    std::memcpy(network.input(), images.data(), images.size() * sizeof(float));
    network.forward(batch, true, Key(5));
    return network.loss(batch, {labels.data(), nullptr, nullptr}, 0.1).loss / batch;
  }
};

TEST(Network, GradientAgreesWithDifferencesOfTheLossAlongRandomDirections) {
  for (const char* toml : networks) {
    const double tolerance = std::string(toml).find("kinked") != std::string::npos ? 0.15 : 0.02;
    for (int batch : {1, 3, 8, 13}) {
      if (batch == 1 && std::string(toml).find("batch_norm") != std::string::npos)
        continue;  // a batch of one has no spread
      Fixture f(toml, batch, 1);
      f.loss();
      f.network.backward(batch, f.gradients);
      for (const ParameterTensor& t : f.network.parameters().tensors()) {
        if (!learned(t.role)) continue;
        for (std::uint64_t draw = 0; draw < 3; ++draw) {
          const Key key = Key(17).with(t.offset).with(draw);
          const double step = 5e-4 / std::sqrt(static_cast<double>(t.size));
          double slope = 0;
          std::vector<float> saved(f.values.begin() + t.offset, f.values.begin() + t.offset + t.size);
          std::vector<double> direction(t.size);
          for (std::size_t i = 0; i < t.size; ++i) {
            direction[i] = key.normal(i);
            slope += direction[i] * static_cast<double>(f.gradients[t.offset + i]);
          }
          const auto at = [&](double factor) {
            for (std::size_t i = 0; i < t.size; ++i)
              f.values[t.offset + i] =
                  static_cast<float>(static_cast<double>(saved[i]) + factor * step * direction[i]);
            return f.loss();
          };
          const double measured = (at(1) - at(-1)) / (2 * step);
          std::copy(saved.begin(), saved.end(), f.values.begin() + static_cast<std::ptrdiff_t>(t.offset));
          double norm = 0;
          for (std::size_t i = 0; i < t.size; ++i) norm += std::pow(f.gradients[t.offset + i], 2);
          EXPECT_NEAR(measured, slope, 4e-3 + tolerance * std::sqrt(norm))
              << f.architecture.name << " " << t.name << " batch " << batch;
        }
      }
    }
  }
}

TEST(Network, ResultsAreTheSameBitForBitWithAnyNumberOfThreads) {
  for (const char* toml : networks) {
    for (int batch : {2, 13, 40}) {
      Fixture one(toml, batch, 1);
      const double loss = one.loss();
      one.network.backward(batch, one.gradients);
      for (int threads : {2, 3}) {
        Fixture other(toml, batch, threads);
        EXPECT_EQ(other.loss(), loss);
        other.network.backward(batch, other.gradients);
        EXPECT_EQ(
            std::memcmp(one.gradients.data(), other.gradients.data(), one.gradients.size() * sizeof(float)),
            0);
        EXPECT_EQ(std::memcmp(one.values.data(), other.values.data(), one.values.size() * sizeof(float)), 0);
      }
    }
  }
}

TEST(Network, FusedKernelsAgreeWithLayerByLayer) {
  for (const char* toml : {fused, winograd})
    for (int batch : {2, 7, 31}) {
      Fixture layers(toml, batch, 1, false), whole(toml, batch, 1, true);
      ASSERT_NE(layers.network.kernels().size(), whole.network.kernels().size());
      EXPECT_NEAR(layers.loss(), whole.loss(), 1e-5);
      layers.network.backward(batch, layers.gradients);
      whole.network.backward(batch, whole.gradients);
      for (const ParameterTensor& t : whole.network.parameters().tensors()) {
        // Buffers were updated in place; the others have gradients.
        const float* expected = learned(t.role) ? layers.gradients.data() : layers.values.data();
        const float* got = learned(t.role) ? whole.gradients.data() : whole.values.data();
        double difference = 0, norm = 0;
        for (std::size_t i = t.offset; i < t.offset + t.size; ++i) {
          difference += std::pow(static_cast<double>(expected[i]) - static_cast<double>(got[i]), 2);
          norm += std::pow(static_cast<double>(expected[i]), 2);
        }
        EXPECT_LE(std::sqrt(difference), 1e-5 * std::sqrt(norm)) << t.name << " batch " << batch;
      }
    }
}

TEST(Network, ASmallerBatchInALargerPlanGivesTheSameAsItsOwnPlan) {
  for (const char* toml : networks) {
    Fixture own(toml, 5, 1), large(toml, 32, 1);
    own.loss();
    own.network.backward(5, own.gradients);
    large.batch = 5;
    large.labels = own.labels, large.images = own.images;
    EXPECT_EQ(own.loss(), large.loss());
    large.network.backward(5, large.gradients);
    EXPECT_EQ(own.gradients, large.gradients);
  }
}

TEST(Network, StochasticDepthDropsWholeImagesAndScalesUpTheOthers) {
  Fixture f(R"(name = "depth"
input = [1, 1, 5]
classes = 3
layer = [
  {type = "dense", units = 3},
  {type = "stochastic_depth", rate = 0.4},
])",
            400, 2);
  const auto logits = [&](bool training, std::uint64_t key) {
    f.network.use_for_training(f.values);
    std::memcpy(f.network.input(), f.images.data(), f.images.size() * sizeof(float));
    f.network.forward(f.batch, training, Key(key));
    return std::vector<float>(f.network.logits(), f.network.logits() + 3 * f.batch);
  };
  const std::vector<float> whole = logits(false, 1), dropped = logits(true, 1);
  int zeros = 0;
  for (std::size_t i = 0; i < 400; ++i) {
    const bool zero = dropped[3 * i] == 0;
    zeros += zero;
    for (std::size_t c = 3 * i; c < 3 * i + 3; ++c)
      EXPECT_FLOAT_EQ(dropped[c], zero ? 0 : whole[c] / 0.6f) << "image " << i;
  }
  EXPECT_NEAR(zeros, 160, 40);  // four standard deviations
  EXPECT_NE(logits(true, 2), dropped);
  f.network.set_stochastic_depth(0);
  EXPECT_EQ(logits(true, 1), whole);
  for (const double rate : {-0.1, 1.0})
    test::expect_error(ExitCode::usage, {"stochastic depth"}, [&] { f.network.set_stochastic_depth(rate); });
}

TEST(Network, NanInAnImageReachesTheLoss) {
  for (const char* toml : networks) {
    Fixture f(toml, 4, 1);
    f.images[7] = std::nanf("");
    EXPECT_TRUE(std::isnan(f.loss()));
  }
}

// Convolutions with and without padding, ReLU, pool and dropout, and a dense layer of enough inputs.
const char* const for_tiles = R"(name = "for tiles"
input = [15, 14, 1]
classes = 5
layer = [
  {type = "conv2d", filters = 16, kernel = 3},
  {type = "relu"},
  {type = "conv2d", filters = 20, kernel = 3, padding = 1, bias = false},
  {type = "batch_norm"},
  {type = "relu"},
  {type = "conv2d", filters = 33, kernel = 3},
  {type = "relu"},
  {type = "max_pool", size = 2},
  {type = "dropout", rate = 0.25},
  {type = "conv2d", filters = 24, kernel = 5, padding = 2},
  {type = "relu"},
  {type = "flatten"},
  {type = "dense", units = 40},
  {type = "relu"},
  {type = "dense", units = 5},
])";

using Bf16Network = kernels::MatrixTiles;

TEST_P(Bf16Network, AgreesWithF32UpToTheRoundingOfOperands) {
  for (int batch : {2, 7, 31}) {
    Fixture exact(for_tiles, batch, 1), rounded(for_tiles, batch, 1, true, true);
    int on_tiles = 0;
    for (const std::string& kernel : rounded.network.kernels())
      on_tiles += kernel.find(GetParam()) != std::string::npos;
    EXPECT_EQ(on_tiles, 4);
    const double loss = exact.loss();
    EXPECT_NEAR(rounded.loss(), loss, 0.02 * loss);
    EXPECT_NE(rounded.loss(), loss);
    exact.network.backward(batch, exact.gradients);
    rounded.network.backward(batch, rounded.gradients);
    for (const ParameterTensor& t : exact.network.parameters().tensors()) {
      if (!learned(t.role)) continue;
      double difference = 0, norm = 0;
      for (std::size_t i = t.offset; i < t.offset + t.size; ++i) {
        difference += std::pow(exact.gradients[i] - rounded.gradients[i], 2);
        norm += std::pow(exact.gradients[i], 2);
      }
      // Operands have 8 bits, and near zero ReLU and pooling choose differently; a mistake would be of
      // order 1.
      EXPECT_LE(std::sqrt(difference), 0.15 * std::sqrt(norm)) << t.name << " batch " << batch;
    }
  }
}

TEST_P(Bf16Network, ResultsAreTheSameBitForBitWithAnyNumberOfThreads) {
  for (int batch : {2, 13, 40}) {
    Fixture one(for_tiles, batch, 1, true, true);
    const double loss = one.loss();
    one.network.backward(batch, one.gradients);
    for (int threads : {2, 3}) {
      Fixture other(for_tiles, batch, threads, true, true);
      EXPECT_EQ(other.loss(), loss);
      other.network.backward(batch, other.gradients);
      EXPECT_EQ(other.gradients, one.gradients);
    }
  }
}

TEST_P(Bf16Network, ASmallerBatchInALargerPlanGivesTheSameAsItsOwnPlan) {
  Fixture own(for_tiles, 5, 1, true, true), large(for_tiles, 32, 1, true, true);
  own.loss();
  own.network.backward(5, own.gradients);
  large.batch = 5;
  large.labels = own.labels, large.images = own.images;
  EXPECT_EQ(own.loss(), large.loss());
  large.network.backward(5, large.gradients);
  EXPECT_EQ(own.gradients, large.gradients);
}

TAILOR_FOR_EACH_MATRIX_UNIT(Bf16Network);

TEST(Network, RefusesBf16WhereTheProcessorHasNoTilesForIt) {
  kernels::pretend_without_bf16(true);
  const Architecture architecture = parse_architecture(for_tiles, "test", {.binding = false});
  Workers workers(1);
  try {
    const Network network(architecture, {.bf16 = true}, workers);
    ADD_FAILURE() << "not refused";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::usage);
    EXPECT_THAT(e.what(), testing::HasSubstr("AMX"));
  }
  kernels::pretend_without_bf16(false);
}

// Called out of order, or with what does not fit, it says so.
TEST(Network, ChecksWhatItIsGiven) {
  Fixture f(networks[0], 4, 1);
  const kernels::Targets targets{f.labels.data()};
  const auto refused = [](const std::vector<std::string>& words, auto&& call) {
    test::expect_error(ExitCode::usage, words, call);
  };
  refused({"forward", "no values"}, [&] { f.network.forward(2, true); });
  refused({"changed", "no values"}, [&] { f.network.changed(); });
  std::vector<float> few(f.values.size() - 1);
  refused({"use", fmt::format("{} values", f.values.size())}, [&] { f.network.use(few); });
  refused({"use"}, [&] { f.network.use_for_training(few); });

  f.network.use(f.values);
  refused({"use_for_training()"}, [&] { f.network.forward(2, true); });
  f.network.use_for_training(f.values);
  for (const int batch : {0, -1, 5}) {
    refused({"forward", fmt::format("batch {}", batch), "1 to 4"}, [&] { f.network.forward(batch, true); });
    refused({"loss", "1 to 4"}, [&] { f.network.loss(batch, targets, 0); });
    refused({"backward", "1 to 4"}, [&] { f.network.backward(batch, f.gradients); });
  }
  refused({"loss", "forward()"}, [&] { f.network.loss(2, targets, 0); });
  std::copy_n(f.images.data(), f.images.size(), f.network.input());
  f.network.forward(3, true);
  refused({"backward", "loss()"}, [&] { f.network.backward(3, f.gradients); });
  refused({"loss", "same batch"}, [&] { f.network.loss(2, targets, 0); });
  refused({"no labels"}, [&] { f.network.loss(3, {nullptr}, 0); });
  refused({"label_smoothing"}, [&] { f.network.loss(3, targets, 1); });
  for (const std::int32_t label : {-1, f.architecture.classes}) {
    std::vector<std::int32_t> wrong = f.labels;
    wrong[2] = label;
    refused({"image 2", fmt::format("got {}", label)}, [&] { f.network.loss(3, {wrong.data()}, 0); });
    const std::vector<float> weights(4, 0.5f);
    refused({"second label", "image 2"}, [&] {
      f.network.loss(3, {f.labels.data(), wrong.data(), weights.data()}, 0);
    });
  }
  refused({"weights"}, [&] { f.network.loss(3, {f.labels.data(), f.labels.data(), nullptr}, 0); });
  f.network.loss(3, targets, 0);
  refused({"backward", "same batch"}, [&] { f.network.backward(2, f.gradients); });
  refused({"gradients"}, [&] { f.network.backward(3, std::span(f.gradients).first(1)); });
  f.network.backward(3, f.gradients);
  refused({"backward"}, [&] { f.network.backward(3, f.gradients); });
  f.network.forward(3, false);
  f.network.loss(3, targets, 0);
  refused({"training"}, [&] { f.network.backward(3, f.gradients); });
  refused({"dropout layers"}, [&] { f.network.set_dropout_rates(std::vector<double>(9, 0.5)); });
  refused({"momentum"}, [&] { f.network.set_batch_norm_momentum(1.5); });
}

TEST(Network, OneForPredictionDoesNotTrain) {
  const Architecture architecture = parse_architecture(for_tiles, "test", {.binding = false});
  Workers workers(1);
  Network network(architecture, {.max_batch = 2, .training = false}, workers);
  std::vector<float> values(network.parameters().total_floats());
  test::expect_error(ExitCode::usage, {"for prediction"}, [&] { network.use_for_training(values); });
  network.use(values);
  test::expect_error(ExitCode::usage, {"prediction"}, [&] { network.forward(1, true); });
}

TEST(Network, RefusesAnEmptyArchitectureAndAnEmptyBatch) {
  Workers workers(1);
  test::expect_error(ExitCode::usage, {"no layers"}, [&] { Network(Architecture(), {}, workers); });
  const Architecture architecture = parse_architecture(for_tiles, "test", {.binding = false});
  for (const int batch : {0, -5})
    test::expect_error(ExitCode::usage, {"max_batch"},
                       [&] { Network(architecture, {.max_batch = batch}, workers); });
}

}  // namespace
}  // namespace tailor
