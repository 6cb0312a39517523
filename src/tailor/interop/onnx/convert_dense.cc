// Products with a matrix of weights: a dense layer, or a convolution of 1 x 1 where they keep height and width.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "tailor/interop/onnx/convert.h"
#include "tailor/interop/onnx/refusal.h"

namespace tailor::onnx {
namespace {

// `weights` [rows][outputs]; the rows follow the last dimension of the value.
void multiply(Context& context, const Node& node, const Value& value, const std::vector<float>& weights,
              std::int64_t outputs, std::optional<std::vector<float>> bias) {
  Axes axes = value.axes;
  const Dimension last = axes.back();
  axes.pop_back();
  bool images = true;  // each row of the product is a whole image
  for (const Dimension& dimension : axes)
    for (const Part& part : dimension) images &= part.axis == Axis::batch;
  int layer = context.layer_of(*value.term);
  const Shape in = context.draft().shape(layer);
  if (!images && !is_only(last, Axis::channel) && in.channels > 1)
    throw refusal("a product over [{}] is neither over an image nor over channels",
                  fmt::join(sizes_of(value.axes), ", "));
  const Shape read = images ? in : Shape{1, 1, in.channels};
  const std::vector<std::int64_t> rows = places(last, read);
  if (rows.size() != read.size())
    throw refusal("a product over {} of an image's {} values", rows.size(), read.size());
  const Shape out =
      images ? Shape{1, 1, static_cast<int>(outputs)} : Shape{in.height, in.width, static_cast<int>(outputs)};

  // The engine's order: dense [in][out] with inputs by height, width, channel; convolution [out][1][1][in].
  AlignedFloats moved(weights.size());
  const auto count = static_cast<std::int64_t>(rows.size());
  for (std::int64_t r = 0; r < count; ++r)
    for (std::int64_t o = 0; o < outputs; ++o) {
      const std::int64_t place = rows[static_cast<std::size_t>(r)];
      moved[static_cast<std::size_t>(images ? place * outputs + o : o * count + place)] =
          weights[static_cast<std::size_t>(r * outputs + o)];
    }
  std::vector<Tensor> tensors;
  if (images)
    tensors.push_back(weight_of("weight", {count, outputs}, std::move(moved)));
  else
    tensors.push_back(weight_of("weight", {outputs, 1, 1, count}, std::move(moved)));
  if (bias) tensors.push_back(weight_of("bias", {outputs}, {bias->begin(), bias->end()}));
  if (images && (in.height > 1 || in.width > 1)) {
    Node flat = node;
    flat.module.clear(), flat.name.clear();
    layer = context.add(flat, "flatten", {layer}, {1, 1, static_cast<int>(in.size())}, {}, {},
                        context.draft().nonnegative(layer));
  }
  layer = images ? context.add(node, "dense", {layer}, out, {}, std::move(tensors))
                 : context.add(node, "conv2d", {layer}, out, {{"kernel", "1"}}, std::move(tensors));
  axes.push_back(nchw(1, out)[1]);
  context.set(node, 0, context.of_layer(layer, std::move(axes)));
}

// As [rows][outputs].
std::vector<float> matrix(const Array& weights, bool transposed, float factor) {
  if (weights.shape.size() != 2 || weights.whole)
    throw refusal("weights of [{}] are no matrix", fmt::join(weights.shape, ", "));
  const std::int64_t outputs = weights.shape[transposed ? 0 : 1], rows = weights.shape[transposed ? 1 : 0];
  std::vector<float> result(weights.reals.size());
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t o = 0; o < outputs; ++o)
      result[static_cast<std::size_t>(r * outputs + o)] =
          factor * weights.reals[static_cast<std::size_t>(transposed ? o * rows + r : r * outputs + o)];
  return result;
}

void check_rows(const Value& value, std::int64_t rows) {
  if (value.axes.empty() || size_of(value.axes.back()) != rows)
    throw refusal("weights with {} rows for values of [{}]", rows, fmt::join(sizes_of(value.axes), ", "));
}

}  // namespace

void convert_gemm(Context& context, const Node& node) {
  const Value& value = context.images(node, 0);
  const Array& weights = context.required_constant(node, 1, "the weights");
  if (node.integer("transA", 0)) throw refusal_of("transA", "1");
  if (value.axes.size() != 2)
    throw refusal("values of [{}] are no matrix", fmt::join(sizes_of(value.axes), ", "));
  const bool transposed = node.integer("transB", 0) != 0;
  std::vector<float> moved = matrix(weights, transposed, node.real("alpha", 1));
  check_rows(value, weights.shape[transposed ? 1 : 0]);
  const std::int64_t outputs = weights.shape[transposed ? 0 : 1];
  std::optional<std::vector<float>> bias;
  if (const Array* given = context.constant(node, 2, "the biases"); given && node.real("beta", 1) != 0) {
    const bool one = given->count() == 1;
    if (given->whole || (!one && (given->count() != outputs || given->shape.back() != outputs)))
      throw refusal("biases of [{}] for {} outputs", fmt::join(given->shape, ", "), outputs);
    bias.emplace();
    for (std::int64_t o = 0; o < outputs; ++o)
      bias->push_back(node.real("beta", 1) * given->reals[one ? 0 : static_cast<std::size_t>(o)]);
  }
  multiply(context, node, value, moved, outputs, std::move(bias));
}

void convert_product(Context& context, const Node& node) {
  const Value& value = context.images(node, 0);
  const Array& weights = context.required_constant(node, 1, "the weights");
  const std::vector<float> moved = matrix(weights, false, 1);
  check_rows(value, weights.shape[0]);
  multiply(context, node, value, moved, weights.shape[1], {});
}

}  // namespace tailor::onnx
