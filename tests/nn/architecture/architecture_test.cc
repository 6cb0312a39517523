// What a file comes to: layers, wiring, shapes, counts, names, sugar, and the fingerprint over its meaning.
#include "tailor/nn/architecture/architecture.h"

#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tailor/base/file.h"
#include "tailor/base/hash.h"
#include "tailor/nn/architecture/layer_kinds.h"

namespace tailor {
namespace {

Architecture parse(const std::string& layers, const DataShape& data = {}) {
  return parse_architecture("name = \"t\"\n" + layers, "t.toml", data);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

const std::string small = R"([[layer]]
type = "conv2d"
filters = 8
kernel = 3
activation = "relu"
[[layer]]
type = "max_pool"
size = 2
[[layer]]
type = "dropout"
rate = 0.25
[[layer]]
type = "flatten"
[[layer]]
type = "dense"
units = "classes"
)";

TEST(Architecture, DefaultNetworkIsTheKnownOne) {
  const Architecture a = find_architecture("mnist_cnn");
  EXPECT_EQ(a.parameters(), 1199882);
  EXPECT_EQ(a.multiply_adds(), 11992448);
  ASSERT_EQ(a.layers.size(), 11u);
  EXPECT_EQ(a.layers[2].output, (Shape{24, 24, 64}));
  EXPECT_EQ(a.layers[2].parameters, 18496);
  EXPECT_EQ(a.layers[2].multiply_adds, 10616832);
  EXPECT_EQ(a.layers[6].output, (Shape{1, 1, 9216}));
  EXPECT_EQ(a.layers.back().output, (Shape{1, 1, 10}));
  EXPECT_DOUBLE_EQ(a.layers[5].rate, 0.25);
  EXPECT_EQ(a.layers[5].name, "dropout_1");
  EXPECT_EQ(a.layers[9].name, "dropout_2");
}

TEST(Architecture, ShippedNetworksHaveTheirKnownSizes) {
  EXPECT_THAT(shipped_architectures(),
              testing::ElementsAre("mnist_cnn", "lenet5", "vgg_bn", "resnet20", "resnet18", "densenet40",
                                   "squeezenet", "mobilenet_v2"));
  EXPECT_EQ(find_architecture("lenet5").parameters(), 61706);
  EXPECT_EQ(find_architecture("lenet5").multiply_adds(),
            28 * 28 * 150 + 10 * 10 * 2400 + 400 * 120 + 120 * 84 + 840);
  // Per width c: two convolutions and their norms; then two dense layers and the norm between them.
  const auto pair = [](int from, int c) { return 9 * from * c + 9 * c * c + 4 * c; };
  EXPECT_EQ(find_architecture("vgg_bn").parameters(),
            pair(1, 32) + pair(32, 64) + pair(64, 128) + 1152 * 128 + 2 * 128 + 1290);
  // ResNet-20 with option B has 272,474 on 32x32x3; one input channel is 2 * 9 * 16 fewer.
  EXPECT_EQ(find_architecture("resnet20", {{32, 32, 3}, 10}).parameters(), 272474);
  EXPECT_EQ(find_architecture("resnet20").parameters(), 272186);
  EXPECT_EQ(find_architecture("densenet40", {{32, 32, 3}, 10}).parameters(), 1019722);  // its authors' "1.0M"
  // torchvision's resnet18 has a 7x7 stem: 64 * 3 * 40 weights more, and 990 * 513 for 1,000 classes.
  EXPECT_EQ(find_architecture("resnet18", {{32, 32, 3}, 10}).parameters(),
            11689512 - 64 * 3 * 40 - 990 * 513);
  // torchvision's mobilenet_v2(num_classes=10): strides change nothing.
  EXPECT_EQ(find_architecture("mobilenet_v2", {{32, 32, 3}, 10}).parameters(), 2236682);
  EXPECT_EQ(find_architecture("mobilenet_v2", {{32, 32, 3}, 10}).layers.end()[-4].output,
            (Shape{4, 4, 1280}));
  // torchvision's squeezenet1_1(num_classes=10).
  EXPECT_EQ(find_architecture("squeezenet", {{32, 32, 3}, 10}).parameters(), 727626);
}

TEST(Architecture, FollowsTheDataWhereTheFileLeavesItOpen) {
  const Architecture a = find_architecture("mnist_cnn", {{32, 32, 3}, 100});
  EXPECT_EQ(a.input, (Shape{32, 32, 3}));
  EXPECT_EQ(a.layers.back().filters, 100);
  EXPECT_NE(a.fingerprint, find_architecture("mnist_cnn").fingerprint);
}

TEST(Architecture, AFixedInputHoldsIfNoDataBind) {
  DataShape data;
  data.binding = false;
  const Architecture a = parse("input = [9, 8, 3]\nclasses = 4\n" + small, data);
  EXPECT_EQ(a.input, (Shape{9, 8, 3}));
  EXPECT_EQ(a.classes, 4);
}

TEST(Architecture, DividesDownAsPyTorchDoes) {
  // torch.nn.Conv2d(1, 4, (3, 5), stride=2, padding=1) on 28x28 gives 14x13; MaxPool2d(3, 2, padding=1) then
  // 7x7.
  const Architecture a = parse(R"(
[[layer]]
type = "conv2d"
filters = 4
kernel = [3, 5]
stride = 2
padding = 1
bias = false
[[layer]]
type = "max_pool"
size = 3
stride = 2
padding = 1
[[layer]]
type = "average_pool"
size = [2, 3]
stride = 2
[[layer]]
type = "batch_norm"
[[layer]]
type = "global_average_pool"
[[layer]]
type = "dense"
units = 10
)");
  EXPECT_EQ(a.layers[0].output, (Shape{14, 13, 4}));
  EXPECT_EQ(a.layers[0].parameters, 60);
  EXPECT_EQ(a.layers[0].multiply_adds, 14 * 13 * 60);
  EXPECT_EQ(a.layers[1].output, (Shape{7, 7, 4}));
  EXPECT_EQ(a.layers[2].output, (Shape{3, 3, 4}));
  EXPECT_EQ(a.layers[3].parameters, 8);
  EXPECT_DOUBLE_EQ(a.layers[3].epsilon, 1e-5);
  EXPECT_EQ(a.layers[5].parameters, 50);
}

// Height and width of what one layer makes of the image.
std::string size_after(const std::string& layer, int height, int width) {
  const Architecture a =
      parse("layer = [{" + layer + "}, {type = 'global_average_pool'}, {type = 'dense', units = 10}]",
            {{height, width, 4}, 10});
  return fmt::format("{}x{}", a.layers[0].output.height, a.layers[0].output.width);
}

TEST(Architecture, SizesOfGeneralWindowsAreThoseOfPyTorchAndKeras) {
  const std::string conv = "type = 'conv2d', filters = 8, ", pool = "type = 'max_pool', ",
                    average = "type = 'average_pool', ";
  // torch.nn.Conv2d(4, 8, kernel, stride, padding, dilation), torch.nn.MaxPool2d and AvgPool2d.
  EXPECT_EQ(size_after(conv + "kernel = 3, dilation = 2", 28, 28), "24x24");
  EXPECT_EQ(size_after(conv + "kernel = [3, 2], dilation = [2, 5], stride = [2, 1]", 28, 21), "12x16");
  EXPECT_EQ(size_after(conv + "kernel = 3, padding = [1, 0], groups = 4", 28, 28), "28x26");
  EXPECT_EQ(size_after(conv + "kernel = 3, padding = [0, 1, 2, 0], stride = [3, 2]", 28, 28), "10x14");
  EXPECT_EQ(size_after(pool + "size = [2, 3]", 28, 28), "14x9");
  EXPECT_EQ(size_after(pool + "size = 3, stride = 2", 28, 29), "13x14");
  EXPECT_EQ(size_after(pool + "size = 3, stride = 2, ceil_mode = true", 28, 29), "14x14");
  EXPECT_EQ(size_after(pool + "size = 2, stride = 3, padding = 1, ceil_mode = true", 6, 7), "3x3");
  EXPECT_EQ(size_after(pool + "size = 1, stride = 3, ceil_mode = true", 6, 7), "2x3");
  EXPECT_EQ(size_after(pool + "size = 2, stride = 2, ceil_mode = true", 1, 5), "1x3");
  EXPECT_EQ(size_after(pool + "size = 3, dilation = 2, padding = 1", 9, 11), "3x3");
  EXPECT_EQ(size_after(average + "size = 3, stride = 2, padding = 1, ceil_mode = true", 8, 9), "5x5");
  EXPECT_EQ(size_after("type = 'adaptive_average_pool', size = [3, 40]", 28, 28), "3x40");
  // tf.keras.layers: ceil(input / stride).
  EXPECT_EQ(size_after(conv + "kernel = 3, stride = 2, padding = 'same'", 28, 29), "14x15");
  EXPECT_EQ(size_after(conv + "kernel = 4, padding = 'same'", 28, 29), "28x29");
  EXPECT_EQ(size_after(conv + "kernel = 3, dilation = 3, padding = 'same'", 28, 29), "28x29");
  EXPECT_EQ(size_after(conv + "kernel = 1, stride = 3, padding = 'same'", 28, 29), "10x10");
  EXPECT_EQ(size_after(pool + "size = 2, padding = 'same'", 28, 29), "14x15");
}

TEST(Architecture, SamePaddingPutsTheOddRowBelowAndRight) {
  const auto padding = [](const std::string& layer, int side) {
    const Architecture a = parse("layer = [{type = 'conv2d', filters = 8, padding = 'same', " + layer +
                                     "}, {type = 'global_average_pool'}, {type = 'dense', units = 10}]",
                                 {{side, side + 1, 1}, 10});
    return attribute_text(*kind_info(LayerKind::conv2d).attribute("padding"), a.layers[0]);
  };
  EXPECT_EQ(padding("kernel = 3", 28), "1");
  EXPECT_EQ(padding("kernel = [3, 7]", 28), "[1, 3]");
  EXPECT_EQ(padding("kernel = 3, stride = 2", 28), "[0, 1, 1, 1]");
  EXPECT_EQ(padding("kernel = 4", 28), "[1, 1, 2, 2]");
  EXPECT_EQ(padding("kernel = 3, dilation = 2", 28), "2");
  EXPECT_EQ(padding("kernel = 2, stride = 4", 28), "[0, 0, 0, 1]");
  EXPECT_EQ(padding("kernel = 1, stride = 3", 28), "0");
}

TEST(Architecture, GroupsDivideWeightsAndMultiplyAdds) {
  const Architecture a = parse(
      "layer = [{type = 'conv2d', filters = 12, kernel = [3, 2], groups = 2, bias = false}, "
      "{type = 'global_average_pool'}, {type = 'dense', units = 10}]",
      {{9, 9, 6}, 10});
  EXPECT_EQ(a.layers[0].parameters, 12 * 3 * 2 * 3);
  EXPECT_EQ(a.layers[0].multiply_adds, 7 * 8 * 12 * 3 * 2 * 3);
}

TEST(Architecture, AnActivationBelongsToTheLayerThatNamesIt) {
  const Architecture a = parse(R"(
[[layer]]
type = "conv2d"
name = "stem"
filters = 8
kernel = 3
padding = "same"
activation = "leaky_relu"
[[layer]]
type = "conv2d"
filters = 8
kernel = 3
padding = "same"
[[layer]]
type = "add"
inputs = ["stem", "conv2d_2"]
activation = "elu"
[[layer]]
type = "flatten"
[[layer]]
type = "dense"
units = "classes"
)");
  ASSERT_EQ(a.layers.size(), 7u);
  EXPECT_EQ(a.layers[0].padding_top, 1);
  EXPECT_EQ(a.layers[1].kind, LayerKind::leaky_relu);
  EXPECT_DOUBLE_EQ(a.layers[1].slope, 0.01);
  EXPECT_THAT(a.layers[3].inputs, testing::ElementsAre(1, 2));
  EXPECT_DOUBLE_EQ(a.layers[4].slope, 1);
  EXPECT_EQ(a.layers[4].name, "elu_1");
}

TEST(Architecture, MadeNamesAvoidGivenOnes) {
  const Architecture a =
      parse(replaced(small, "type = \"max_pool\"", "type = \"max_pool\"\nname = \"conv2d_1\""));
  EXPECT_EQ(a.layers[0].name, "conv2d_2");
  EXPECT_EQ(a.layers[2].name, "conv2d_1");
}

TEST(ArchitectureFingerprint, IsPinned) {
  // Stored studies carry it; a change of the canonical text must be meant.
  const std::string meaning = R"(tailor architecture 1
input 28x28x1
classes 10
conv2d -1 filters=32 kernel=[3, 3] stride=1 padding=0 bias=true
relu 0
conv2d 1 filters=64 kernel=[3, 3] stride=1 padding=0 bias=true
relu 2
max_pool 3 size=[2, 2] stride=2 padding=0
dropout 4
flatten 5
dense 6 units=128 bias=true
relu 7
dropout 8
dense 9 units=10 bias=true
)";
  const std::string print = find_architecture("mnist_cnn").fingerprint;
  EXPECT_EQ(print, sha256(meaning));
  EXPECT_EQ(print, "eddc0f3ca93133f6380c15cd8965fe244aef36d35be1b0154ce0ad6933e85961");
}

TEST(ArchitectureFingerprint, IsPinnedForLayersThatJoinAndMoveChannels) {
  const Architecture a = parse(R"(input = [4, 4, 2]
classes = 2
layer = [
  {type = "clip"},
  {type = "hard_sigmoid", name = "gate"},
  {type = "multiply", inputs = ["gate", "input"], name = "product"},
  {type = "concatenate", inputs = ["product", "input"]},
  {type = "channel_shuffle", groups = 2},
  {type = "slice", from = 1, to = 4},
  {type = "prelu", name = "curved"},
  {type = "scale"},
  {type = "stochastic_depth", name = "branch", rate = 0.1},
  {type = "add", inputs = ["branch", "curved"]},
  {type = "group_norm", groups = 3},
  {type = "layer_norm"},
  {type = "hard_swish"},
  {type = "sigmoid"},
  {type = "flatten"},
  {type = "dense", units = 2},
])",
                               {.binding = false});
  EXPECT_EQ(a.fingerprint, sha256(R"(tailor architecture 1
input 4x4x2
classes 2
clip -1 low=0 high=6
hard_sigmoid 0 alpha=0.16666666666666666 beta=0.5
multiply -1,1
concatenate 2,-1
channel_shuffle 3 groups=2
slice 4 from=1 to=4
prelu 5 shared=false initial=0.25
scale 6 initial=1e-06
stochastic_depth 7
add 6,8
group_norm 9 groups=3 epsilon=1e-05
layer_norm 10 epsilon=1e-05
hard_swish 11
sigmoid 12
flatten 13
dense 14 units=2 bias=true
)"));
}

TEST(ArchitectureFingerprint, IgnoresSpelling) {
  const std::string print = parse(small).fingerprint;
  EXPECT_EQ(print.size(), 64u);
  EXPECT_EQ(parse_architecture("# c\nname = \"other\"\n" + small, "x").fingerprint, print);
  for (const auto& [from, to] : {
           std::pair{"filters = 8\nkernel = 3", "kernel = [3, 3] # comment\nfilters = 8"},
           {"kernel = 3", "kernel = 3\nname = \"first\""},
           {"kernel = 3", "kernel = 3\nstride = 1\npadding = \"valid\"\nbias = true"},
           {"activation = \"relu\"", "[[layer]]\ntype = \"relu\""},
           {"rate = 0.25", "rate = 0.75"},
           {"rate = 0.25\n", ""},
           {"size = 2", "size = 2\nstride = 2"},
           {"kernel = 3",
            "kernel = 3\nstride = [1, 1]\npadding = [0, 0, 0, 0]\ndilation = [1, 1]\ngroups = 1"},
           {"size = 2", "size = [2, 2]\nstride = [2, 2]\nceil_mode = false\ndilation = 1"},
           {"\"classes\"", "10"},
           {"[[layer]]", "classes = 10\ninput = [28, 28, 1]\n[[layer]]"},
       })
    EXPECT_EQ(parse(replaced(small, from, to)).fingerprint, print) << to;
}

TEST(ArchitectureFingerprint, FeelsEveryChangeOfMeaning) {
  const std::string print = parse(small).fingerprint;
  for (const auto& [from, to] : {
           std::pair{"filters = 8", "filters = 9"},
           {"kernel = 3", "kernel = [3, 2]"},
           {"kernel = 3", "kernel = 3\nstride = 2"},
           {"kernel = 3", "kernel = 3\npadding = 1"},
           {"kernel = 3", "kernel = 3\nbias = false"},
           {"kernel = 3", "kernel = 3\nstride = [1, 2]"},
           {"kernel = 3", "kernel = 3\npadding = [0, 0, 1, 1]"},
           {"kernel = 3", "kernel = 3\npadding = [0, 1]"},
           {"kernel = 3", "kernel = 3\ndilation = 2"},
           {"size = 2", "size = 2\nceil_mode = true"},
           {"size = 2", "size = 2\ndilation = [2, 1]"},
           {"\"relu\"", "\"gelu\""},
           {"max_pool", "average_pool"},
           {"[[layer]]\ntype = \"dropout\"\nrate = 0.25\n", ""},
           {"size = 2", "size = 2\n[[layer]]\ntype = \"batch_norm\""},
           {"size = 2", "size = 2\n[[layer]]\ntype = \"leaky_relu\""},
       })
    EXPECT_NE(parse(replaced(small, from, to)).fingerprint, print) << to;
  const auto with = [](const std::string& layer) {
    return parse(replaced(small, "[[layer]]", "[[layer]]\n" + layer + "\n[[layer]]"));
  };
  EXPECT_NE(with("type = \"leaky_relu\"").fingerprint,
            with("type = \"leaky_relu\"\nslope = 0.2").fingerprint);
  EXPECT_NE(with("type = \"elu\"").fingerprint, with("type = \"elu\"\nalpha = 0.5").fingerprint);
  EXPECT_NE(with("type = \"batch_norm\"").fingerprint,
            with("type = \"batch_norm\"\nepsilon = 1e-3").fingerprint);
  EXPECT_NE(parse(small, {{28, 28, 3}, 10}).fingerprint, print);
  EXPECT_NE(parse(small, {{28, 28, 1}, 11}).fingerprint, print);
}

TEST(ArchitectureFingerprint, FeelsTheWiringButNotTheOrderOfASum) {
  const auto wired = [](const std::string& inputs) {
    return parse(R"([[layer]]
type = "relu"
name = "a"
[[layer]]
type = "tanh"
name = "b"
[[layer]]
type = "add"
inputs = )" + inputs +
                 R"(
[[layer]]
type = "flatten"
[[layer]]
type = "dense"
units = "classes")")
        .fingerprint;
  };
  EXPECT_EQ(wired("[\"a\", \"b\"]"), wired("[\"b\", \"a\"]"));
  EXPECT_NE(wired("[\"a\", \"b\"]"), wired("[\"input\", \"b\"]"));
}

TEST(Architecture, ToTomlReadsBackTheSame) {
  for (const std::string& name : shipped_architectures()) {
    const Architecture a = find_architecture(name, {{32, 40, 3}, 7});
    const std::string text = to_toml(a);
    const Architecture b = parse_architecture(text, "again", {{32, 40, 3}, 7});
    EXPECT_EQ(a.fingerprint, b.fingerprint) << name;
    EXPECT_EQ(text, to_toml(b)) << name;
    ASSERT_EQ(a.layers.size(), b.layers.size());
    for (std::size_t i = 0; i < a.layers.size(); ++i) {
      EXPECT_EQ(a.layers[i].rate, b.layers[i].rate);
      EXPECT_EQ(a.layers[i].name, b.layers[i].name);
    }
  }
}

TEST(Architecture, ToTomlWritesWhatIsNotTheDefault) {
  const std::string layers = R"(layer = [
  {type = "conv2d", filters = 8, kernel = 3, stride = [1, 2], padding = "same", dilation = [1, 2], groups = 4},
  {type = "max_pool", size = [2, 3], padding = [0, 1], ceil_mode = true, dilation = 2, stride = 1},
  {type = "average_pool", size = 2, padding = [0, 1, 1, 0], count_include_pad = true, ceil_mode = true},
  {type = "adaptive_average_pool", size = [3, 2]},
  {type = "flatten"},
  {type = "dense", units = 10},
])";
  const Architecture a = parse(layers, {{28, 29, 4}, 10});
  const std::string text = to_toml(a);
  for (const char* line : {"stride = [1, 2]\n", "padding = [1, 2]\n", "dilation = [1, 2]\n", "groups = 4\n",
                           "padding = [0, 1]\n", "dilation = 2\n", "ceil_mode = true\n",
                           "padding = [0, 1, 1, 0]\n", "count_include_pad = true\n", "size = [3, 2]\n"})
    EXPECT_THAT(text, testing::HasSubstr(line));
  const Architecture b = parse_architecture(text, "again", {{28, 29, 4}, 10});
  EXPECT_EQ(a.fingerprint, b.fingerprint);
  EXPECT_EQ(text, to_toml(b));
  for (const char* word : {"groups", "dilation", "ceil_mode", "count_include_pad"})
    EXPECT_THAT(to_toml(find_architecture("mnist_cnn")), testing::Not(testing::HasSubstr(word)));
}

TEST(Architecture, TheDocumentationHoldsTheTableOfKinds) {
  const std::string page = read_file(TAILOR_SOURCE_DIR "/docs/architecture-files.md");
  EXPECT_THAT(page, testing::EndsWith("Written by `tailor architecture kinds`.\n\n" + layer_reference()));
}

// Every kind that moves, joins or weighs channels; two residual branches that may be dropped.
const std::string wired = R"([[layer]]
type = "conv2d"
name = "stem"
filters = 8
kernel = 3
padding = "same"
activation = "relu6"
[[layer]]
type = "global_average_pool"
[[layer]]
type = "dense"
units = 8
activation = "hard_sigmoid"
name = "gate"
[[layer]]
type = "multiply"
name = "excited"
inputs = ["gate", "stem"]
[[layer]]
type = "scale"
[[layer]]
type = "stochastic_depth"
name = "first"
[[layer]]
type = "add"
name = "sum"
inputs = ["stem", "first"]
activation = "hard_swish"
[[layer]]
type = "group_norm"
groups = 4
activation = "sigmoid"
[[layer]]
type = "stochastic_depth"
name = "second"
rate = 0.2
[[layer]]
type = "add"
name = "added"
inputs = ["second", "sum"]
[[layer]]
type = "slice"
from = 2
to = 5
name = "part"
[[layer]]
type = "prelu"
input = "added"
name = "curved"
[[layer]]
type = "concatenate"
inputs = ["part", "curved", "input"]
name = "all"
[[layer]]
type = "channel_shuffle"
groups = 3
[[layer]]
type = "layer_norm"
epsilon = 1e-6
activation = "prelu"
[[layer]]
type = "clip"
low = -1
high = 1
[[layer]]
type = "flatten"
[[layer]]
type = "dense"
units = "classes"
)";

TEST(Architecture, JoinsWeighsAndMovesChannels) {
  const Architecture a = parse(wired);
  const auto layer = [&](const std::string& name) {
    for (const Layer& l : a.layers)
      if (l.name == name) return l;
    ADD_FAILURE() << name;
    return Layer();
  };
  EXPECT_EQ(layer("clip_1").low, 0);
  EXPECT_EQ(layer("clip_1").high, 6);
  EXPECT_DOUBLE_EQ(layer("hard_sigmoid_1").slope, 1.0 / 6);
  EXPECT_EQ(layer("hard_sigmoid_1").offset, 0.5);
  EXPECT_EQ(layer("excited").output, (Shape{28, 28, 8}));
  EXPECT_EQ(layer("scale_1").parameters, 8);
  EXPECT_EQ(layer("scale_1").initial, 1e-6);
  EXPECT_EQ(layer("group_norm_1").parameters, 16);
  EXPECT_EQ(layer("part").output, (Shape{28, 28, 3}));
  EXPECT_EQ(layer("curved").parameters, 8);
  EXPECT_EQ(layer("curved").initial, 0.25);
  EXPECT_EQ(layer("all").output, (Shape{28, 28, 12}));
  EXPECT_EQ(layer("layer_norm_1").parameters, 24);
  // In the file's order, unlike a sum's or a product's.
  const std::vector<int> in_order = layer("all").inputs;
  ASSERT_EQ(in_order.size(), 3u);
  EXPECT_GT(in_order[1], in_order[0]);
  EXPECT_EQ(in_order[2], -1);
  EXPECT_LT(layer("excited").inputs[0], layer("excited").inputs[1]);
  // One slope for all channels.
  EXPECT_EQ(parse(replaced(wired, "type = \"prelu\"", "type = \"prelu\"\nshared = true")).parameters(),
            a.parameters() - 7);
}

TEST(Architecture, RatesOfStochasticDepthGrowInEvenStepsToTheLast) {
  const auto rates = [](const std::string& text) {
    std::vector<double> found;
    for (const Layer& layer : parse(text).layers)
      if (layer.kind == LayerKind::stochastic_depth) found.push_back(layer.rate);
    return found;
  };
  EXPECT_THAT(rates(wired), testing::ElementsAre(0, 0.2));
  const std::string three =
      replaced(wired, "[[layer]]\ntype = \"group_norm\"",
               "[[layer]]\ntype = \"stochastic_depth\"\n[[layer]]\ntype = \"group_norm\"");
  EXPECT_THAT(rates(three), testing::ElementsAre(0, 0.1, 0.2));
  // torchvision's file of the same writes them all.
  EXPECT_THAT(rates(replaced(three, "\"stochastic_depth\"\n[[", "\"stochastic_depth\"\nrate = 0.1\n[[")),
              testing::ElementsAre(0, 0.1, 0.2));
  EXPECT_EQ(parse(wired).fingerprint, parse(replaced(wired, "rate = 0.2", "rate = 0.3")).fingerprint);
}

TEST(ArchitectureFingerprint, FeelsTheNewLayersAttributesAndTheOrderOfAConcatenation) {
  const std::string print = parse(wired).fingerprint;
  for (const auto& [from, to] : {
           std::pair{"[\"part\", \"curved\", \"input\"]", "[\"input\", \"curved\", \"part\"]"},
           {"type = \"scale\"", "type = \"scale\"\ninitial = 1"},
           {"type = \"prelu\"", "type = \"prelu\"\ninitial = 0.1"},
           {"type = \"prelu\"", "type = \"prelu\"\nshared = true"},
           {"groups = 4", "groups = 2"},
           {"groups = 3", "groups = 4"},
           {"epsilon = 1e-6", "epsilon = 1e-5"},
           {"from = 2\nto = 5", "from = 1\nto = 4"},
           {"low = -1", "low = -2"},
           {"high = 1", "high = 2"},
           {"\"relu6\"", "\"relu\""},
       })
    EXPECT_NE(parse(replaced(wired, from, to)).fingerprint, print) << to;
  for (const auto& [from, to] : {
           std::pair{"[\"gate\", \"stem\"]", "[\"stem\", \"gate\"]"},
           {"\"relu6\"", "\"clip\""},
           {"type = \"clip\"", "type = \"relu6\""},
           {"type = \"scale\"", "type = \"scale\"\ninitial = 1e-6"},
       })
    EXPECT_EQ(parse(replaced(wired, from, to)).fingerprint, print) << to;
}

TEST(Architecture, ToTomlReadsBackEveryLayer) {
  const Architecture a = parse(wired);
  const std::string text = to_toml(a);
  const Architecture b = parse_architecture(text, "again");
  EXPECT_EQ(a.fingerprint, b.fingerprint);
  EXPECT_EQ(text, to_toml(b));
}

TEST(Architecture, ToTomlQuotesTheName) {
  const Architecture a = parse_architecture("name = 'a \"b\" \\ é'\n" + small, "t.toml");
  EXPECT_EQ(parse_architecture(to_toml(a), "again").name, a.name);
}

}  // namespace
}  // namespace tailor
