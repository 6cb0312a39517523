// Functions of each value by itself, with constants or with each other. Most wait as terms (term.h) until it is known
// what they are together.
#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "tailor/interop/onnx/convert.h"
#include "tailor/interop/onnx/refusal.h"

namespace tailor::onnx {
namespace {

// What a step other than a constant's builds on: a bias or a norm comes before an activation and is a layer by then,
// and no term grows without end.
const Term* operand(Context& context, const Value& value) {
  if (!has_channels(*value.term) && value.term->size < largest_term / 2) return value.term;
  return context.of_layer(context.layer_of(*value.term), {}).term;
}

void set_term(Context& context, const Node& node, const Value& value, Term term) {
  term.layer = term.a->layer;
  term.node = &node;
  term.alone = term.a->alone && !value.shared;
  term.size = 1 + term.a->size + (term.b ? term.b->size : 0);
  Value result = value;
  result.shared = false;
  result.term = context.term(std::move(term));
  if (result.padded && (result.pad_value != 0 || value_of(*result.term, 0, 0) != 0))
    throw refusal("reads what a Pad made and would change the padding");
  context.set(node, 0, std::move(result));
}

double bound(Context& context, const Node& node, std::size_t i, const char* key, double fallback) {
  if (const Array* given = context.constant(node, i, "the bounds")) {
    if (given->count() != 1) throw refusal("bounds of [{}]", fmt::join(given->shape, ", "));
    return given->at(0);
  }
  return node.has(key) ? static_cast<double>(node.real(key, 0)) : fallback;
}

void with_constant(Context& context, const Node& node, const Value& value, const Array& constant,
                   bool first) {
  Value spread = value;
  while (spread.axes.size() < constant.shape.size()) spread.axes.insert(spread.axes.begin(), Dimension());
  const std::vector<double> values = context.channel_values(spread, constant);
  if (node.op == "Add" && context.add_bias(spread, values)) return context.set(node, 0, spread);
  Term term;
  term.op = node.op;
  term.constant = values;
  term.constant_first = first;
  // Norms and input normalisation come in steps; the 3 of a hard sigmoid behind a norm is none of its steps.
  const bool linear = node.op == "Add" || node.op == "Sub" || node.op == "Mul" || node.op == "Div";
  const bool step = values.size() > 1 || !has_channels(*value.term) || value.term->layer < 0;
  term.a = linear && step && value.term->size < largest_term / 2 ? value.term : operand(context, value);
  set_term(context, node, spread, std::move(term));
}

// Whether `factors` is one value for each channel where `map` has height and width.
bool is_factor(const Axes& map, const Axes& factors) {
  for (std::size_t d = 0; d < map.size(); ++d) {
    const bool spatial = is_only(map[d], Axis::height) || is_only(map[d], Axis::width);
    if (factors[d] != map[d] && !(spatial && factors[d].empty())) return false;
  }
  return true;
}

void of_two_layers(Context& context, const Node& node, const Value& first, const Value& second) {
  if (node.op != "Add" && node.op != "Mul") throw refusal("of two layers: only sums and products are layers");
  const int a = context.layer_of(*first.term), b = context.layer_of(*second.term);
  Axes axes = first.axes, other = second.axes;
  while (axes.size() < other.size()) axes.insert(axes.begin(), Dimension());
  while (other.size() < axes.size()) other.insert(other.begin(), Dimension());
  if (a == b) throw refusal("of a layer with itself");
  const bool nonnegative = context.draft().nonnegative(a) && context.draft().nonnegative(b);
  const bool turned = node.op == "Mul" && !is_factor(axes, other) && is_factor(other, axes);
  if (turned) std::swap(axes, other);
  const Shape shape = context.draft().shape(turned ? b : a);
  if (axes != other && !(node.op == "Mul" && is_factor(axes, other)))
    throw refusal("of [{}] and [{}], whose dimensions differ in size or meaning",
                  fmt::join(sizes_of(axes), ", "), fmt::join(sizes_of(other), ", "));
  const int layer = context.add(node, node.op == "Add" ? "add" : "multiply",
                                turned ? std::vector{b, a} : std::vector{a, b}, shape, {}, {}, nonnegative);
  context.set(node, 0, context.of_layer(layer, std::move(axes)));
}

}  // namespace

void convert_unary(Context& context, const Node& node) {
  const Value& value = context.value(node, 0);
  if (value.constant) throw refusal("its input '{}' is constant", node.inputs[0]);
  Term term;
  term.op = node.op;
  term.a = operand(context, value);
  if (node.op == "Clip") {
    const double infinity = std::numeric_limits<double>::infinity();
    term.alpha = bound(context, node, 1, "min", -infinity),
    term.beta = bound(context, node, 2, "max", infinity);
  } else if (node.op == "HardSigmoid") {
    term.alpha = static_cast<double>(node.real("alpha", 0.2f)),
    term.beta = static_cast<double>(node.real("beta", 0.5f));
  } else if (node.op == "Gelu") {
    term.alpha = node.text("approximate", "none") == "tanh";
  } else {
    term.alpha = static_cast<double>(node.real("alpha", node.op == "LeakyRelu" ? 0.01f
                                                        : node.op == "Selu"    ? 1.67326319f
                                                                               : 1.0f));
    term.beta = static_cast<double>(node.real("gamma", 1.05070102f));
  }
  set_term(context, node, value, std::move(term));
}

void convert_binary(Context& context, const Node& node) {
  if (node.inputs.size() != 2) throw refusal("{} inputs; 2 are taken in", node.inputs.size());
  const Value &a = context.value(node, 0), &b = context.value(node, 1);
  if (a.constant && b.constant) throw refusal("of two constants");
  if (const Array* constant = context.value(node, 1).constant.get())
    return with_constant(context, node, a, *constant, false);
  if (const Array* constant = context.value(node, 0).constant.get())
    return with_constant(context, node, b, *constant, true);
  if (a.padded || b.padded) throw refusal("reads what a Pad made");
  const Term *left = operand(context, a), *right = operand(context, b);
  if (left->layer != right->layer || a.axes != b.axes) return of_two_layers(context, node, a, b);
  Term term;
  term.op = node.op, term.a = left, term.b = right;
  set_term(context, node, a, std::move(term));
}

void convert_prelu(Context& context, const Node& node) {
  const Value& value = context.images(node, 0);
  const std::vector<double> slopes =
      context.channel_values(value, context.required_constant(node, 1, "the slopes"));
  const int layer = context.layer_of(*value.term);
  std::vector<std::pair<std::string, std::string>> keys;
  if (slopes.size() == 1) keys.emplace_back("shared", "true");
  const auto count = static_cast<std::int64_t>(slopes.size());
  const int made = context.add(node, "prelu", {layer}, context.draft().shape(layer), std::move(keys),
                               {weight_of("slope", {count}, {slopes.begin(), slopes.end()})});
  context.set(node, 0, context.of_layer(made, value.axes));
}

}  // namespace tailor::onnx
