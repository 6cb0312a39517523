// Files that are damaged or made to do harm.
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "interop/onnx/models.h"
#include "scratch.h"
#include "tailor/base/error.h"
#include "tailor/interop/onnx/graph.h"

namespace tailor::onnx {
namespace {

using ::testing::HasSubstr;

class OnnxFile : public ::testing::Test {
 protected:
  std::string refusal(const std::string& name = "model.onnx") {
    try {
      read_graph(scratch(name));
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_input);
      return error.what();
    }
    return "taken";
  }
  void write(const std::string& content) {
    std::ofstream(scratch("model.onnx"), std::ios::binary) << content;
  }

  static ModelBuilder small() {
    ModelBuilder model({1, 1, 4, 4});
    model.reals("w", {2, 1, 1, 1}, {1, 2});
    model.output(model.node("Conv", {"images", "w"}, "conv"));
    return model;
  }
};

TEST_F(OnnxFile, IsReadAsItIs) {
  small().write(scratch("model.onnx"));
  const Graph graph = read_graph(scratch("model.onnx"));
  ASSERT_EQ(graph.nodes.size(), 1u);
  EXPECT_EQ(graph.nodes[0].op, "Conv");
  EXPECT_THAT(graph.constants.at("w").reals, testing::ElementsAre(1, 2));
  EXPECT_THAT(graph.inputs.at(0).shape, testing::ElementsAre(1, 1, 4, 4));
}

TEST_F(OnnxFile, OtherFilesAreNamedForWhatTheyAre) {
  write("PK\x03\x04 and more");
  EXPECT_THAT(refusal(), HasSubstr("PyTorch .pt checkpoint"));
  write("");
  EXPECT_THAT(refusal(), HasSubstr("not an ONNX model"));
  EXPECT_THAT(refusal("missing.onnx"), HasSubstr("missing.onnx"));
}

TEST_F(OnnxFile, CutShortAnywhereIsRefused) {
  const std::string whole = small().model.SerializeAsString();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    write(whole.substr(0, length));
    EXPECT_NE(refusal(), "taken") << length;
  }
}

TEST_F(OnnxFile, SizesThatAreNotThereAreRefusedBeforeMemoryIsTaken) {
  ModelBuilder model = small();
  auto* tensor = model.graph().mutable_initializer(0);
  tensor->set_dims(0, 1 << 30);
  model.write(scratch("model.onnx"));
  EXPECT_THAT(refusal(), HasSubstr("expected 4294967296 bytes, got 8"));
  tensor->set_dims(1, std::int64_t{1} << 40);
  model.write(scratch("model.onnx"));
  EXPECT_THAT(refusal(), HasSubstr("at most"));
  tensor->set_dims(1, -1);
  model.write(scratch("model.onnx"));
  EXPECT_THAT(refusal(), HasSubstr("at most"));
}

// Two bytes for each node that would take a hundred of memory.
TEST_F(OnnxFile, EmptyNodesWithoutEndAreRefused) {
  constexpr std::size_t nodes = 1'000'000;
  std::string graph;
  for (std::size_t i = 0; i < nodes; ++i) graph += std::string("\x0a\x00", 2);
  std::string file = "\x3a";
  for (std::size_t length = graph.size(); length > 0; length >>= 7)
    file += static_cast<char>((length & 127) | (length > 127 ? 128 : 0));
  write(file + graph);
  EXPECT_THAT(refusal(), HasSubstr("far more memory"));
}

TEST_F(OnnxFile, WeightsBesideTheModelAreReadAndNoOthers) {
  ModelBuilder model = small();
  auto* tensor = model.graph().mutable_initializer(0);
  tensor->clear_raw_data();
  tensor->set_data_location(::onnx::TensorProto::EXTERNAL);
  auto* location = tensor->add_external_data();
  location->set_key("location"), location->set_value("weights.bin");
  auto* offset = tensor->add_external_data();
  offset->set_key("offset"), offset->set_value("4");
  model.write(scratch("model.onnx"));
  EXPECT_THAT(refusal(), HasSubstr("weights.bin, which is missing"));
  const float values[] = {9, 5, 6};
  std::ofstream(scratch("weights.bin"), std::ios::binary).write(reinterpret_cast<const char*>(values), 12);
  EXPECT_THAT(read_graph(scratch("model.onnx")).constants.at("w").reals, testing::ElementsAre(5, 6));

  offset->set_value("8");
  model.write(scratch("model.onnx"));
  EXPECT_THAT(refusal(), HasSubstr("bytes 8 to 16 of weights.bin are asked for, the file has 12"));
  offset->set_value("-4");
  model.write(scratch("model.onnx"));
  EXPECT_THAT(refusal(), HasSubstr("expected a whole number, got '-4'"));
  offset->set_value("4");
  for (const char* elsewhere : {"/etc/passwd", "../weights.bin", "a/../../weights.bin", ""}) {
    location->set_value(elsewhere);
    model.write(scratch("model.onnx"));
    EXPECT_THAT(refusal(), HasSubstr("only files in the model's own folder")) << elsewhere;
  }
  std::filesystem::create_symlink("/etc/passwd", scratch("link"));
  location->set_value("link");
  model.write(scratch("model.onnx"));
  EXPECT_THAT(refusal(), HasSubstr("only files in the model's own folder"));
}

}  // namespace
}  // namespace tailor::onnx
