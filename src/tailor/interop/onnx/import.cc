#include "tailor/interop/onnx/import.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tailor/base/error.h"
#include "tailor/base/text.h"
#include "tailor/interop/onnx/constants.h"
#include "tailor/interop/onnx/context.h"
#include "tailor/interop/onnx/convert.h"
#include "tailor/interop/onnx/graph.h"
#include "tailor/interop/onnx/refusal.h"
#include "tailor/nn/architecture/shape_inference.h"
#include "tailor/nn/memory/parameters.h"

namespace tailor {
namespace onnx {
namespace {

constexpr std::size_t most_nodes = 100'000;
constexpr std::size_t most_named = 20;  // of what cannot be taken in
constexpr std::int64_t most_computed_in_all = std::int64_t{1} << 28;
constexpr int most_side = 1 << 16, most_input_channels = 1 << 12;

// Stands for a batch of any size: a prime, so that no cut of a dimension can pass as one of the batch.
constexpr std::int64_t any_batch = 251;

class Importer {
 public:
  Importer(const std::filesystem::path& file, const OnnxOptions& options)
      : file_(file), options_(options), graph_(read_graph(file)) {}

  OnnxImport run() {
    if (graph_.outputs.size() != 1)
      throw bad_input(
          "{}: expected one output, the logits, got {}: {}", file_.string(), graph_.outputs.size(),
          join(std::span(graph_.outputs).first(std::min<std::size_t>(graph_.outputs.size(), 8)), ", "));
    if (graph_.nodes.size() > most_nodes)
      throw bad_input("{}: {} nodes are too many: at most {}", file_.string(), graph_.nodes.size(),
                      most_nodes);
    take_off_softmax();
    keep_needed();
    start();
    for (const Node& node : graph_.nodes) convert(node);
    throw_problems();
    return finish();
  }

 private:
  const Node* maker_of(const std::string& value) const {
    for (const Node& node : graph_.nodes)
      if (std::find(node.outputs.begin(), node.outputs.end(), value) != node.outputs.end()) return &node;
    return nullptr;
  }

  // The loss has the soft-max; the network gives logits.
  void take_off_softmax() {
    for (int steps = 0; steps < 4; ++steps) {
      const Node* last = maker_of(graph_.outputs[0]);
      if (!last || last->inputs.empty()) return;
      const bool ends = last->op == "Softmax" || last->op == "LogSoftmax" || last->op == "Sigmoid";
      if (!ends && last->op != "Identity") return;
      if (ends)
        remarks_.push_back(fmt::format(
            "the {} at the end ('{}') was taken off: the network gives logits, the loss has the soft-max",
            last->op, last->name));
      graph_.outputs[0] = last->inputs[0];
      if (ends) return;
    }
  }

  // Nodes that lead to the output; checks that each stands after those that it reads.
  void keep_needed() {
    std::set<std::string> needed = {graph_.outputs[0]};
    std::vector<Node> kept;
    for (auto node = graph_.nodes.rbegin(); node != graph_.nodes.rend(); ++node) {
      const bool used = std::any_of(node->outputs.begin(), node->outputs.end(), [&](const std::string& name) {
        return !name.empty() && needed.contains(name);
      });
      if (!used) continue;
      needed.insert(node->inputs.begin(), node->inputs.end());
      kept.push_back(std::move(*node));
    }
    std::reverse(kept.begin(), kept.end());
    graph_.nodes = std::move(kept);
    std::set<std::string> known = {""};
    for (const GraphInput& input : graph_.inputs) known.insert(input.name);
    for (const auto& [name, array] : graph_.constants) known.insert(name);
    for (const Node& node : graph_.nodes) {
      for (const std::string& name : node.inputs)
        if (!known.contains(name))
          throw bad_input("{}: node '{}' ({}) reads '{}', which nothing before it gives: damaged",
                          file_.string(), node.name, node.op, name);
      known.insert(node.outputs.begin(), node.outputs.end());
    }
    if (!known.contains(graph_.outputs[0]))
      throw bad_input("{}: nothing gives the output '{}': damaged", file_.string(), graph_.outputs[0]);
    std::erase_if(graph_.inputs, [&](const GraphInput& input) { return !needed.contains(input.name); });
    if (graph_.inputs.size() != 1)
      throw bad_input("{}: expected one input, the images, got {}{}", file_.string(), graph_.inputs.size(),
                      graph_.inputs.empty()
                          ? ""
                          : fmt::format(" ('{}', '{}', …): the exporter left constants without values",
                                        graph_.inputs[0].name, graph_.inputs[1].name));
  }

  // Whether channels come last: by what first reads the input, or by the sizes, as there are fewer channels than rows.
  bool channels_last() const {
    const std::vector<std::int64_t>& shape = graph_.inputs[0].shape;
    std::set<std::string> reached = {graph_.inputs[0].name};
    for (const Node& node : graph_.nodes) {
      if (std::none_of(node.inputs.begin(), node.inputs.end(),
                       [&](const std::string& name) { return reached.contains(name); }))
        continue;
      if (node.op == "Transpose") return node.integers("perm") == std::vector<std::int64_t>{0, 3, 1, 2};
      static const std::set<std::string> first = {"Conv", "BatchNormalization", "MaxPool", "AveragePool",
                                                  "GlobalAveragePool"};
      if (first.contains(node.op)) return false;
      if (!is_unary(node.op) && !is_binary(node.op) && node.op != "Pad" && node.op != "Cast") break;
      reached.insert(node.outputs.begin(), node.outputs.end());
    }
    return shape[3] != open_size && (shape[1] == open_size || shape[3] < shape[1]);
  }

  // The image's size, from the file or the options, and what the input's dimensions mean.
  void start() {
    const GraphInput& input = graph_.inputs[0];
    const std::vector<std::int64_t>& shape = input.shape;
    const std::string text = [&] {
      std::vector<std::string> sizes;
      for (const std::int64_t size : shape)
        sizes.push_back(size == open_size ? "?" : fmt::format("{}", size));
      return join(sizes, ", ");
    }();
    if (shape.size() < 2 || shape.size() > 4)
      throw bad_input(
          "{}: expected images [batch, channels, height, width] or [batch, height, width, channels], the input '{}' has [{}]",
          file_.string(), input.name, text);
    const bool last = shape.size() == 4 && channels_last();
    std::vector<std::int64_t> sizes;  // height, width, channels
    if (shape.size() == 4)
      sizes = last ? std::vector{shape[1], shape[2], shape[3]} : std::vector{shape[2], shape[3], shape[1]};
    else if (shape.size() == 3)
      sizes = {shape[1], shape[2], 1};
    else
      sizes = {open_size, open_size, open_size};
    input_is_open_ = std::count(sizes.begin(), sizes.end(), open_size) > 0;
    if (input_is_open_ && !options_.input)
      throw usage_error(
          "{}: the input '{}' of [{}] leaves the size of images open: give --input HEIGHTxWIDTHxCHANNELS",
          file_.string(), input.name, text);
    if (options_.input) {
      const std::vector<std::int64_t> given = {options_.input->height, options_.input->width,
                                               options_.input->channels};
      for (std::size_t i = 0; i < 3; ++i)
        if (sizes[i] == open_size)
          sizes[i] = given[i];
        else if (sizes[i] != given[i])
          throw usage_error("--input {}: {} fixes an input of [{}]", shape_text(*options_.input),
                            file_.string(), text);
    }
    if (sizes[0] > most_side || sizes[1] > most_side || sizes[2] > most_input_channels)
      throw bad_input("{}: images of {}x{}x{} are too large", file_.string(), sizes[0], sizes[1], sizes[2]);
    const Shape image{static_cast<int>(sizes[0]), static_cast<int>(sizes[1]), static_cast<int>(sizes[2])};
    if (shape.size() == 2 && shape[1] != open_size && shape[1] != sizes[0] * sizes[1] * sizes[2])
      throw usage_error("--input {}: {} reads {} values for an image", shape_text(image), file_.string(),
                        shape[1]);
    const std::int64_t batch = shape[0] == open_size ? any_batch : shape[0];
    Axes axes = last ? nhwc(batch, image) : nchw(batch, image);
    if (shape.size() == 3) axes = {axes[0], axes[2], axes[3]};
    if (shape.size() == 2) {
      const Axes rows = nhwc(batch, image);
      axes = {rows[0], {}};
      for (std::size_t d = 1; d < rows.size(); ++d)
        axes[1].insert(axes[1].end(), rows[d].begin(), rows[d].end());
    }
    context_.emplace(graph_, image, batch);
    context_->set_input(input.name, std::move(axes));
  }

  void problem(const Node& node, const std::string& attribute, const std::string& text) {
    problems_.push_back(fmt::format("node '{}' ({}){}: {}", node.name, node.op,
                                    attribute.empty() ? "" : fmt::format(", attribute '{}'", attribute),
                                    text));
  }

  // Constants if all that it reads is constant, layers otherwise.
  void convert(const Node& node) {
    const Convert convert = converter(node.op);
    try {
      std::vector<const Array*> constants;
      bool constant = true;
      for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        const Value* value = context_->optional_value(node, i);
        constant &= !value || value->constant;
        constants.push_back(value ? value->constant.get() : nullptr);
      }
      // Like the images, which are never whole numbers.
      if (!constant && node.op == "CastLike" && constants[0]) constant = true;
      if (constant) return compute(node, constants);
      if (!convert) throw refusal("no layer computes it");
      convert(*context_, node);
    } catch (const Unknown&) {
      // Its input's maker is named; but an operator that is not known at all is worth naming too.
      if (!convert && !node.op.starts_with("Constant") && !computable_.contains(node.op))
        problem(node, "", "no layer computes it");
    } catch (const Refusal& refused) {
      problem(node, refused.attribute, refused.text);
    }
  }

  void compute(const Node& node, const std::vector<const Array*>& constants) {
    std::optional<std::vector<Array>> results = computed(node, constants);
    if (!results) throw refusal("it is not computed for constants");
    for (std::size_t i = 0; i < results->size(); ++i) {
      if ((computed_in_all_ += (*results)[i].count()) > most_computed_in_all)
        throw bad_input("{}: node '{}' ({}): computing its constants would take too long", file_.string(),
                        node.name, node.op);
      context_->set_constant(node, i, std::move((*results)[i]));
    }
  }

  void throw_problems() const {
    if (problems_.empty()) return;
    std::string text = fmt::format("{}: {} node{} cannot be taken in:", file_.string(), problems_.size(),
                                   problems_.size() == 1 ? "" : "s");
    for (std::size_t i = 0; i < std::min(problems_.size(), most_named); ++i) text += "\n  " + problems_[i];
    if (problems_.size() > most_named) text += fmt::format("\n  and {} more", problems_.size() - most_named);
    throw bad_input("{}", text);
  }

  int logits() {
    const Value& value = context_->named(graph_.outputs[0]);
    if (value.constant || value.padded)
      throw bad_input("{}: its output does not depend on the images", file_.string());
    int layer = -1;
    try {
      layer = context_->layer_of(*value.term);
    } catch (const Refusal& refused) {
      problem(*value.term->node, refused.attribute, refused.text);
      throw_problems();
    }
    const Shape& shape = context_->draft().shape(layer);
    const bool flat = shape.height == 1 && shape.width == 1;
    if (layer < 0 || !flat || shape.channels < 2)
      throw bad_input("{}: expected one logit for each of two or more classes, the output '{}' has [{}]",
                      file_.string(), graph_.outputs[0], fmt::join(sizes_of(value.axes), ", "));
    return layer;
  }

  std::string network_name() const {
    std::string name = file_.stem().string();
    for (char& c : name)
      if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '.') c = '_';
    return name.substr(0, 64);
  }

  std::string heading(const Shape& input, const Written& written, int classes) const {
    std::string producer = graph_.producer;
    for (char& c : producer)
      if (c < ' ' || c > '~') c = '?';
    std::string toml =
        fmt::format("# From {}, written by {}.\nname = \"{}\"\n", network_name() + ".onnx",
                    producer.empty() ? "an unknown program" : producer.substr(0, 60), network_name());
    if (!input_is_open_)
      toml += fmt::format("input = [{}, {}, {}]\n", input.height, input.width, input.channels);
    if (!options_.classes_of_data || !written.classes_follow) toml += fmt::format("classes = {}\n", classes);
    return toml;
  }

  OnnxImport finish() {
    const int last = logits();
    const Draft& draft = context_->draft();
    Written written = write_layers(draft, last);
    const int classes = draft.shape(last).channels;
    OnnxImport result;
    result.toml = heading(draft.input, written, classes) + written.toml;
    result.architecture = parse_architecture(
        result.toml, fmt::format("{} as an architecture", file_.string()), {draft.input, classes, true});
    result.weights = std::move(written.weights);
    check(result);
    result.metadata = {{"format", "tailor weights 1"},
                       {"architecture", to_toml(result.architecture)},
                       {"fingerprint", result.architecture.fingerprint}};
    if (!draft.input_scale.empty()) tell_normalization(draft, result.metadata);
    tell_folded(written);
    for (const std::string& remark : context_->remarks()) remarks_.push_back(remark);
    result.remarks = std::move(remarks_);
    return result;
  }

  // What the reader makes of the text has just the parameters that the graph had.
  void check(const OnnxImport& result) const {
    const ParameterTable table(result.architecture);
    std::map<std::string, const Tensor*> given;
    for (const Tensor& tensor : result.weights) given[tensor.name] = &tensor;
    for (const ParameterTensor& t : table.tensors()) {
      const auto found = given.find(t.name);
      if (found == given.end() || found->second->shape != t.shape)
        throw bad_input(
            "{}: '{}': expected weights of [{}], the file has {}", file_.string(), t.name,
            fmt::join(t.shape, ", "),
            found == given.end() ? "none" : fmt::format("[{}]", fmt::join(found->second->shape, ", ")));
    }
  }

  void tell_normalization(const Draft& draft, std::map<std::string, std::string>& metadata) {
    metadata["input_scale"] = nlohmann::json(draft.input_scale).dump();
    metadata["input_offset"] = nlohmann::json(draft.input_offset).dump();
    std::vector<std::string> channels;
    for (std::size_t c = 0; c < draft.input_scale.size() && c < 4; ++c)
      channels.push_back(fmt::format("{:.6g} x {} {:.6g}", draft.input_scale[c],
                                     draft.input_offset[c] < 0 ? "-" : "+", std::abs(draft.input_offset[c])));
    remarks_.push_back(
        fmt::format("the normalisation of the input was taken off ({}): tailor normalises images by itself",
                    join(channels, "; ")));
  }

  // Exporters multiply batch norm into convolutions unless they are told not to.
  void tell_folded(const Written& written) {
    constexpr std::size_t deep = 8;
    if (written.without_norm < deep || written.other_norms > 0) return;
    remarks_.push_back(fmt::format(
        "{} of {} convolutions have biases and no batch norm behind them: if the network had it there, the "
        "exporter has folded it in, and it would be trained without; docs/own-network.md shows the export that "
        "keeps it",
        written.without_norm, written.convolutions));
  }

  const std::filesystem::path file_;
  const OnnxOptions& options_;
  Graph graph_;
  std::optional<Context> context_;
  bool input_is_open_ = false;
  std::int64_t computed_in_all_ = 0;
  std::vector<std::string> problems_, remarks_;
  // Operators that only constants can have.
  const std::set<std::string> computable_ = {"Range", "Where", "Expand",  "Equal", "Not",       "Less",
                                             "And",   "Or",    "Greater", "Mod",   "ReduceProd"};
};

}  // namespace
}  // namespace onnx

OnnxImport import_onnx(const std::filesystem::path& file, const OnnxOptions& options) {
  return onnx::Importer(file, options).run();
}

}  // namespace tailor
