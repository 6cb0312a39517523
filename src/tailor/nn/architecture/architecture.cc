#include "tailor/nn/architecture/architecture.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "tailor/base/embedded.h"
#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/hash.h"
#include "tailor/base/text.h"
#include "tailor/nn/architecture/layer_kinds.h"
#include "tailor/nn/architecture/shape_inference.h"

namespace tailor {
namespace {

std::string input_name(const Architecture& a, int index) {
  return toml_text(index < 0 ? "input" : a.layers[static_cast<std::size_t>(index)].name);
}

}  // namespace

std::int64_t Architecture::parameters() const {
  std::int64_t sum = 0;
  for (const Layer& layer : layers) sum += layer.parameters;
  return sum;
}

std::int64_t Architecture::multiply_adds() const {
  std::int64_t sum = 0;
  for (const Layer& layer : layers) sum += layer.multiply_adds;
  return sum;
}

std::string architecture_fingerprint(const Architecture& a) {
  // The first line is the version of this text: it changes only if the text's meaning does.
  std::string text =
      fmt::format("tailor architecture 1\ninput {}\nclasses {}\n", shape_text(a.input), a.classes);
  for (const Layer& layer : a.layers) {
    const KindInfo& kind = kind_info(layer.kind);
    text += fmt::format("{} {}", kind.name, fmt::join(layer.inputs, ","));
    for (const Attribute& attribute : kind.attributes)
      if (attribute.meaning && is_written(attribute, layer))
        text += fmt::format(" {}={}", attribute.key, attribute_text(attribute, layer));
    text += '\n';
  }
  return sha256(text);
}

std::string to_toml(const Architecture& a) {
  std::string text = fmt::format("name = {}\ninput = [{}, {}, {}]\nclasses = {}\n", toml_text(a.name),
                                 a.input.height, a.input.width, a.input.channels, a.classes);
  for (std::size_t i = 0; i < a.layers.size(); ++i) {
    const Layer& layer = a.layers[i];
    text += fmt::format("\n[[layer]]\ntype = \"{}\"\nname = {}\n", layer_kind_name(layer.kind),
                        toml_text(layer.name));
    if (has_several_inputs(layer.kind)) {
      std::vector<std::string> names;
      for (const int index : layer.inputs) names.push_back(input_name(a, index));
      text += fmt::format("inputs = [{}]\n", join(names, ", "));
    } else if (layer.inputs[0] != static_cast<int>(i) - 1) {
      text += fmt::format("input = {}\n", input_name(a, layer.inputs[0]));
    }
    for (const Attribute& attribute : kind_info(layer.kind).attributes)
      if (is_written(attribute, layer))
        text += fmt::format("{} = {}\n", attribute.key, attribute_text(attribute, layer));
  }
  return text;
}

Architecture read_architecture(const std::filesystem::path& file, const DataShape& data) {
  return parse_architecture(read_text_file(file, "an architecture file"), file.string(), data);
}

Architecture find_architecture(const std::string& name_or_file, const DataShape& data) {
  for (const EmbeddedFile& shipped : embedded_architectures())
    if (name_or_file == shipped.name)
      return parse_architecture(std::string(shipped.content), fmt::format("{}.toml (shipped)", shipped.name),
                                data);
  if (is_there(name_or_file)) return read_architecture(name_or_file, data);
  const std::vector<std::string> names = shipped_architectures();
  throw usage_error("architecture '{}': neither a shipped name nor a file{}; shipped are {}", name_or_file,
                    did_you_mean(name_or_file, names), join(names, ", "));
}

std::vector<std::string> shipped_architectures() {
  std::vector<std::string> names;
  for (const EmbeddedFile& shipped : embedded_architectures()) names.emplace_back(shipped.name);
  return names;
}

}  // namespace tailor
