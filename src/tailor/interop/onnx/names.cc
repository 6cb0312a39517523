#include "tailor/interop/onnx/names.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "tailor/base/text.h"

namespace tailor::onnx {
namespace {

constexpr std::size_t longest = 60;  // an architecture file takes 64; a number may follow

}  // namespace

std::string module_of_weight(const std::string& weight) {
  for (const std::string_view end : {".weight", ".bias", ".kernel", ".gamma", ".running_mean"})
    if (weight.size() > end.size() && weight.ends_with(end))
      return weight.substr(0, weight.size() - end.size());
  return "";
}

std::string module_of_path(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    std::string part = path.substr(at, end - at);
    at = end + 1;
    if (part.empty()) continue;
    if (!parts.empty() && part.starts_with(parts.back() + ".")) parts.pop_back();
    parts.push_back(std::move(part));
  }
  if (parts.size() < 2) return "";
  parts.pop_back();
  // TensorFlow's paths start with the function and the model.
  while (parts.size() > 1 &&
         (parts[0].starts_with("StatefulPartitionedCall") || parts[0].starts_with("PartitionedCall")))
    parts.erase(parts.begin());
  return join(parts, ".");
}

std::string Names::take(const std::string& wanted, const std::string& kind) {
  std::string name;
  for (const char c : wanted) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '_';
    if (plain)
      name += c;
    else if (!name.empty() && name.back() != '-')
      name += '-';
  }
  while (name.ends_with('-')) name.pop_back();
  if (name.size() > longest) name = name.substr(name.size() - longest);
  if (name.starts_with('-')) name.erase(0, 1);
  if (name.empty()) name = kind;
  std::string unique = name;
  int& number = last_number_.try_emplace(name, 1).first->second;
  while (!taken_.insert(unique).second) unique = fmt::format("{}_{}", name, ++number);
  return unique;
}

}  // namespace tailor::onnx
