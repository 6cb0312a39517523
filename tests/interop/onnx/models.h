// Small ONNX models, made as exporters make them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <onnx/onnx_pb.h>

namespace tailor {

// The i-th of numbers that look random, in [-1, 1).
inline float made_up(std::size_t i) { return static_cast<float>((i * 2654435761u >> 7) % 2048) / 1024 - 1; }

inline std::vector<float> made_up_values(std::size_t count, std::size_t first = 0) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = made_up(first + i);
  return values;
}

class ModelBuilder {
 public:
  // A size of -1 is left open.
  explicit ModelBuilder(const std::vector<std::int64_t>& input) {
    model.set_ir_version(8);
    model.set_producer_name("test");
    model.add_opset_import()->set_version(17);
    auto* info = graph().add_input();
    info->set_name("images");
    auto* shape = info->mutable_type()->mutable_tensor_type()->mutable_shape();
    for (const std::int64_t size : input) {
      auto* dimension = shape->add_dim();
      if (size < 0)
        dimension->set_dim_param("open");
      else
        dimension->set_dim_value(size);
    }
  }

  ::onnx::GraphProto& graph() { return *model.mutable_graph(); }

  // A node with one output, called as the node is; gives that name.
  std::string node(const std::string& op, const std::vector<std::string>& inputs, const std::string& name) {
    last = graph().add_node();
    last->set_op_type(op);
    last->set_name(name);
    for (const std::string& input : inputs) last->add_input(input);
    last->add_output(name);
    return name;
  }
  // Attributes of the last node.
  ModelBuilder& ints(const std::string& key, const std::vector<std::int64_t>& values) {
    auto* a = attribute(key, ::onnx::AttributeProto::INTS);
    for (const std::int64_t value : values) a->add_ints(value);
    return *this;
  }
  ModelBuilder& integer(const std::string& key, std::int64_t value) {
    attribute(key, ::onnx::AttributeProto::INT)->set_i(value);
    return *this;
  }
  ModelBuilder& real(const std::string& key, float value) {
    attribute(key, ::onnx::AttributeProto::FLOAT)->set_f(value);
    return *this;
  }

  std::string reals(const std::string& name, const std::vector<std::int64_t>& shape,
                    const std::vector<float>& values) {
    auto* tensor = initializer(name, shape, ::onnx::TensorProto::FLOAT);
    tensor->set_raw_data(values.data(), values.size() * sizeof(float));
    return name;
  }
  std::string wholes(const std::string& name, const std::vector<std::int64_t>& values) {
    auto* tensor = initializer(name, {static_cast<std::int64_t>(values.size())}, ::onnx::TensorProto::INT64);
    for (const std::int64_t value : values) tensor->add_int64_data(value);
    return name;
  }

  void output(const std::string& name) { graph().add_output()->set_name(name); }

  std::filesystem::path write(const std::filesystem::path& file) const {
    std::ofstream stream(file, std::ios::binary);
    model.SerializeToOstream(&stream);
    return file;
  }

  ::onnx::ModelProto model;
  ::onnx::NodeProto* last = nullptr;

 private:
  ::onnx::AttributeProto* attribute(const std::string& key, ::onnx::AttributeProto::AttributeType type) {
    auto* a = last->add_attribute();
    a->set_name(key);
    a->set_type(type);
    return a;
  }

  ::onnx::TensorProto* initializer(const std::string& name, const std::vector<std::int64_t>& shape,
                                   int type) {
    auto* tensor = graph().add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(type);
    for (const std::int64_t size : shape) tensor->add_dims(size);
    return tensor;
  }
};

}  // namespace tailor
