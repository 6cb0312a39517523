#include "tailor/interop/onnx/context.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "tailor/interop/onnx/names.h"
#include "tailor/interop/onnx/refusal.h"

namespace tailor::onnx {
namespace {

std::string wanted_name(const Node& node, const std::string& kind, bool weights) {
  if (weights)
    for (const std::string& input : node.inputs)
      if (std::string module = module_of_weight(input); !module.empty()) return module;
  const std::string module = node.module.empty() ? module_of_path(node.name) : node.module;
  static const std::vector<std::string> joints = {"add",   "multiply",        "concatenate",
                                                  "slice", "channel_shuffle", "flatten"};
  if (weights || module.empty() || std::find(joints.begin(), joints.end(), kind) == joints.end())
    return module;
  return module + "." + kind;
}

AlignedFloats floats(const std::vector<double>& values, std::int64_t channels) {
  AlignedFloats result(static_cast<std::size_t>(channels));
  for (std::size_t c = 0; c < result.size(); ++c)
    result[c] = static_cast<float>(values[values.size() == 1 ? 0 : c]);
  return result;
}

bool all(const std::vector<double>& values, double wanted) {
  return std::all_of(values.begin(), values.end(), [&](double value) { return value == wanted; });
}

bool never_below_0(const Activation& found) {
  return found.kind == "relu" || found.kind == "sigmoid" || found.kind == "hard_sigmoid" ||
         (found.kind == "clip" && found.keys[0].second >= 0);
}

}  // namespace

Context::Context(const Graph& graph, const Shape& input, std::int64_t batch) : batch_(batch) {
  draft_.input = input;
  for (const Node& node : graph.nodes)
    for (const std::string& name : node.inputs) ++uses_[name];
  for (const std::string& name : graph.outputs) ++uses_[name];
  for (const auto& [name, array] : graph.constants)
    values_[name].constant = std::shared_ptr<const Array>(std::shared_ptr<void>(), &array);
}

const Value* Context::optional_value(const Node& node, std::size_t i) const {
  if (i >= node.inputs.size() || node.inputs[i].empty()) return nullptr;
  const auto found = values_.find(node.inputs[i]);
  if (found == values_.end()) throw Unknown();
  return &found->second;
}

const Value& Context::value(const Node& node, std::size_t i) const {
  const Value* value = optional_value(node, i);
  if (!value) throw refusal("input {} is missing", i + 1);
  if (!value->parts.empty() && node.op != "SequenceAt")
    throw refusal("its input '{}' is a sequence", node.inputs[i]);
  return *value;
}

const Array* Context::constant(const Node& node, std::size_t i, const char* what) const {
  const Value* value = optional_value(node, i);
  if (!value) return nullptr;
  if (!value->constant) throw refusal("{} ('{}') depend on the images", what, node.inputs[i]);
  if (!value->constant->problem.empty())
    throw refusal("{} ('{}'): {}", what, node.inputs[i], value->constant->problem);
  return value->constant.get();
}

const Array& Context::required_constant(const Node& node, std::size_t i, const char* what) const {
  const Array* array = constant(node, i, what);
  if (!array) throw refusal("{} (input {}) are missing", what, i + 1);
  return *array;
}

const Value& Context::images(const Node& node, std::size_t i) const {
  const Value& found = value(node, i);
  if (found.constant) throw refusal("its input '{}' is constant", node.inputs[i]);
  if (found.padded)
    throw refusal("reads '{}', which a Pad made: only convolutions and pools take padding in",
                  node.inputs[i]);
  return found;
}

void Context::set(const Node& node, std::size_t output, Value value) {
  if (output >= node.outputs.size()) return;
  const auto uses = uses_.find(node.outputs[output]);
  value.shared |= uses != uses_.end() && uses->second > 1;
  values_[node.outputs[output]] = std::move(value);
}

void Context::set_constant(const Node& node, std::size_t output, Array array) {
  Value value;
  value.constant = std::make_shared<const Array>(std::move(array));
  value.computed = true;
  set(node, output, std::move(value));
}

void Context::set_input(const std::string& name, Axes axes) {
  Value value = of_layer(-1, std::move(axes));
  values_[name] = std::move(value);
}

Value Context::of_layer(int layer, Axes axes) {
  Value value;
  Term own;
  own.layer = layer;
  value.term = term(std::move(own));
  value.axes = std::move(axes);
  return value;
}

const Term* Context::term(Term term) {
  terms_.push_back(std::move(term));
  return &terms_.back();
}

int Context::add(const Node& node, std::string kind, std::vector<int> inputs, Shape output,
                 std::vector<std::pair<std::string, std::string>> keys, std::vector<Tensor> weights,
                 bool nonnegative) {
  DraftLayer layer;
  layer.wanted_name = wanted_name(node, kind, !weights.empty());
  layer.kind = std::move(kind);
  layer.inputs = std::move(inputs);
  layer.keys = std::move(keys);
  layer.weights = std::move(weights);
  layer.output = output;
  layer.nonnegative = nonnegative;
  return draft_.add(std::move(layer));
}

int Context::layer_of(const Term& term) {
  if (term.op.empty()) return term.layer;
  if (const auto found = made_.find(&term); found != made_.end()) return found->second;
  const int layer = [&] {
    if (std::optional<Affine> found = affine(term)) return affine_layer(term, std::move(*found));
    const Shape shape = draft_.shape(term.layer);
    if (const std::optional<Activation> found = activation(term)) {
      std::vector<std::pair<std::string, std::string>> keys;
      for (const auto& [key, value] : found->keys) keys.emplace_back(key, fmt::format("{}", value));
      return add(*term.node, found->kind, {term.layer}, shape, std::move(keys), {}, never_below_0(*found));
    }
    // Not one function: the last step by itself, of what comes before it.
    if (term.b && (term.op == "Add" || term.op == "Mul")) {
      const int a = layer_of(*term.a), b = layer_of(*term.b);
      const bool nonnegative = draft_.nonnegative(a) && draft_.nonnegative(b);
      return add(*term.node, term.op == "Add" ? "add" : "multiply", {a, b}, shape, {}, {}, nonnegative);
    }
    if (!term.b && !term.a->op.empty()) {
      Term own;
      own.layer = layer_of(*term.a);
      Term last = term;
      last.layer = own.layer, last.a = this->term(own), last.size = 2;
      return layer_of(*this->term(last));
    }
    throw refusal("no layer computes {}", term.op);
  }();
  made_[&term] = layer;
  return layer;
}

int Context::map_layer(const Value& value) {
  const Axes& axes = value.axes;
  const int layer = layer_of(*value.term);
  const Shape& shape = draft_.shape(layer);
  if (axes.size() != 4 || !is_whole(axes[0], Axis::batch, batch_) ||
      !is_whole(axes[2], Axis::height, shape.height) || !is_whole(axes[3], Axis::width, shape.width))
    throw refusal("its input of [{}] is not images by channel, height and width",
                  fmt::join(sizes_of(axes), ", "));
  Axes ordered = axes;
  return ordered_layer(value, ordered);
}

int Context::ordered_layer(const Value& value, Axes& axes) {
  const int layer = layer_of(*value.term);
  const Shape shape = draft_.shape(layer);
  axes = value.axes;
  for (Dimension& dimension : axes) {
    if (!is_only(dimension, Axis::channel)) continue;
    if (is_whole(dimension, Axis::channel, shape.channels)) return layer;
    const bool dealt = dimension.size() == 2 && dimension[0].step == 1 &&
                       dimension[1].step == dimension[0].size && size_of(dimension) == shape.channels;
    if (!dealt) throw refusal("its channels come in an order that no layer makes");
    const std::int64_t groups = dimension[1].size;
    DraftLayer made;
    made.kind = "channel_shuffle";
    made.wanted_name =
        layer < 0 ? "" : draft_.layers[static_cast<std::size_t>(layer)].wanted_name + ".shuffle";
    made.inputs = {layer};
    made.keys = {{"groups", fmt::format("{}", groups)}};
    made.output = shape;
    made.nonnegative = draft_.nonnegative(layer);
    dimension = {{Axis::channel, shape.channels, 1}};
    const auto key = std::pair(layer, groups);
    if (const auto found = shuffled_.find(key); found != shuffled_.end()) return found->second;
    return shuffled_[key] = draft_.add(std::move(made));
  }
  if (shape.channels != 1) throw refusal("its channels lie in several dimensions");
  return layer;
}

std::vector<double> Context::channel_values(const Value& value, const Array& constant) const {
  if (constant.count() == 1) return {constant.at(0)};
  const std::int64_t channels = draft_.shape(value.term->layer).channels;
  const auto indices = channel_indices(value.axes, constant.shape, channels);
  if (!indices)
    throw refusal("a constant of [{}] against values of [{}] is not one for each channel",
                  fmt::join(constant.shape, ", "), fmt::join(sizes_of(value.axes), ", "));
  std::vector<double> values;
  for (const std::int64_t index : *indices) values.push_back(constant.at(index));
  return values;
}

void Context::remark(std::string text) {
  if (std::find(remarks_.begin(), remarks_.end(), text) == remarks_.end())
    remarks_.push_back(std::move(text));
}

void Context::take_normalization(const Term& term, const Affine& found) {
  std::vector<double> scale = found.scale, offset = found.offset;
  const auto channels = static_cast<std::size_t>(draft_.input.channels);
  if (scale.size() == 1) scale.resize(channels, scale[0]);
  if (offset.size() == 1) offset.resize(channels, offset[0]);
  if (normalization_ && (draft_.input_scale != scale || draft_.input_offset != offset))
    throw refusal("the input is normalised in two ways ('{}' and '{}')", normalization_->node->name,
                  term.node->name);
  normalization_ = &term;
  draft_.input_scale = scale, draft_.input_offset = offset;
}

bool Context::add_bias(const Value& value, const std::vector<double>& bias) {
  if (!value.term->op.empty() || value.term->layer < 0 || value.shared || bias.size() < 2) return false;
  DraftLayer& layer = draft_.layers[static_cast<std::size_t>(value.term->layer)];
  if ((layer.kind != "conv2d" && layer.kind != "dense") || layer.weight("bias")) return false;
  const std::int64_t channels = layer.output.channels;
  layer.weights.push_back(weight_of("bias", {channels}, floats(bias, channels)));
  return true;
}

// Into the scale and shift of a norm that had none of its own.
bool Context::merge(DraftLayer& layer, const Affine& found) {
  const std::int64_t channels = layer.output.channels;
  if (layer.kind != "group_norm" && layer.kind != "layer_norm") return false;
  Tensor &scale = *layer.weight("scale"), &shift = *layer.weight("shift");
  const auto is = [](const Tensor& tensor, float wanted) {
    return std::all_of(tensor.data.begin(), tensor.data.end(), [&](float value) { return value == wanted; });
  };
  if (!is(scale, 1) || !is(shift, 0)) return false;
  scale.data = floats(found.scale, channels), shift.data = floats(found.offset, channels);
  return true;
}

int Context::affine_layer(const Term& term, Affine found) {
  if (all(found.scale, 1) && all(found.offset, 0)) return term.layer;
  if (term.layer < 0) {
    take_normalization(term, found);
    return -1;
  }
  const Shape shape = draft_.shape(term.layer);
  DraftLayer& base = draft_.layers[static_cast<std::size_t>(term.layer)];
  if (term.alone && merge(base, found)) return term.layer;
  const bool learned = found.scale.size() > 1 || (found.offset.size() > 1 && !all(found.scale, 1));
  if (!learned)
    throw refusal("multiplies by {} and adds {}: fixed numbers within a network are no layer", found.scale[0],
                  found.offset.size() > 1 ? "one for each channel" : fmt::format("{}", found.offset[0]));
  if (all(found.offset, 0))
    return add(*term.node, "scale", {term.layer}, shape, {},
               {weight_of("scale", {shape.channels}, floats(found.scale, shape.channels))});
  // Batch norm as prediction computes it: mean 0 and variance 1 - epsilon leave scale and shift alone.
  constexpr float epsilon = 1e-5f;
  remark(
      "factors and offsets for each channel, as batch norm has in prediction, were taken in as batch_norm with mean 0, "
      "variance 1 and epsilon 1e-5: what it had in training is no longer in the file");
  const std::int64_t channels = shape.channels;
  return add(*term.node, "batch_norm", {term.layer}, shape, {},
             {weight_of("scale", {channels}, floats(found.scale, channels)),
              weight_of("shift", {channels}, floats(found.offset, channels)),
              weight_of("running_mean", {channels}, floats({0}, channels)),
              weight_of("running_variance", {channels}, floats({1 - double{epsilon}}, channels))});
}

}  // namespace tailor::onnx
