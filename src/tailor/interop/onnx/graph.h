// An ONNX model as plain data: what the file says, checked for sizes and types of numbers, and nothing of what
// its operators mean. read_graph() alone knows protobuf.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tailor::onnx {

// Row-major values; of whole numbers and truth values in `integers`, of all others in `reals`.
struct Array {
  std::vector<std::int64_t> shape;
  bool whole = false;
  std::vector<float> reals;
  std::vector<std::int64_t> integers;
  std::string problem;  // why the values were not read; empty if they were

  std::int64_t count() const;
  double at(std::int64_t index) const;
};

using Attribute = std::variant<std::monostate, std::int64_t, float, std::string, Array,
                               std::vector<std::int64_t>, std::vector<float>>;

struct Node {
  std::string op;      // with its domain in front if that is not ONNX's own: "com.microsoft.FusedConv"
  std::string name;    // as the exporter gave it, often a path; "node 12" if it gave none
  std::string module;  // of PyTorch's newer exporter: the module it comes from, "layer1.0.conv1"
  std::vector<std::string> inputs;  // names of values; empty for an optional one that is left out
  std::vector<std::string> outputs;
  std::map<std::string, Attribute> attributes;

  bool has(const std::string& key) const { return attributes.contains(key); }
  // The attribute, or the fallback if it is absent or of another type.
  std::int64_t integer(const std::string& key, std::int64_t fallback) const;
  float real(const std::string& key, float fallback) const;
  std::string text(const std::string& key, const std::string& fallback) const;
  std::vector<std::int64_t> integers(const std::string& key) const;
};

inline constexpr std::int64_t open_size = -1;

struct GraphInput {
  std::string name;
  std::vector<std::int64_t> shape;  // open_size where the file leaves it open
};

struct Graph {
  std::string producer;  // "pytorch 2.9.0"
  std::int64_t opset = 0;
  std::vector<Node> nodes;  // each after those that it reads, as ONNX demands; not checked here
  std::map<std::string, Array> constants;
  std::vector<GraphInput> inputs;  // constants are not among them
  std::vector<std::string> outputs;
};

// Bad input if the file is no ONNX model, is damaged, or names a file of weights that is not beside it.
Graph read_graph(const std::filesystem::path& file);

}  // namespace tailor::onnx
