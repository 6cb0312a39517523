#include "tailor/interop/onnx/graph.h"

namespace tailor::onnx {
namespace {

template <class T>
T attribute_or(const Node& node, const std::string& key, T fallback) {
  const auto found = node.attributes.find(key);
  if (found == node.attributes.end()) return fallback;
  const T* value = std::get_if<T>(&found->second);
  return value ? *value : fallback;
}

}  // namespace

std::int64_t Array::count() const {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return count;
}

double Array::at(std::int64_t index) const {
  const auto i = static_cast<std::size_t>(index);
  return whole ? static_cast<double>(integers[i]) : static_cast<double>(reals[i]);
}

std::int64_t Node::integer(const std::string& key, std::int64_t fallback) const {
  return attribute_or(*this, key, fallback);
}

float Node::real(const std::string& key, float fallback) const { return attribute_or(*this, key, fallback); }

std::string Node::text(const std::string& key, const std::string& fallback) const {
  return attribute_or(*this, key, fallback);
}

std::vector<std::int64_t> Node::integers(const std::string& key) const {
  return attribute_or(*this, key, std::vector<std::int64_t>());
}

}  // namespace tailor::onnx
