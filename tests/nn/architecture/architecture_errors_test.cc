// Everything that can be wrong in an architecture file: one exact message each, with line, layer and key; and
// no file, however damaged, does more than throw.
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/nn/architecture/architecture.h"
#include "tailor/nn/architecture/shape_inference.h"

namespace tailor {
namespace {

std::string message(const std::string& toml, const DataShape& data = {}) {
  try {
    parse_architecture(toml, "x.toml", data);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input) << error.what();
    return error.what();
  }
  return "no error";
}

// A network that is right but for one [[layer]], which stands on lines 2 to n.
std::string with(const std::string& layer, const std::string& behind = "type = \"flatten\"") {
  return message("name = \"x\"\n[[layer]]\n" + layer + "\n[[layer]]\n" + behind +
                 "\n[[layer]]\ntype = \"dense\"\nunits = \"classes\"\n");
}

const std::string conv = "type = \"conv2d\"\nfilters = 2\nkernel = 3\n";
const std::string pool = "type = \"max_pool\"\nsize = 2\n";
const std::string tail = "\n[[layer]]\ntype = \"flatten\"\n[[layer]]\ntype = \"dense\"\nunits = 10\n";

TEST(ArchitectureErrors, ThisFileStartsFromRightNetworks) {
  EXPECT_EQ(with(conv), "no error");
  EXPECT_EQ(with(pool), "no error");
}

TEST(ArchitectureErrors, Syntax) {
  EXPECT_THAT(message("name = \"x\"\nlayer = [\n"), testing::StartsWith("x.toml:2:"));
  EXPECT_THAT(message("name = \"x\"\nname = \"y\"\n"), testing::StartsWith("x.toml:2:"));
  EXPECT_THAT(message("name = \"\xff\""), testing::StartsWith("x.toml:1:"));
  EXPECT_THAT(message("[[é]]"), testing::StartsWith("x.toml:1:"));
  EXPECT_THAT(message("name ="), testing::ContainsRegex("^x.toml:1:[0-9]+: not valid TOML: "));
}

TEST(ArchitectureErrors, Head) {
  EXPECT_EQ(message(""), "x.toml:1: key 'name': missing: the network's name");
  EXPECT_EQ(message("\nnaem = \"x\""), "x.toml:2: key 'naem': unknown key (did you mean 'name'?)");
  EXPECT_EQ(message("name = 3"), "x.toml:1: key 'name': expected a text of 1 to 64 bytes on one line, got 3");
  EXPECT_EQ(message("name = \"\""),
            "x.toml:1: key 'name': expected a text of 1 to 64 bytes on one line, got ''");
  EXPECT_EQ(message("name = \"x\""),
            "x.toml:1: key 'layer': missing: a network needs at least one [[layer]] table");
  EXPECT_EQ(message("name = \"x\"\nlayer = []"),
            "x.toml:2: key 'layer': a network needs at least one [[layer]] table");
  EXPECT_EQ(message("name = \"x\"\n[layer]\ntype = \"flatten\""),
            "x.toml:2: key 'layer': expected [[layer]] tables, in double brackets, got a table");
  EXPECT_EQ(message("name = \"x\"\nlayer = [1, 2]"),
            "x.toml:2: key 'layer': expected [[layer]] tables, in double brackets, got [1, 2]");
}

TEST(ArchitectureErrors, InputAndClasses) {
  const std::string expected =
      "x.toml:2: key 'input': expected [height, width, channels], sides from 1 to 65536, channels from 1 to "
      "4096, got ";
  for (const std::string bad :
       {"28", "[28, 28]", "[28, 28, 0]", "[-1, 28, 1]", "[28, 70000, 1]", "[28, 28, true]", "[28, 28, 1, 1]"})
    EXPECT_EQ(message("name = \"x\"\ninput = " + bad), expected + bad);
  EXPECT_EQ(message("name = \"x\"\ninput = [65536, 65536, 4096]"),
            "x.toml:2: key 'input': 17592186044416 values are too many: at most 2147483647");
  EXPECT_EQ(message("name = \"x\"\ninput = [32, 32, 3]"),
            "x.toml:2: key 'input': this network reads 32x32x3 images, the data have 28x28x1: without the "
            "key it follows the data");
  for (const std::string bad : {"1", "0", "-3", "65536", "9223372036854775807", "2.0", "true"})
    EXPECT_EQ(message("name = \"x\"\nclasses = " + bad),
              "x.toml:2: key 'classes': expected a whole number from 2 to 65535, got " +
                  (bad == "2.0" ? "2" : bad));
  EXPECT_EQ(message("name = \"x\"\nclasses = 26"),
            "x.toml:2: key 'classes': this network tells 26 classes apart, the data have 10: without the key "
            "it follows the data");
}

TEST(ArchitectureErrors, TypesAndKeys) {
  EXPECT_EQ(with("filters = 3"),
            "x.toml:2: layer 1, key 'type': missing: the kind of layer, such as \"conv2d\"");
  EXPECT_EQ(with("type = \"conf2d\""),
            "x.toml:3: layer 1, key 'type': unknown layer type 'conf2d' (did you mean 'conv2d'?)");
  EXPECT_THAT(with("type = \"attention_head\""),
              testing::StartsWith("x.toml:3: layer 1, key 'type': unknown layer type 'attention_head'; "
                                  "the types are conv2d, max_pool"));
  EXPECT_THAT(with("type = 5"),
              testing::StartsWith("x.toml:3: layer 1, key 'type': unknown layer type 5; the types are"));
  EXPECT_EQ(with(conv + "fliters = 3"),
            "x.toml:6: layer 1 (conv2d), key 'fliters': unknown key (did you mean 'filters'?)");
  EXPECT_EQ(with(pool + "kernel = 3"), "x.toml:5: layer 1 (max_pool), key 'kernel': unknown key");
  EXPECT_EQ(with(pool + "activation = \"relu\""),
            "x.toml:5: layer 1 (max_pool), key 'activation': unknown key (did you mean 'dilation'?)");
  EXPECT_EQ(with("type = \"conv2d\"\nfilters = 2"),
            "x.toml:2: layer 1 (conv2d), key 'kernel': missing: height and width of the filters");
}

TEST(ArchitectureErrors, Values) {
  const auto conv_with = [](const std::string& line) { return with("type = \"conv2d\"\n" + line); };
  const std::string filters =
      "x.toml:4: layer 1 (conv2d), key 'filters': expected a whole number from 1 to 1048576 or \"classes\", "
      "got ";
  EXPECT_EQ(conv_with("filters = 0\nkernel = 3"), filters + "0");
  EXPECT_EQ(conv_with("filters = 1048577\nkernel = 3"), filters + "1048577");
  EXPECT_EQ(conv_with("filters = 2.5\nkernel = 3"), filters + "2.5");
  EXPECT_EQ(conv_with("filters = \"many\"\nkernel = 3"), filters + "'many'");
  const std::string kernel =
      "x.toml:5: layer 1 (conv2d), key 'kernel': expected a whole number or [height, width], from 1 to 1024, "
      "got ";
  EXPECT_EQ(conv_with("filters = 2\nkernel = 0"), kernel + "0");
  EXPECT_EQ(conv_with("filters = 2\nkernel = [3]"), kernel + "[3]");
  EXPECT_EQ(conv_with("filters = 2\nkernel = [3, 0]"), kernel + "[3, 0]");
  EXPECT_EQ(conv_with("filters = 2\nkernel = [3, 3, 3]"), kernel + "[3, 3, 3]");
  EXPECT_EQ(conv_with("filters = 2\nkernel = 2021-05-06"), kernel + "a date or time");
  EXPECT_EQ(with(conv + "stride = 0"),
            "x.toml:6: layer 1 (conv2d), key 'stride': expected a whole number or [height, width], "
            "from 1 to 1024, got 0");
  EXPECT_EQ(with(conv + "padding = \"sam\""),
            "x.toml:6: layer 1 (conv2d), key 'padding': expected a whole number, [height, width] or "
            "[top, left, bottom, right], from 0 to 1024, \"same\" or \"valid\", got 'sam'");
  EXPECT_EQ(with(conv + "padding = -1"),
            "x.toml:6: layer 1 (conv2d), key 'padding': expected a whole number, [height, width] or "
            "[top, left, bottom, right], from 0 to 1024, \"same\" or \"valid\", got -1");
  EXPECT_EQ(with(conv + "bias = 1"), "x.toml:6: layer 1 (conv2d), key 'bias': expected true or false, got 1");
  EXPECT_EQ(with(conv + "activation = \"rleu\""),
            "x.toml:6: layer 1 (conv2d), key 'activation': expected relu, leaky_relu, elu, gelu, silu, tanh, "
            "sigmoid, hard_sigmoid, hard_swish, clip, prelu, got 'rleu' (did you mean 'relu'?)");
  const std::string rate =
      "x.toml:4: layer 1 (dropout), key 'rate': expected a number from 0 to below 1, got ";
  for (const std::string bad : {"1", "-0.1", "nan", "inf", "'half'"})
    EXPECT_EQ(with("type = \"dropout\"\nrate = " + bad), rate + bad);
  EXPECT_EQ(with("type = \"batch_norm\"\nepsilon = 0"),
            "x.toml:4: layer 1 (batch_norm), key 'epsilon': expected a number from 1e-12 to 1, got 0");
  EXPECT_EQ(with("type = \"leaky_relu\"\nslope = -1"),
            "x.toml:4: layer 1 (leaky_relu), key 'slope': expected a number from 0 to 1, got -1");
}

TEST(ArchitectureErrors, Windows) {
  for (const std::string bad : {"[1, 2, 3]", "[]", "[1]", "[1, -1]", "[1, 0.5]"})
    EXPECT_EQ(
        with(conv + "padding = " + bad),
        "x.toml:6: layer 1 (conv2d), key 'padding': expected a whole number, [height, width] or [top, left, "
        "bottom, right], from 0 to 1024, \"same\" or \"valid\", got " +
            bad);
  EXPECT_EQ(with(conv + "stride = [1, 2, 1, 2]"),
            "x.toml:6: layer 1 (conv2d), key 'stride': expected a whole number or [height, width], from 1 to "
            "1024, got [1, 2, 1, 2]");
  EXPECT_EQ(
      with(conv + "padding = [0, 3, 0, 0]"),
      "x.toml:6: layer 1 (conv2d), key 'padding': expected less than the kernel (3x3), got [0, 3, 0, 0]: a "
      "window would see nothing but padding");
  EXPECT_EQ(
      with(conv + "dilation = [1, 2]\npadding = [1, 5]"),
      "x.toml:7: layer 1 (conv2d), key 'padding': expected less than the kernel (3x5 with its dilation), "
      "got [1, 5]: a window would see nothing but padding");
  EXPECT_EQ(
      with(conv + "dilation = 20"),
      "x.toml:5: layer 1 (conv2d), key 'kernel': 3x3 (41x41 with its dilation) does not fit into the input "
      "of 28x28x1");
  EXPECT_EQ(
      with("type = \"conv2d\"\nfilters = 2\nkernel = 1024\ndilation = 3\npadding = \"same\""),
      "x.toml:7: layer 1 (conv2d), key 'padding': expected at most 1024 rows and columns, got [1534, 1534, "
      "1535, 1535]");
  EXPECT_EQ(with("type = \"max_pool\"\nsize = 2\ndilation = [1, 30]\npadding = [0, 1, 0, 2]"),
            "x.toml:5: layer 1 (max_pool), key 'dilation': a window of 2x2 (2x31 with its dilation) over the "
            "input of 28x28x1 would see nothing but padding");
  EXPECT_EQ(with("type = \"max_pool\"\nsize = 30\nceil_mode = true\nstride = 2"),
            "x.toml:4: layer 1 (max_pool), key 'size': 30x30 does not fit into the input of 28x28x1");
  EXPECT_EQ(with(conv + "groups = 2"),
            "x.toml:6: layer 1 (conv2d), key 'groups': 1 channel cannot be divided into 2 equal groups");
  EXPECT_EQ(with("type = \"conv2d\"\nfilters = 4\nkernel = 3\nname = \"a\"",
                 "type = \"conv2d\"\nfilters = 6\nkernel = 3\ngroups = 4"),
            "x.toml:11: layer 2 (conv2d), key 'groups': 6 filters cannot be divided into 4 equal groups");
  EXPECT_EQ(with(conv + "ceil_mode = true"), "x.toml:6: layer 1 (conv2d), key 'ceil_mode': unknown key");
  EXPECT_EQ(with("type = \"max_pool\"\nsize = 2\ncount_include_pad = true"),
            "x.toml:5: layer 1 (max_pool), key 'count_include_pad': unknown key");
  EXPECT_EQ(
      with("type = \"adaptive_average_pool\"\nsize = [0, 7]"),
      "x.toml:4: layer 1 (adaptive_average_pool), key 'size': expected a whole number or [height, width], "
      "from 1 to 1024, got [0, 7]");
  EXPECT_EQ(with(conv + "padding = 3"),
            "x.toml:6: layer 1 (conv2d), key 'padding': expected less than the kernel (3x3), got 3: a window "
            "would see nothing but padding");
  EXPECT_EQ(with("type = \"conv2d\"\nfilters = 2\nkernel = 29"),
            "x.toml:5: layer 1 (conv2d), key 'kernel': 29x29 does not fit into the input of 28x28x1");
  EXPECT_EQ(with("type = \"max_pool\"\nsize = 33\npadding = 2"),
            "x.toml:4: layer 1 (max_pool), key 'size': 33x33 does not fit into the input of 28x28x1, 32x32 "
            "with its padding");
}

TEST(ArchitectureErrors, Names) {
  const std::string rule =
      "x.toml:6: layer 1 (conv2d), key 'name': expected 1 to 64 letters, digits, '_' or '-', got ";
  EXPECT_EQ(with(conv + "name = \"a b\""), rule + "'a b'");
  EXPECT_EQ(with(conv + "name = \"\""), rule + "''");
  EXPECT_EQ(with(conv + "name = 7"), rule + "7");
  EXPECT_EQ(with(conv + "name = \"input\""),
            "x.toml:6: layer 1 (conv2d), key 'name': 'input' is the name of the network's input");
  EXPECT_EQ(with(conv + "name = \"a\"", "type = \"flatten\"\nname = \"a\""),
            "x.toml:9: layer 2 (flatten), key 'name': layer 1 is already called 'a'");
}

TEST(ArchitectureErrors, References) {
  EXPECT_EQ(with(conv + "name = \"first\"", "type = \"flatten\"\ninput = \"frist\""),
            "x.toml:9: layer 2 (flatten), key 'input': no layer is called 'frist' (did you mean 'first'?)");
  EXPECT_EQ(with(conv + "input = \"later\"", "type = \"flatten\"\nname = \"later\""),
            "x.toml:6: layer 1 (conv2d), key 'input': 'later' is layer 2: a layer can read only layers that "
            "stand before it");
  EXPECT_EQ(with(conv + "name = \"me\"\ninput = \"me\""),
            "x.toml:7: layer 1 (conv2d), key 'input': 'me' is layer 1: a layer can read only layers that "
            "stand before it");
  EXPECT_EQ(with(conv + "input = 0"),
            "x.toml:6: layer 1 (conv2d), key 'input': expected the name of an earlier layer, got 0");
  EXPECT_EQ(with(conv + "inputs = [\"input\"]"),
            "x.toml:6: layer 1 (conv2d), key 'inputs': unknown key (did you mean 'input'?)");
}

TEST(ArchitectureErrors, Sums) {
  EXPECT_EQ(with("type = \"add\""),
            "x.toml:2: layer 1 (add), key 'inputs': missing: the names of the layers to add, such as [\"a\", "
            "\"b\"]");
  EXPECT_EQ(with("type = \"add\"\ninput = \"input\""),
            "x.toml:4: layer 1 (add), key 'input': unknown key (did you mean 'inputs'?)");
  EXPECT_EQ(with("type = \"add\"\ninputs = [\"input\"]"),
            "x.toml:4: layer 1 (add), key 'inputs': expected the names of two or more layers, got ['input']");
  EXPECT_EQ(with("type = \"add\"\ninputs = [\"input\", \"input\"]"),
            "x.toml:4: layer 1 (add), key 'inputs': the same layer twice in ['input', 'input']");
  EXPECT_EQ(message("name = \"x\"\n[[layer]]\n" + conv +
                    "name = \"a\"\n[[layer]]\ntype = \"add\"\ninputs = [\"input\", \"a\"]" + tail),
            "x.toml:9: layer 2 (add), key 'inputs': shapes differ: 'input' gives 28x28x1, 'a' gives 26x26x2");
}

TEST(ArchitectureErrors, Products) {
  const auto product = [](const std::string& layer, const std::string& inputs) {
    return message("name = \"x\"\n[[layer]]\n" + layer +
                   "name = \"a\"\n[[layer]]\ntype = \"multiply\"\ninputs = " + inputs + tail);
  };
  EXPECT_EQ(product("type = \"global_average_pool\"\n", "[\"a\", \"input\"]"), "no error");
  EXPECT_EQ(
      product(conv, "[\"a\", \"input\"]"),
      "x.toml:9: layer 2 (multiply), key 'inputs': shapes differ: 'input' gives 28x28x1, 'a' gives 26x26x2; "
      "a product needs two alike, or one of 1 x 1 x channels");
  EXPECT_EQ(
      with("type = \"multiply\""),
      "x.toml:2: layer 1 (multiply), key 'inputs': missing: the names of the layers to multiply, such as "
      "[\"a\", \"b\"]");
  EXPECT_EQ(product("type = \"tanh\"\n[[layer]]\ntype = \"relu\"\nname = \"b\"\n[[layer]]\ntype = \"elu\"\n",
                    "[\"a\", \"b\", \"input\"]"),
            "x.toml:12: layer 4 (multiply), key 'inputs': expected two layers, got 3");
}

TEST(ArchitectureErrors, Channels) {
  EXPECT_EQ(message("name = \"x\"\n[[layer]]\n" + conv +
                    "name = \"a\"\n[[layer]]\ntype = \"concatenate\"\ninputs = [\"input\", \"a\"]" + tail),
            "x.toml:9: layer 2 (concatenate), key 'inputs': shapes differ: 'input' gives 28x28x1, 'a' gives "
            "26x26x2; layers side by side need one height and width");
  EXPECT_EQ(with("type = \"slice\""),
            "x.toml:2: layer 1 (slice), key 'to': missing: channel behind the last one");
  EXPECT_EQ(with("type = \"slice\"\nto = 2"),
            "x.toml:4: layer 1 (slice), key 'to': expected at most 1, the channels that it reads, got 2");
  EXPECT_EQ(with("type = \"slice\"\nfrom = 1\nto = 1"),
            "x.toml:4: layer 1 (slice), key 'from': expected 0 or more and less than 'to' (1), got 1");
  for (const std::string kind : {"channel_shuffle", "group_norm"}) {
    EXPECT_THAT(with("type = \"" + kind + "\""),
                testing::StartsWith("x.toml:2: layer 1 (" + kind + "), key 'groups': missing: "));
    EXPECT_EQ(
        with("type = \"" + kind + "\"\ngroups = 2"),
        "x.toml:4: layer 1 (" + kind + "), key 'groups': 1 channel cannot be divided into 2 equal groups");
  }
  EXPECT_EQ(with("type = \"clip\"\nlow = 6"),
            "x.toml:2: layer 1 (clip), key 'high': expected more than 'low' (6), got 6");
}

TEST(ArchitectureErrors, RatesOfStochasticDepth) {
  const std::string depth = "type = \"stochastic_depth\"\nrate = ";
  EXPECT_EQ(
      with(depth + "0.2", depth + "0.2\n[[layer]]\ntype = \"flatten\""),
      "x.toml:4: layer 1 (stochastic_depth), key 'rate': the rates of stochastic depth grow in even steps from "
      "0 to the last layer's, 0.2: expected 0 or no key, got 0.2");
  EXPECT_EQ(with(depth + "1"),
            "x.toml:4: layer 1 (stochastic_depth), key 'rate': expected a number from 0 to below 1, got 1");
}

TEST(ArchitectureErrors, Ends) {
  EXPECT_EQ(with(conv, conv),
            "x.toml:12: layer 3 (dense): a dense layer reads a flat layer, got 24x24x2: put a layer with "
            "type = \"flatten\" before it");
  EXPECT_EQ(message("name = \"x\"\n[[layer]]\n" + conv),
            "x.toml:2: layer 1 (conv2d): the last layer must give one logit for each of the 10 classes, "
            "1x1x10; it gives 26x26x2");
  EXPECT_EQ(message("name = \"x\"\n[[layer]]\ntype = \"flatten\"\n[[layer]]\ntype = \"dense\"\nunits = 12"),
            "x.toml:6: layer 2 (dense), key 'units': the last layer must give one logit for each of the 10 "
            "classes, 1x1x10; it gives 1x1x12 (units = \"classes\" follows the data)");
  EXPECT_EQ(with(conv + "name = \"lost\"", "type = \"flatten\"\ninput = \"input\""),
            "x.toml:2: layer 1 (conv2d): no layer reads the output of 'lost': connect it or take it out");
}

TEST(ArchitectureErrors, Sizes) {
  const DataShape large{{60000, 30000, 1}, 10};
  EXPECT_EQ(
      message("name = \"x\"\n[[layer]]\n" + conv + tail, large),
      "x.toml:2: layer 1 (conv2d): an output of 59998x29998x2 is too large: at most 2,147,483,647 values");
  EXPECT_EQ(
      message("name = \"x\"\n[[layer]]\ntype = \"flatten\"\n[[layer]]\ntype = \"dense\"\nunits = "
              "1000000\n[[layer]]\ntype = \"dense\"\nunits = \"classes\"",
              large),
      "x.toml:4: layer 2 (dense): too many parameters: the network may learn at most 2,147,483,648 values");
  const std::string many = "type = \"conv2d\"\nfilters = 100\nkernel = 1000\npadding = 500\n";
  EXPECT_EQ(message("name = \"x\"\n[[layer]]\n" + many + tail, {{4000, 4000, 4}, 10}),
            "x.toml:2: layer 1 (conv2d): too many multiply-adds: at most 1,125,899,906,842,624 for an image");
}

TEST(ArchitectureErrors, MadeByCode) {
  Architecture a;
  a.name = "made";
  a.input = {28, 28, 1};
  a.classes = 10;
  EXPECT_THAT([&] { infer_shapes(a); }, testing::ThrowsMessage<Error>("architecture 'made': no layers"));
  Layer add;
  add.kind = LayerKind::add;
  add.inputs = {-1, 0};
  a.layers = {add};
  EXPECT_THAT([&] { infer_shapes(a); },
              testing::ThrowsMessage<Error>(
                  "architecture 'made': layer 1 (add), key 'inputs': layer index 0 is not an earlier layer"));
}

TEST(ArchitectureErrors, Files) {
  const std::filesystem::path folder = testing::TempDir();
  EXPECT_THAT([&] { read_architecture(folder / "none.toml"); },
              testing::ThrowsMessage<Error>(testing::HasSubstr("none.toml: cannot open")));
  EXPECT_THAT(
      [&] { read_architecture(folder); },
      testing::ThrowsMessage<Error>(testing::HasSubstr("expected an architecture file, got a folder")));
  const std::filesystem::path huge = folder / "tailor_huge.toml";
  write_file(huge, std::string((1 << 20) + 1, '#'));
  EXPECT_THAT([&] { read_architecture(huge); },
              testing::ThrowsMessage<Error>(testing::HasSubstr("too large for an architecture file")));
  std::filesystem::remove(huge);
  EXPECT_THAT(
      [] { find_architecture("mnist_cn"); },
      testing::ThrowsMessage<Error>(
          "architecture 'mnist_cn': neither a shipped name nor a file (did you mean 'mnist_cnn'?); "
          "shipped are mnist_cnn, lenet5, vgg_bn, resnet20, resnet18, densenet40, squeezenet, mobilenet_v2"));
}

// Truncated, with bytes changed, lines dropped or doubled: parsed, or an Error; nothing else.
TEST(ArchitectureErrors, SurvivesDamage) {
  const std::string folder = TAILOR_SOURCE_DIR "/architectures/";
  std::mt19937 random(1);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  int refused = 0, total = 0;
  const auto attempt = [&](const std::string& text) {
    ++total;
    try {
      parse_architecture(text, "x.toml");
    } catch (const Error& error) {
      ++refused;
      EXPECT_THAT(error.what(), testing::StartsWith("x.toml:"));
    }
  };
  const std::string bytes = std::string(1, '\0') + "\"'[]{}=\n\\#0123456789-+.eE_ \xff";
  for (const std::string name : {"mnist_cnn.toml", "resnet20.toml"}) {
    const std::string text = read_file(folder + name);
    for (std::size_t length = 0; length < text.size(); length += 1 + text.size() / 500)
      attempt(text.substr(0, length));
    for (int i = 0; i < 1000; ++i) {
      std::string damaged = text;
      for (std::size_t n = 1 + below(3); n > 0; --n) {
        const std::size_t at = below(damaged.size());
        switch (below(4)) {
          case 0:
            damaged[at] = bytes[below(bytes.size())];
            break;
          case 1:
            damaged.insert(at, 1, bytes[below(bytes.size())]);
            break;
          case 2:
            damaged.erase(at, below(40));
            break;
          default:
            damaged.insert(at, damaged.substr(below(damaged.size()), below(60)));
        }
      }
      attempt(damaged);
    }
  }
  EXPECT_GT(refused, total / 4);
  EXPECT_LT(refused, total);
  attempt("name = " + std::string(100000, '['));
  attempt("name = \"x\"\nlayer = " + std::string(200, '[') + std::string(200, ']'));
}

}  // namespace
}  // namespace tailor
