// Architecture files: TOML to a wired list of layers, every complaint with file, line, layer and key. Shapes
// come after, in shape_inference.cc. The only file of this module that includes toml++.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// toml++ asserts on some malformed keys that it also reports; as a header alone it would abort in debug
// builds.
#define TOML_ASSERT(expr) static_cast<void>(0)

#include <fmt/format.h>
#include <toml++/toml.h>

#include "tailor/base/error.h"
#include "tailor/base/text.h"
#include "tailor/nn/architecture/architecture.h"
#include "tailor/nn/architecture/layer_kinds.h"
#include "tailor/nn/architecture/shape_inference.h"

namespace tailor {
namespace {

constexpr std::size_t most_layers = 10000;
constexpr std::size_t longest_name = 64;
constexpr int largest_side = 1 << 16;
constexpr int most_input_channels = 1 << 12;
const char* const network_input = "input";

std::string describe(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return fmt::format("'{}'", *text);
  if (const auto number = node.value_exact<std::int64_t>()) return fmt::format("{}", *number);
  if (const auto number = node.value_exact<double>()) return fmt::format("{}", *number);
  if (const auto truth = node.value_exact<bool>()) return *truth ? "true" : "false";
  if (const toml::array* array = node.as_array()) {
    std::vector<std::string> items;
    for (const toml::node& item : *array) items.push_back(items.size() < 4 ? describe(item) : "…");
    if (items.size() > 5) items.resize(5);
    return fmt::format("[{}]", join(items, ", "));
  }
  return node.is_table() ? "a table" : "a date or time";
}

bool valid_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_name && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

// One [[layer]] table and where it stands; the layers that its `activation` adds share it.
struct LayerTable {
  const toml::table* table = nullptr;
  int number = 0;    // 1 for the first [[layer]]
  std::string kind;  // empty until known
};

class Reader {
 public:
  Reader(const std::string& origin, const DataShape& data) : origin_(origin), data_(data) {}

  Architecture read(const std::string& text) {
    toml::table file;
    try {
      file = toml::parse(std::string_view(text), std::string_view(origin_));
    } catch (const toml::parse_error& error) {
      const toml::source_position at = error.source().begin;
      throw bad_input("{}:{}:{}: not valid TOML: {}", origin_, at.line, at.column, error.description());
    }
    read_head(file);
    const toml::array& layers = layer_tables(file);
    for (std::size_t i = 0; i < layers.size(); ++i)
      if (const auto name = (*layers[i].as_table())["name"].value_exact<std::string>())
        given_.emplace(*name, i + 1);
    for (std::size_t i = 0; i < layers.size(); ++i) {
      place_ = LayerTable{layers[i].as_table(), static_cast<int>(i) + 1, ""};
      read_layer();
    }
    infer_shapes(a_, [this](int layer, const std::string& key, const std::string& problem) {
      place_ = places_[static_cast<std::size_t>(layer)];
      return complaint(key, problem);
    });
    return std::move(a_);
  }

 private:
  static std::uint32_t line_of(const toml::table& table, std::string_view key) {
    for (const auto& [k, value] : table)
      if (k.str() == key) return k.source().begin.line;
    return table.source().begin.line;
  }

  // About a [[layer]] table: at the key's line if it is there, else at the table's.
  Error complaint(std::string_view key, const std::string& problem) const {
    const std::string kind = place_.kind.empty() ? "" : fmt::format(" ({})", place_.kind);
    const std::string at = key.empty() ? "" : fmt::format(", key '{}'", key);
    return bad_input("{}:{}: layer {}{}{}: {}", origin_, line_of(*place_.table, key), place_.number, kind, at,
                     problem);
  }

  template <class... Args>
  [[noreturn]] void fail(std::string_view key, fmt::format_string<Args...> text, Args&&... args) const {
    throw complaint(key, fmt::format(text, std::forward<Args>(args)...));
  }

  // About the file's own keys.
  template <class... Args>
  [[noreturn]] void fail_head(const toml::table& file, std::string_view key, fmt::format_string<Args...> text,
                              Args&&... args) const {
    throw bad_input("{}:{}: key '{}': {}", origin_, line_of(file, key), key,
                    fmt::format(text, std::forward<Args>(args)...));
  }

  void read_head(const toml::table& file) {
    static const std::vector<std::string> known = {"name", "input", "classes", "layer"};
    for (const auto& [key, value] : file)
      if (std::find(known.begin(), known.end(), key.str()) == known.end())
        fail_head(file, key.str(), "unknown key{}", did_you_mean(key.str(), known));

    const auto name = file["name"].value_exact<std::string>();
    if (!file.contains("name")) fail_head(file, "name", "missing: the network's name");
    const bool control = name && std::any_of(name->begin(), name->end(),
                                             [](char c) { return (c >= 0 && c < ' ') || c == 127; });
    if (!name || name->empty() || name->size() > longest_name || control)
      fail_head(file, "name", "expected a text of 1 to {} bytes on one line, got {}", longest_name,
                describe(*file.get("name")));
    a_.name = *name;

    a_.input = data_.input;
    if (const toml::node* node = file.get("input")) {
      a_.input = input_shape(file, *node);
      if (data_.binding && a_.input != data_.input)
        fail_head(file, "input",
                  "this network reads {} images, the data have {}: without the key it follows the data",
                  shape_text(a_.input), shape_text(data_.input));
    }
    a_.classes = data_.classes;
    if (const toml::node* node = file.get("classes")) {
      const auto classes = node->value_exact<std::int64_t>();
      if (!classes || *classes < 2 || *classes > most_classes)
        fail_head(file, "classes", "expected a whole number from 2 to {}, got {}", most_classes,
                  describe(*node));
      a_.classes = static_cast<int>(*classes);
      if (data_.binding && a_.classes != data_.classes)
        fail_head(
            file, "classes",
            "this network tells {} classes apart, the data have {}: without the key it follows the data",
            a_.classes, data_.classes);
    }
  }

  Shape input_shape(const toml::table& file, const toml::node& node) const {
    const toml::array* array = node.as_array();
    std::vector<std::int64_t> sizes;
    if (array)
      for (const toml::node& item : *array) sizes.push_back(item.value_exact<std::int64_t>().value_or(0));
    if (sizes.size() != 3 || *std::min_element(sizes.begin(), sizes.end()) < 1 || sizes[0] > largest_side ||
        sizes[1] > largest_side || sizes[2] > most_input_channels)
      fail_head(file, network_input,
                "expected [height, width, channels], sides from 1 to {}, channels from 1 to {}, got {}",
                largest_side, most_input_channels, describe(node));
    const std::int64_t values = sizes[0] * sizes[1] * sizes[2];
    if (values > largest_map)
      fail_head(file, network_input, "{} values are too many: at most {}", values, largest_map);
    return {static_cast<int>(sizes[0]), static_cast<int>(sizes[1]), static_cast<int>(sizes[2])};
  }

  const toml::array& layer_tables(const toml::table& file) const {
    const toml::node* node = file.get("layer");
    if (!node) fail_head(file, "layer", "missing: a network needs at least one [[layer]] table");
    const toml::array* array = node->as_array();
    if (!array ||
        !std::all_of(array->begin(), array->end(), [](const toml::node& item) { return item.is_table(); }))
      fail_head(file, "layer", "expected [[layer]] tables, in double brackets, got {}", describe(*node));
    if (array->empty()) fail_head(file, "layer", "a network needs at least one [[layer]] table");
    if (array->size() > most_layers)
      fail_head(file, "layer", "{} layers are too many: at most {}", array->size(), most_layers);
    return *array;
  }

  void read_layer() {
    const KindInfo& kind = read_kind();
    place_.kind = kind.name;
    check_keys(kind);
    Layer layer;
    layer.kind = kind.kind;
    layer.name = read_name();
    layer.inputs = read_inputs(kind);
    for (const Attribute& attribute : kind.attributes) read_attribute(attribute, layer);
    if (layer.stride_height == stride_of_window)
      layer.stride_height = layer.kernel_height, layer.stride_width = layer.kernel_width;
    const std::optional<LayerKind> activation = read_activation();
    const std::string name = layer.name;
    push(std::move(layer));
    if (activation) {
      Layer behind;
      behind.kind = *activation;
      for (const Attribute& attribute : kind_info(*activation).attributes)
        set(attribute, behind, attribute.fallback);
      behind.inputs = {static_cast<int>(a_.layers.size()) - 1};
      push(std::move(behind));
    }
    if (!name.empty()) outputs_[name] = static_cast<int>(a_.layers.size()) - 1;  // with its activation
  }

  const KindInfo& read_kind() const {
    const toml::node* node = place_.table->get("type");
    if (!node) fail("type", "missing: the kind of layer, such as \"conv2d\"");
    const auto name = node->value_exact<std::string>();
    std::vector<std::string> names;
    for (const KindInfo& kind : layer_kinds()) {
      if (name == kind.name || (kind.alias && name == kind.alias)) return kind;
      names.emplace_back(kind.name);
    }
    const std::string hint = name ? did_you_mean(*name, names) : "";
    fail("type", "unknown layer type {}{}", describe(*node),
         hint.empty() ? "; the types are " + join(names, ", ") : hint);
  }

  void check_keys(const KindInfo& kind) const {
    const char* wiring = kind.wiring == Wiring::one ? "input" : "inputs";
    std::vector<std::string> known = {"type", "name", wiring};
    for (const Attribute& attribute : kind.attributes) known.emplace_back(attribute.key);
    if (kind.takes_activation) known.emplace_back("activation");
    for (const auto& [key, value] : *place_.table)
      if (std::find(known.begin(), known.end(), key.str()) == known.end())
        fail(key.str(), "unknown key{}", did_you_mean(key.str(), known));
  }

  std::string read_name() const {
    const toml::node* node = place_.table->get("name");
    if (!node) return "";
    const auto name = node->value_exact<std::string>();
    if (!name || !valid_name(*name))
      fail("name", "expected 1 to {} letters, digits, '_' or '-', got {}", longest_name, describe(*node));
    if (*name == network_input) fail("name", "'input' is the name of the network's input");
    if (const int first = static_cast<int>(given_.at(*name)); first != place_.number)
      fail("name", "layer {} is already called '{}'", first, *name);
    return *name;
  }

  std::vector<int> read_inputs(const KindInfo& kind) const {
    if (kind.wiring == Wiring::one) {
      const toml::node* node = place_.table->get("input");
      return {node ? refer("input", *node) : static_cast<int>(a_.layers.size()) - 1};
    }
    const toml::node* node = place_.table->get("inputs");
    if (!node) fail("inputs", "missing: the names of the layers to {}, such as [\"a\", \"b\"]", kind.name);
    const toml::array* array = node->as_array();
    if (!array || array->size() < 2)
      fail("inputs", "expected the names of two or more layers, got {}", describe(*node));
    std::vector<int> inputs;
    for (const toml::node& item : *array) inputs.push_back(refer("inputs", item));
    if (kind.wiring == Wiring::ordered) return inputs;
    std::sort(inputs.begin(), inputs.end());
    if (std::adjacent_find(inputs.begin(), inputs.end()) != inputs.end())
      fail("inputs", "the same layer twice in {}", describe(*node));
    return inputs;
  }

  int refer(std::string_view key, const toml::node& node) const {
    const auto name = node.value_exact<std::string>();
    if (!name) fail(key, "expected the name of an earlier layer, got {}", describe(node));
    if (*name == network_input) return -1;
    if (const auto found = outputs_.find(*name); found != outputs_.end()) return found->second;
    if (const auto later = given_.find(*name); later != given_.end())
      fail(key, "'{}' is layer {}: a layer can read only layers that stand before it", *name, later->second);
    std::vector<std::string> names = {network_input};
    for (const auto& [known, index] : outputs_) names.push_back(known);
    fail(key, "no layer is called '{}'{}", *name, did_you_mean(*name, names));
  }

  std::optional<LayerKind> read_activation() const {
    const toml::node* node = place_.table->get("activation");
    if (!node) return {};
    const auto name = node->value_exact<std::string>();
    std::vector<std::string> names;
    for (const KindInfo& kind : layer_kinds()) {
      if (!kind.activation) continue;
      if (name == kind.name || (kind.alias && name == kind.alias)) return kind.kind;
      names.emplace_back(kind.name);
    }
    const std::string hint = name ? did_you_mean(*name, names) : "";
    fail("activation", "expected {}, got {}{}", join(names, ", "), describe(*node), hint);
  }

  static void set(const Attribute& attribute, Layer& layer, double value) {
    std::visit(
        [&](auto member) {
          using Value = std::remove_reference_t<decltype(layer.*member)>;
          layer.*member = static_cast<Value>(value);
        },
        attribute.member);
    for (const auto other : attribute.others) layer.*other = static_cast<int>(value);
  }

  void read_attribute(const Attribute& attribute, Layer& layer) {
    const toml::node* node = place_.table->get(attribute.key);
    if (!node) {
      if (attribute.required) fail(attribute.key, "missing: {}", attribute.effect);
      return set(attribute, layer, attribute.fallback);
    }
    const auto text = node->value_exact<std::string>();
    switch (attribute.form) {
      case AttributeForm::count_or_classes:
        if (text == "classes") return set(attribute, layer, a_.classes);
        return set(attribute, layer, whole(attribute, *node, *node));
      case AttributeForm::count:
        return set(attribute, layer, whole(attribute, *node, *node));
      case AttributeForm::padding:
        if (text == "valid") return set(attribute, layer, 0);
        if (text == "same") return set(attribute, layer, same_padding);
        return read_numbers(attribute, *node, layer);
      case AttributeForm::extent:
      case AttributeForm::steps:
        return read_numbers(attribute, *node, layer);
      case AttributeForm::boolean:
        if (!node->is_boolean())
          fail(attribute.key, "expected {}, got {}", expected(attribute), describe(*node));
        return set(attribute, layer, *node->value_exact<bool>() ? 1 : 0);
      case AttributeForm::real: {
        const double value = node->is_number() ? *node->value<double>() : NAN;
        const bool inside =
            value >= attribute.minimum &&
            (attribute.below_maximum ? value < attribute.maximum : value <= attribute.maximum);
        if (!inside) fail(attribute.key, "expected {}, got {}", expected(attribute), describe(*node));
        return set(attribute, layer, value);
      }
    }
  }

  // One number for all, one for each, or [height, width] of four sides.
  void read_numbers(const Attribute& attribute, const toml::node& node, Layer& layer) const {
    const toml::array* array = node.as_array();
    if (!array) return set(attribute, layer, whole(attribute, node, node));
    const std::size_t count = array->size();
    if (count != 2 && count != attribute.others.size() + 1)
      fail(attribute.key, "expected {}, got {}", expected(attribute), describe(node));
    layer.*std::get<int Layer::*>(attribute.member) = whole(attribute, (*array)[0], node);
    for (std::size_t i = 0; i < attribute.others.size(); ++i)
      layer.*attribute.others[i] = whole(attribute, (*array)[(i + 1) % count], node);
  }

  static std::string expected(const Attribute& a) {
    const std::string range =
        fmt::format("from {} to {}{}", a.minimum, a.below_maximum ? "below " : "", a.maximum);
    switch (a.form) {
      case AttributeForm::count:
        return fmt::format("a whole number {}", range);
      case AttributeForm::count_or_classes:
        return fmt::format("a whole number {} or \"classes\"", range);
      case AttributeForm::extent:
      case AttributeForm::steps:
        return fmt::format("a whole number or [height, width], {}", range);
      case AttributeForm::padding:
        return fmt::format(
            "a whole number, [height, width] or [top, left, bottom, right], {}, \"same\" or \"valid\"",
            range);
      case AttributeForm::boolean:
        return "true or false";
      case AttributeForm::real:
        return fmt::format("a number {}", range);
    }
    return "";
  }

  int whole(const Attribute& attribute, const toml::node& number, const toml::node& written) const {
    const auto value = number.value_exact<std::int64_t>();
    if (!value || static_cast<double>(*value) < attribute.minimum ||
        static_cast<double>(*value) > attribute.maximum)
      fail(attribute.key, "expected {}, got {}", expected(attribute), describe(written));
    return static_cast<int>(*value);
  }

  // Appends a layer. One without a name is called after its kind and its number among the layers of that
  // kind.
  void push(Layer layer) {
    int number = ++numbers_[layer.kind];
    while (layer.name.empty()) {
      const std::string name = fmt::format("{}_{}", layer_kind_name(layer.kind), number++);
      if (!given_.count(name) && !outputs_.count(name)) layer.name = name;
    }
    outputs_[layer.name] = static_cast<int>(a_.layers.size());
    a_.layers.push_back(std::move(layer));
    places_.push_back(place_);
  }

  const std::string& origin_;
  const DataShape& data_;
  Architecture a_;
  LayerTable place_;                          // of the layer being read
  std::vector<LayerTable> places_;            // of each of a_.layers
  std::map<std::string, std::size_t> given_;  // names in the file -> number of the first [[layer]] with it
  std::map<std::string, int> outputs_;        // names so far -> the layer that a reference to it reads
  std::map<LayerKind, int> numbers_;
};

}  // namespace

Architecture parse_architecture(const std::string& toml, const std::string& origin, const DataShape& data) {
  return Reader(origin, data).read(toml);
}

}  // namespace tailor
