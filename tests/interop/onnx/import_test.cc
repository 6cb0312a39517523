#include "tailor/interop/onnx/import.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "interop/onnx/models.h"
#include "scratch.h"
#include "tailor/base/error.h"
#include "tailor/base/threads.h"
#include "tailor/nn/network.h"

namespace tailor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class OnnxImporter : public ::testing::Test {
 protected:
  OnnxImport take(const ModelBuilder& model, const OnnxOptions& options = {}) {
    return import_onnx(model.write(scratch("model.onnx")), options);
  }
  std::string refusal(const ModelBuilder& model, const OnnxOptions& options = {}) {
    try {
      take(model, options);
    } catch (const Error& error) {
      return error.what();
    }
    return "taken";
  }

  // Of one image [height][width][channels].
  static std::vector<float> logits(const OnnxImport& import, const std::vector<float>& image) {
    Workers workers(1);
    Network network(import.architecture, {.max_batch = 1}, workers);
    AlignedFloats values(network.parameters().total_floats());
    for (const ParameterTensor& t : network.parameters().tensors())
      for (const Tensor& tensor : import.weights)
        if (tensor.name == t.name)
          std::copy(tensor.data.begin(), tensor.data.end(),
                    values.begin() + static_cast<std::ptrdiff_t>(t.offset));
    network.use(values);
    std::copy(image.begin(), image.end(), network.input());
    network.forward(1, false);
    return {network.logits(), network.logits() + network.classes()};
  }

  static std::vector<std::string> kinds(const OnnxImport& import) {
    std::vector<std::string> names;
    for (const Layer& layer : import.architecture.layers) names.emplace_back(layer_kind_name(layer.kind));
    return names;
  }
};

// Conv 2 -> 3 channels 2x2, batch norm, relu, flatten, 3 classes, on 3x4 images: in plain loops over ONNX's own layouts.
struct Small {
  static constexpr int in = 2, filters = 3, height = 3, width = 4, out_height = 2, out_width = 3, classes = 3;
  std::vector<float> image = made_up_values(in * height * width, 100);  // [height][width][channels]
  std::vector<float> kernel = made_up_values(filters * in * 4, 200);    // [out][in][2][2]
  std::vector<float> scale = made_up_values(filters, 300), shift = made_up_values(filters, 310),
                     mean = made_up_values(filters, 320), variance = {0.5f, 1.25f, 2};
  std::vector<float> dense =
      made_up_values(classes * filters * 6, 400);  // [classes][channels, height, width]
  std::vector<float> bias = made_up_values(classes, 500);

  // `place`: where a value of the flattened map stands among a dense layer's inputs.
  std::vector<double> expected(const std::function<int(int, int, int)>& place) const {
    std::vector<double> logits(bias.begin(), bias.end());
    for (int f = 0; f < filters; ++f)
      for (int y = 0; y < out_height; ++y)
        for (int x = 0; x < out_width; ++x) {
          double sum = 0;
          for (int c = 0; c < in; ++c)
            for (int k = 0; k < 4; ++k)
              sum += double{kernel[static_cast<std::size_t>((f * in + c) * 4 + k)]} *
                     image[static_cast<std::size_t>(((y + k / 2) * width + x + k % 2) * in + c)];
          const auto i = static_cast<std::size_t>(f);
          const double norm = (sum - mean[i]) / std::sqrt(variance[i] + 1e-3) * scale[i] + shift[i];
          for (std::size_t o = 0; o < classes; ++o)
            logits[o] +=
                std::max(norm, 0.0) * dense[o * filters * 6 + static_cast<std::size_t>(place(f, y, x))];
        }
    return logits;
  }
};

void expect_near(const std::vector<float>& got, const std::vector<double>& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-5);
}

// As PyTorch writes it, with the sizes for Reshape computed from the input's.
ModelBuilder as_pytorch(const Small& s) {
  ModelBuilder m({-1, 2, 3, 4});
  m.reals("features.0.weight", {3, 2, 2, 2}, s.kernel);
  m.reals("features.1.weight", {3}, s.scale), m.reals("features.1.bias", {3}, s.shift);
  m.reals("mean", {3}, s.mean), m.reals("variance", {3}, s.variance);
  m.reals("fc.weight", {3, 18}, s.dense), m.reals("fc.bias", {3}, s.bias);
  m.node("Conv", {"images", "features.0.weight"}, "/features/features.0/Conv");
  m.node("BatchNormalization",
         {m.last->output(0), "features.1.weight", "features.1.bias", "mean", "variance"}, "norm");
  m.real("epsilon", 1e-3f);
  m.node("Relu", {"norm"}, "/features/features.2/Relu");
  m.node("Shape", {m.last->output(0)}, "shape");
  m.wholes("zero", {0}), m.wholes("rest", {-1});
  m.node("Gather", {"shape", "zero"}, "batch");
  m.node("Concat", {"batch", "rest"}, "sizes");
  m.integer("axis", 0);
  m.node("Reshape", {"/features/features.2/Relu", "sizes"}, "flat");
  m.node("Gemm", {"flat", "fc.weight", "fc.bias"}, "/fc/Gemm");
  m.integer("transB", 1);
  return m;
}

TEST_F(OnnxImporter, TakesInWhatPyTorchWrites) {
  const Small s;
  ModelBuilder model = as_pytorch(s);
  model.output("/fc/Gemm");
  const OnnxImport import = take(model);
  EXPECT_THAT(kinds(import), ElementsAre("conv2d", "batch_norm", "relu", "flatten", "dense"));
  EXPECT_EQ(import.architecture.layers[0].name, "features-0");
  EXPECT_EQ(import.architecture.layers[4].name, "fc");
  EXPECT_FALSE(import.architecture.layers[0].bias);
  EXPECT_THAT(import.remarks, IsEmpty());
  expect_near(logits(import, s.image), s.expected([](int f, int y, int x) { return (f * 2 + y) * 3 + x; }));
}

// Channels last outside, first inside; bias by an Add; the batch norm in pieces; a soft-max.
TEST_F(OnnxImporter, TakesInWhatKerasWrites) {
  const Small s;
  ModelBuilder m({-1, 3, 4, 2});
  std::vector<float> factor, offset, turned(s.dense.size());
  for (std::size_t c = 0; c < 3; ++c) {
    factor.push_back(s.scale[c] / std::sqrt(s.variance[c] + 1e-3f));
    offset.push_back(s.shift[c] - s.mean[c] * factor[c]);
  }
  for (std::size_t o = 0; o < 3; ++o)
    for (std::size_t i = 0; i < 18; ++i) turned[i * 3 + o] = s.dense[o * 18 + i];
  m.reals("kernel", {3, 2, 2, 2}, s.kernel), m.reals("factor", {3, 1, 1}, factor),
      m.reals("offset", {1, 3, 1, 1}, offset);
  m.reals("matrix", {18, 3}, turned), m.reals("bias", {3}, s.bias);
  m.node("Transpose", {"images"}, "first");
  m.ints("perm", {0, 3, 1, 2});
  m.node("Conv", {"first", "kernel"}, "StatefulPartitionedCall/net_1/conv1_1/convolution");
  m.node("Mul", {m.last->output(0), "factor"}, "scaled");
  m.node("Add", {"scaled", "offset"}, "StatefulPartitionedCall/net_1/bn1_1/add");
  m.node("Relu", {m.last->output(0)}, "active");
  m.node("Transpose", {"active"}, "last");
  m.ints("perm", {0, 2, 3, 1});
  m.wholes("sizes", {-1, 18});
  m.node("Reshape", {"last", "sizes"}, "flat");
  m.node("MatMul", {"flat", "matrix"}, "product");
  m.node("Add", {"product", "bias"}, "sum");
  m.node("Softmax", {"sum"}, "probabilities");
  m.output("probabilities");
  const OnnxImport import = take(m);
  EXPECT_THAT(kinds(import), ElementsAre("conv2d", "batch_norm", "relu", "flatten", "dense"));
  EXPECT_EQ(import.architecture.input, (Shape{3, 4, 2}));
  EXPECT_THAT(import.remarks, ElementsAre(HasSubstr("Softmax"), HasSubstr("batch_norm")));
  expect_near(logits(import, s.image), s.expected([](int f, int y, int x) { return (y * 3 + x) * 3 + f; }));
}

TEST_F(OnnxImporter, WhatItWritesIsReadBackTheSame) {
  ModelBuilder model = as_pytorch(Small());
  model.output("/fc/Gemm");
  const OnnxImport import = take(model);
  EXPECT_THAT(import.toml, HasSubstr("input = [3, 4, 2]\nclasses = 3\n"));
  EXPECT_THAT(import.toml, HasSubstr("units = \"classes\""));
  const OnnxImport open = take(model, {.input = {}, .classes_of_data = true});
  EXPECT_THAT(open.toml, testing::Not(HasSubstr("classes = 3")));
  EXPECT_EQ(parse_architecture(open.toml, "test", {{3, 4, 2}, 3, true}).fingerprint,
            import.architecture.fingerprint);
}

TEST_F(OnnxImporter, OpenSizesAreAskedFor) {
  ModelBuilder m({-1, 2, -1, -1});
  m.reals("w", {3, 2, 1, 1}, made_up_values(6));
  m.node("Conv", {"images", "w"}, "conv");
  m.node("GlobalAveragePool", {"conv"}, "mean");
  m.output(m.node("Flatten", {"mean"}, "flat"));
  EXPECT_THAT(refusal(m), HasSubstr("give --input"));
  EXPECT_THAT(refusal(m, {Shape{5, 5, 1}}), HasSubstr("fixes an input of [?, 2, ?, ?]"));
  const OnnxImport import = take(m, {Shape{5, 6, 2}});
  EXPECT_EQ(import.architecture.input, (Shape{5, 6, 2}));
  EXPECT_THAT(import.toml, testing::Not(HasSubstr("input = ")));
}

TEST_F(OnnxImporter, NamesAllThatItCannotTakeIn) {
  ModelBuilder m({1, 2, 4, 4});
  m.reals("w", {3, 2, 1, 1}, made_up_values(6)), m.reals("w3", {3, 2, 1, 1, 1}, made_up_values(6));
  m.node("Conv", {"images", "w"}, "conv");
  m.node("Softplus", {"conv"}, "soft");
  m.node("Conv", {"images", "w3"}, "solid");
  m.node("Resize", {"solid"}, "larger");
  m.node("Add", {"soft", "larger"}, "sum");
  m.node("GlobalAveragePool", {"sum"}, "mean");
  m.output(m.node("Flatten", {"mean"}, "flat"));
  const std::string text = refusal(m);
  EXPECT_THAT(text, HasSubstr("node 'solid' (Conv): weights of [3, 2, 1, 1, 1]"));
  EXPECT_THAT(text, HasSubstr("node 'larger' (Resize): no layer computes it"));
  m.graph().mutable_node(4)->set_input(1, "conv");
  EXPECT_THAT(refusal(m), HasSubstr("no layer computes Softplus"));
}

TEST_F(OnnxImporter, TakesOffTheNormalisationOfTheInput) {
  ModelBuilder m({1, 4, 4, 2});
  m.reals("mean", {2}, {1, 2}), m.reals("deviation", {2}, {2, 4}),
      m.reals("w", {3, 2, 1, 1}, made_up_values(6));
  m.node("Sub", {"images", "mean"}, "centred");
  m.node("Div", {"centred", "deviation"}, "normal");
  m.node("Transpose", {"normal"}, "first");
  m.ints("perm", {0, 3, 1, 2});
  m.node("Conv", {"first", "w"}, "conv");
  m.node("GlobalAveragePool", {"conv"}, "average");
  m.output(m.node("Flatten", {"average"}, "flat"));
  const OnnxImport import = take(m);
  EXPECT_THAT(kinds(import), ElementsAre("conv2d", "global_average_pool"));
  EXPECT_THAT(import.remarks, ElementsAre(HasSubstr("0.5 x - 0.5; 0.25 x - 0.5")));
  EXPECT_EQ(import.metadata.at("input_scale"), "[0.5,0.25]");
}

// Each is a step of its own: a bias, a norm in pieces, an activation in pieces, a layer scale.
TEST_F(OnnxImporter, TellsBiasNormActivationAndScaleApart) {
  ModelBuilder m({1, 4, 4, 2});
  m.reals("w", {2, 3}, made_up_values(6)), m.reals("b", {3}, {1, 2, 3});
  m.reals("mean", {3}, {3, 2, 1}), m.reals("factor", {3}, {4, 5, 6}), m.reals("shift", {3}, {7, 8, 9});
  m.reals("w2", {3, 3}, made_up_values(9)), m.reals("three", {}, {3}), m.reals("six", {}, {6}),
      m.reals("zero", {}, {0});
  m.node("MatMul", {"images", "w"}, "product");
  m.node("Sub", {"product", "mean"}, "centred");
  m.node("Mul", {"centred", "factor"}, "scaled");
  m.node("Add", {"scaled", "shift"}, "normed");
  m.node("Add", {"normed", "three"}, "moved");
  m.node("Clip", {"moved", "zero", "six"}, "cut");
  m.node("Div", {"cut", "six"}, "sixth");
  m.node("Mul", {"normed", "sixth"}, "swish");
  m.node("MatMul", {"swish", "w2"}, "second");
  m.node("Add", {"b", "second"}, "biased");
  m.node("Mul", {"biased", "factor"}, "last");
  m.node("ReduceMean", {"last"}, "average");
  m.ints("axes", {1, 2}).integer("keepdims", 0);
  m.output("average");
  const OnnxImport import = take(m);
  EXPECT_THAT(kinds(import),
              ElementsAre("conv2d", "batch_norm", "hard_swish", "conv2d", "scale", "global_average_pool"));
  EXPECT_FALSE(import.architecture.layers[0].bias);
  EXPECT_TRUE(import.architecture.layers[3].bias);
}

// Zeros around values that can be negative are not what max_pool's padding means.
TEST_F(OnnxImporter, APadGoesIntoTheWindowBehindIt) {
  const auto model = [](bool rectified) {
    ModelBuilder m({1, 2, 4, 4});
    m.reals("w", {3, 2, 3, 3}, made_up_values(54));
    m.wholes("pads", {0, 0, 1, 1, 0, 0, 1, 1});
    m.node("Pad", {"images", "pads"}, "padded");
    m.node("Conv", {"padded", "w"}, "conv");
    m.node(rectified ? "Relu" : "Tanh", {"conv"}, "active");
    m.node("Pad", {"active", "pads"}, "again");
    m.node("MaxPool", {"again"}, "pool");
    m.ints("kernel_shape", {3, 3}).ints("strides", {2, 2});
    m.node("GlobalAveragePool", {"pool"}, "average");
    m.output(m.node("Flatten", {"average"}, "flat"));
    return m;
  };
  const OnnxImport import = take(model(true));
  EXPECT_THAT(kinds(import), ElementsAre("conv2d", "relu", "max_pool", "global_average_pool"));
  EXPECT_EQ(import.architecture.layers[0].output, (Shape{4, 4, 3}));
  EXPECT_EQ(import.architecture.layers[2].output, (Shape{2, 2, 3}));
  EXPECT_THAT(refusal(model(false)), HasSubstr("node 'pool' (MaxPool): a Pad with 0 before it"));
}

TEST_F(OnnxImporter, ABiasOfSharedValuesStaysBesideThem) {
  ModelBuilder m({1, 2, 4, 4});
  m.reals("w", {2, 2, 1, 1}, made_up_values(4)), m.reals("b", {1, 2, 1, 1}, {1, 2});
  m.node("Conv", {"images", "w"}, "conv");
  m.node("Add", {"conv", "b"}, "biased");
  m.node("Add", {"conv", "biased"}, "sum");
  m.node("GlobalAveragePool", {"sum"}, "average");
  m.output(m.node("Flatten", {"average"}, "flat"));
  EXPECT_THAT(refusal(m), HasSubstr("fixed numbers within a network are no layer"));
}

TEST_F(OnnxImporter, SaysWhenANetworkLooksFolded) {
  ModelBuilder m({1, 2, 4, 4});
  std::string at = "images";
  for (int i = 0; i < 8; ++i) {
    const std::string n = std::to_string(i);
    m.reals("w" + n, {2, 2, 1, 1}, made_up_values(4)), m.reals("b" + n, {2}, {1, 2});
    at = m.node("Conv", {at, "w" + n, "b" + n}, "conv" + n);
  }
  m.node("GlobalAveragePool", {at}, "average");
  m.output(m.node("Flatten", {"average"}, "flat"));
  EXPECT_THAT(take(m).remarks, ElementsAre(HasSubstr("folded")));
}

TEST_F(OnnxImporter, DamagedGraphsAreRefused) {
  ModelBuilder m = as_pytorch(Small());
  m.output("/fc/Gemm");
  m.graph().mutable_node(1)->set_input(0, "nowhere");
  EXPECT_THAT(refusal(m), HasSubstr("reads 'nowhere', which nothing before it gives"));
  m.output("flat");
  EXPECT_THAT(refusal(m), HasSubstr("expected one output"));
}

}  // namespace
}  // namespace tailor
