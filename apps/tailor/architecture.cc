// tailor architecture list | show | draw | import | kinds: looks at networks; trains nothing.
#include "tailor/nn/architecture/architecture.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "commands.h"
#include "input_option.h"
#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/text.h"
#include "tailor/nn/architecture/layer_kinds.h"
#include "tailor/nn/architecture/shape_inference.h"
#include "tailor/report/drawing/drawing.h"

namespace tailor {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t line_width = 80;
constexpr std::size_t shortest_name = 8;

struct ArchitectureOptions {
  std::string architecture = "mnist_cnn";
  std::string input;
  int classes = 0;
  std::string out;
  int width = 2400;
  bool json = false;
};

// What the file leaves open comes from the options; what it fixes, they may only repeat.
Architecture load(const ArchitectureOptions& options) {
  DataShape data;
  data.binding = false;
  if (!options.input.empty()) data.input = parse_input(options.input);
  if (options.classes != 0) data.classes = options.classes;
  Architecture a = find_architecture(options.architecture, data);
  if (!options.input.empty() && a.input != data.input)
    throw usage_error("--input {}: {} fixes an input of {}", options.input, options.architecture,
                      shape_text(a.input));
  if (options.classes != 0 && a.classes != data.classes)
    throw usage_error("--classes {}: {} fixes {} classes", options.classes, options.architecture, a.classes);
  return a;
}

// Three digits are enough to compare layers: "10.6 M".
std::string rounded(std::int64_t value) {
  if (value < 10000) return with_thousands(value);
  double number = static_cast<double>(value);
  for (const char* unit : {"k", "M", "G", "T"}) {
    number /= 1000;
    if (number < 999.5)
      return fmt::format("{:.{}f} {}", number, number < 9.995 ? 2 : number < 99.95 ? 1 : 0, unit);
  }
  return fmt::format("{:.0f} T", number);
}

std::string type_text(const Layer& layer) {
  std::string text = layer_kind_name(layer.kind);
  if (layer.kernel_height > 0) text += fmt::format(" {}x{}", layer.kernel_height, layer.kernel_width);
  if (layer.kind == LayerKind::dropout || layer.kind == LayerKind::stochastic_depth)
    text += fmt::format(" {:.3g}", layer.rate);
  if (layer.kind == LayerKind::channel_shuffle || layer.kind == LayerKind::group_norm)
    text += fmt::format(" {}", layer.groups);
  if (layer.kind == LayerKind::slice) text += fmt::format(" {}-{}", layer.from, layer.to - 1);
  if (layer.size_height > 0) text += fmt::format(" {}x{}", layer.size_height, layer.size_width);
  if (layer.kernel_height == 0) return text;
  const bool conv = layer.kind == LayerKind::conv2d;
  const auto axes = [](int height, int width) {
    return height == width ? fmt::format("{}", height) : fmt::format("{}x{}", height, width);
  };
  if (layer.stride_height != (conv ? 1 : layer.kernel_height) ||
      layer.stride_width != (conv ? 1 : layer.kernel_width))
    text += " /" + axes(layer.stride_height, layer.stride_width);
  if (layer.dilation_height != 1 || layer.dilation_width != 1)
    text += " d" + axes(layer.dilation_height, layer.dilation_width);
  return layer.groups == 1 ? text : text + fmt::format(" g{}", layer.groups);
}

// "3+7"; of many only the first and the last: "3,7..98".
std::string reads_text(const Layer& layer) {
  const char* joint = layer.kind == LayerKind::add ? "+" : layer.kind == LayerKind::multiply ? "*" : ",";
  const std::vector<int>& in = layer.inputs;
  if (in.size() > 4) return fmt::format("{}{}{}..{}", in[0] + 1, joint, in[1] + 1, in.back() + 1);
  std::vector<std::string> numbers;
  for (const int index : in) numbers.push_back(fmt::format("{}", index + 1));
  return join(numbers, joint);
}

void print_table(const Architecture& a) {
  const bool graph = std::any_of(a.layers.begin(), a.layers.end(), [&](const Layer& layer) {
    return has_several_inputs(layer.kind) ||
           layer.inputs[0] != static_cast<int>(&layer - a.layers.data()) - 1;
  });
  std::vector<std::vector<std::string>> rows = {
      {"", "layer", "type", "reads", "output", "parameters", "mult-adds"}};
  for (std::size_t i = 0; i < a.layers.size(); ++i) {
    const Layer& layer = a.layers[i];
    rows.push_back({fmt::format("{}", i + 1), layer.name, type_text(layer), reads_text(layer),
                    shape_text(layer.output), with_thousands(layer.parameters),
                    rounded(layer.multiply_adds)});
  }
  if (!graph)
    for (auto& row : rows) row.erase(row.begin() + 3);
  std::vector<std::size_t> widths(rows[0].size());
  for (const auto& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  std::size_t total = 2 * (widths.size() - 1);
  for (const std::size_t width : widths) total += width;
  if (total > line_width)
    widths[1] -= std::min(total - line_width, widths[1] - std::min(widths[1], shortest_name));

  for (auto& row : rows) {
    std::string line;
    if (row[1].size() > widths[1]) row[1] = row[1].substr(0, widths[1] - 2) + "..";
    for (std::size_t c = 0; c < row.size(); ++c) {
      const bool number = c == 0 || c + 2 >= row.size();
      line += c ? "  " : "";
      line += number ? fmt::format("{:>{}}", row[c], widths[c]) : fmt::format("{:<{}}", row[c], widths[c]);
    }
    fmt::print("{}\n", line);
  }
}

void print_text(const Architecture& a) {
  fmt::print("{}: {} -> {} classes\n\n", a.name, shape_text(a.input), a.classes);
  print_table(a);
  fmt::print("\nparameters   {}\nmult-adds    {} for one image\nfingerprint  {}\n",
             with_thousands(a.parameters()), with_thousands(a.multiply_adds()), a.fingerprint);
}

Json shape_json(const Shape& shape) { return {shape.height, shape.width, shape.channels}; }

Json layer_json(const Architecture& a, const Layer& layer) {
  Json inputs = Json::array();
  for (const int index : layer.inputs)
    inputs.push_back(index < 0 ? "input" : a.layers[static_cast<std::size_t>(index)].name);
  Json json = {{"name", layer.name},
               {"type", layer_kind_name(layer.kind)},
               {"inputs", inputs},
               {"output", shape_json(layer.output)}};
  for (const Attribute& attribute : kind_info(layer.kind).attributes)
    json[attribute.key] = Json::parse(attribute_text(attribute, layer));
  json["parameters"] = layer.parameters;
  json["multiply_adds"] = layer.multiply_adds;
  return json;
}

Json architecture_json(const Architecture& a) {
  Json layers = Json::array();
  for (const Layer& layer : a.layers) layers.push_back(layer_json(a, layer));
  return {{"name", a.name},
          {"input", shape_json(a.input)},
          {"classes", a.classes},
          {"parameters", a.parameters()},
          {"multiply_adds", a.multiply_adds()},
          {"fingerprint", a.fingerprint},
          {"layers", layers}};
}

void show(const ArchitectureOptions& options) {
  const Architecture a = load(options);
  if (options.json)
    fmt::print("{}\n", architecture_json(a).dump(2));
  else
    print_text(a);
}

void list(const ArchitectureOptions& options) {
  Json json = Json::array();
  if (!options.json)
    fmt::print("{:<12}{:>8}{:>14}{:>14}   for 28x28x1 images, 10 classes\n", "name", "layers", "parameters",
               "mult-adds");
  for (const std::string& name : shipped_architectures()) {
    const Architecture a = find_architecture(name);
    if (options.json)
      json.push_back({{"name", name},
                      {"layers", a.layers.size()},
                      {"parameters", a.parameters()},
                      {"multiply_adds", a.multiply_adds()},
                      {"fingerprint", a.fingerprint}});
    else
      fmt::print("{:<12}{:>8}{:>14}{:>14}\n", name, a.layers.size(), with_thousands(a.parameters()),
                 with_thousands(a.multiply_adds()));
  }
  if (options.json) fmt::print("{}\n", json.dump(2));
}

void draw(const ArchitectureOptions& options) {
  const std::string extension = std::filesystem::path(options.out).extension().string();
  if (extension != ".svg" && extension != ".png")
    throw usage_error("--out {}: expected a file name that ends in .svg or .png", options.out);
  const Architecture a = load(options);
  write_file(options.out, extension == ".svg" ? draw_svg(a) : draw_png(a, options.width));
  fmt::print("{}\n", options.out);
}

void add_network_options(CLI::App& command, ArchitectureOptions& options) {
  command.add_option("architecture", options.architecture, "Shipped name or TOML file")
      ->capture_default_str();
  command.add_option("--input", options.input, "Image size where the file leaves it open")
      ->type_name("HxWxC")
      ->default_str("28x28x1");
  command.add_option("--classes", options.classes, "Classes where the file leaves them open")
      ->check(CLI::Range(2, most_classes))
      ->type_name("N")
      ->default_str("10");
}

}  // namespace

void add_architecture_command(CLI::App& app) {
  const auto options = std::make_shared<ArchitectureOptions>();
  CLI::App* command = app.add_subcommand("architecture", "Show, draw, list and import networks");
  command->require_subcommand(1);

  CLI::App* shown =
      command->add_subcommand("show", "Layers with output shapes, parameters and multiply-adds");
  add_network_options(*shown, *options);
  shown->add_flag("--json", options->json, "As JSON");
  shown->callback([options] { show(*options); });

  CLI::App* drawn = command->add_subcommand("draw", "A picture of the network, as SVG or PNG");
  add_network_options(*drawn, *options);
  drawn->add_option("--out", options->out, "File to write; .svg or .png")->required()->type_name("FILE");
  drawn->add_option("--width", options->width, "Width of a PNG")
      ->check(CLI::Range(100, 20000))
      ->type_name("PIXELS")
      ->capture_default_str();
  drawn->callback([options] { draw(*options); });

  CLI::App* listed = command->add_subcommand("list", "The shipped networks");
  listed->add_flag("--json", options->json, "As JSON");
  listed->callback([options] { list(*options); });

  add_architecture_import_command(*command);

  CLI::App* kinds = command->add_subcommand("kinds", "The layer types and their keys, as Markdown");
  kinds->callback([] { fmt::print("{}", layer_reference()); });
}

}  // namespace tailor
