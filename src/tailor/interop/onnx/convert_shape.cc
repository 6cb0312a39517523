// What moves, cuts and joins values without computing: mostly other dimensions for the same layer.
#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "tailor/interop/onnx/constants.h"
#include "tailor/interop/onnx/convert.h"
#include "tailor/interop/onnx/refusal.h"

namespace tailor::onnx {
namespace {

void set_axes(Context& context, const Node& node, const Value& value, Axes axes) {
  Value moved = value;
  moved.axes = std::move(axes);
  context.set(node, 0, std::move(moved));
}

void reshape(Context& context, const Node& node, const Value& value, const std::vector<std::int64_t>& sizes) {
  std::optional<Axes> axes = reshaped(value.axes, sizes);
  if (!axes)
    throw refusal("from [{}] to [{}] mixes what lies in different dimensions",
                  fmt::join(sizes_of(value.axes), ", "), fmt::join(sizes, ", "));
  set_axes(context, node, value, std::move(*axes));
}

// Channels `from` to `to` of a value whose dimension d counts them, in order.
Value cut(Context& context, const Node& node, int layer, Axes axes, std::size_t d, std::int64_t from,
          std::int64_t to) {
  const Shape in = context.draft().shape(layer);
  const Shape out{in.height, in.width, static_cast<int>(to - from)};
  if (from >= to) throw refusal("channels {} to {}: none", from, to);
  std::vector<std::pair<std::string, std::string>> keys;
  if (from > 0) keys.emplace_back("from", fmt::format("{}", from));
  keys.emplace_back("to", fmt::format("{}", to));
  const int made =
      context.add(node, "slice", {layer}, out, std::move(keys), {}, context.draft().nonnegative(layer));
  axes[d] = nchw(1, out)[1];
  return context.of_layer(made, std::move(axes));
}

// The value in parts of these many channels.
std::vector<Value> split(Context& context, const Node& node, const std::vector<std::int64_t>& parts) {
  const Value& value = context.images(node, 0);
  const std::size_t d = dimension_index(node.integer("axis", 0), value.axes.size());
  const std::int64_t size = size_of(value.axes[d]);
  std::int64_t sum = 0;
  for (const std::int64_t part : parts) sum += part > 0 && part <= size ? part : size + 1;
  if (sum != size) throw refusal_of("split", "[{}] of {}", fmt::join(parts, ", "), size);
  if (!is_only(value.axes[d], Axis::channel))
    throw refusal_of("axis", "{}: only channels can be split", node.integer("axis", 0));
  Axes axes;
  const int layer = context.ordered_layer(value, axes);
  std::vector<Value> values;
  std::int64_t from = 0;
  for (const std::int64_t part : parts) {
    values.push_back(cut(context, node, layer, axes, d, from, from + part));
    from += part;
  }
  return values;
}

// `size` in pieces of `each`, the last one smaller if need be.
std::vector<std::int64_t> pieces(std::int64_t size, std::int64_t each) {
  std::vector<std::int64_t> parts;
  for (; size > 0 && each > 0; size -= each) parts.push_back(std::min(size, each));
  return parts;
}

std::int64_t split_size(Context& context, const Node& node) {
  const Axes& axes = context.images(node, 0).axes;
  return size_of(axes[dimension_index(node.integer("axis", 0), axes.size())]);
}

}  // namespace

void convert_reshape(Context& context, const Node& node) {
  const Value& value = context.images(node, 0);
  const Array& wanted = context.required_constant(node, 1, "the sizes");
  reshape(context, node, value, resolved_sizes(node, sizes_of(value.axes), wanted.integers));
}

void convert_flatten(Context& context, const Node& node) {
  const Value& value = context.images(node, 0);
  const std::int64_t axis = node.integer("axis", 1), rank = static_cast<std::int64_t>(value.axes.size());
  const std::size_t at = axis == rank ? value.axes.size() : dimension_index(axis, value.axes.size());
  std::vector<std::int64_t> sizes = {1, 1};
  for (std::size_t d = 0; d < value.axes.size(); ++d) sizes[d < at ? 0 : 1] *= size_of(value.axes[d]);
  reshape(context, node, value, sizes);
}

void convert_squeeze(Context& context, const Node& node) {
  const Value& value = context.images(node, 0);
  const auto dimensions = listed(node, "axes", context.constant(node, 1, "the dimensions"));
  std::vector<bool> drop(value.axes.size());
  if (dimensions)
    for (const std::int64_t d : *dimensions) drop[dimension_index(d, drop.size())] = true;
  Axes axes;
  for (std::size_t d = 0; d < drop.size(); ++d) {
    const bool one = value.axes[d].empty();
    if (drop[d] && !one) throw refusal_of("axes", "dimension {} has size {}", d, size_of(value.axes[d]));
    if (!(dimensions ? drop[d] : one)) axes.push_back(value.axes[d]);
  }
  set_axes(context, node, value, std::move(axes));
}

void convert_unsqueeze(Context& context, const Node& node) {
  const Value& value = context.images(node, 0);
  const auto dimensions = listed(node, "axes", context.constant(node, 1, "the dimensions"));
  if (!dimensions) throw refusal("the dimensions are missing");
  std::vector<bool> added(value.axes.size() + dimensions->size());
  for (const std::int64_t d : *dimensions) added[dimension_index(d, added.size())] = true;
  Axes axes;
  auto next = value.axes.begin();
  for (const bool is_new : added) {
    if (!is_new && next == value.axes.end()) throw refusal_of("axes", "the same one twice");
    axes.push_back(is_new ? Dimension() : *next++);
  }
  set_axes(context, node, value, std::move(axes));
}

void convert_transpose(Context& context, const Node& node) {
  const Value& value = context.value(node, 0);  // a Pad may wait: it knows its sides by what they mean
  std::vector<std::int64_t> order = node.integers("perm");
  if (order.empty())
    for (std::size_t d = value.axes.size(); d-- > 0;) order.push_back(static_cast<std::int64_t>(d));
  if (order.size() != value.axes.size()) throw refusal_of("perm", "[{}]", fmt::join(order, ", "));
  Axes axes;
  for (const std::int64_t d : order) axes.push_back(value.axes[dimension_index(d, value.axes.size())]);
  set_axes(context, node, value, std::move(axes));
}

void convert_same(Context& context, const Node& node) {
  const Value& value = context.value(node, 0);
  const std::int64_t to = node.op == "Cast" ? node.integer("to", 1) : 1;
  if (to != 1 && to != 10 && to != 11 && to != 16)
    throw refusal_of("to", "{}: values of the network become whole numbers", to);
  context.set(node, 0, value);
}

void convert_shape(Context& context, const Node& node) {
  context.set_constant(node, 0, shape_answer(node, sizes_of(context.images(node, 0).axes)));
}

// Of everything in its order, as PyTorch's newer exporter writes as_strided: a Reshape.
void convert_gather(Context& context, const Node& node) {
  const Value& value = context.images(node, 0);
  const Array& indices = context.required_constant(node, 1, "the indices");
  bool in_order = value.axes.size() == 1 && indices.whole && indices.count() == size_of(value.axes[0]);
  for (std::size_t i = 0; in_order && i < indices.integers.size(); ++i)
    in_order = indices.integers[i] == static_cast<std::int64_t>(i);
  if (!in_order) throw refusal("picks from [{}] what no layer picks", fmt::join(sizes_of(value.axes), ", "));
  reshape(context, node, value, indices.shape);
}

void convert_concatenation(Context& context, const Node& node) {
  if (node.inputs.size() == 1) return context.set(node, 0, context.images(node, 0));
  std::vector<int> layers;
  Axes first;
  Shape out;
  std::size_t d = 0;
  bool nonnegative = true;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    Axes axes;
    const int layer = context.ordered_layer(context.images(node, i), axes);
    const Shape shape = context.draft().shape(layer);
    if (i == 0) d = dimension_index(node.integer("axis", 0), axes.size());
    if (d >= axes.size() || !is_whole(axes[d], Axis::channel, shape.channels))
      throw refusal_of("axis", "{} of [{}]: only channels can be put together", node.integer("axis", 0),
                       fmt::join(sizes_of(axes), ", "));
    axes[d].clear();
    if (i == 0) first = axes, out = {shape.height, shape.width, 0};
    if (axes != first) throw refusal("its inputs differ in more than the channels");
    out.channels += shape.channels;
    nonnegative &= context.draft().nonnegative(layer);
    layers.push_back(layer);
  }
  first[d] = nchw(1, out)[1];
  context.set(node, 0,
              context.of_layer(context.add(node, "concatenate", std::move(layers), out, {}, {}, nonnegative),
                               std::move(first)));
}

void convert_slice(Context& context, const Node& node) {
  const Value& value = context.images(node, 0);
  std::vector<const Array*> inputs = {nullptr};
  for (std::size_t i = 1; i < node.inputs.size(); ++i)
    inputs.push_back(context.constant(node, i, "where it begins and ends"));
  const std::vector<std::int64_t> sizes = sizes_of(value.axes);
  std::optional<Cut> channels;
  for (const Cut& found : slice_cuts(node, inputs, sizes)) {
    if (found.step == 1 && found.begin == 0 && found.end == sizes[found.dimension]) continue;
    if (!is_only(value.axes[found.dimension], Axis::channel) || found.step != 1 || channels)
      throw refusal("rows {} to {} by {} of dimension {}: only neighbouring channels can be cut out",
                    found.begin, found.end, found.step, found.dimension);
    channels = found;
  }
  if (!channels) return context.set(node, 0, value);
  Axes axes;
  const int layer = context.ordered_layer(value, axes);
  context.set(
      node, 0,
      cut(context, node, layer, std::move(axes), channels->dimension, channels->begin, channels->end));
}

void convert_split(Context& context, const Node& node) {
  const std::int64_t size = split_size(context, node), count = static_cast<std::int64_t>(node.outputs.size());
  auto parts = listed(node, "split", context.constant(node, 1, "the sizes"));
  if (!parts) parts = pieces(size, count ? (size + count - 1) / count : 0);
  if (parts->size() != node.outputs.size())
    throw refusal_of("split", "[{}] for {} outputs", fmt::join(*parts, ", "), count);
  std::vector<Value> values = split(context, node, *parts);
  for (std::size_t i = 0; i < values.size(); ++i) context.set(node, i, std::move(values[i]));
}

void convert_sequence(Context& context, const Node& node) {
  const Array* given = context.constant(node, 1, "the sizes");
  const std::int64_t size = split_size(context, node);
  if (!given || !given->whole || given->count() < 1) throw refusal("its sizes are missing");
  Value sequence;
  sequence.parts =
      split(context, node, given->shape.empty() ? pieces(size, given->integers[0]) : given->integers);
  context.set(node, 0, std::move(sequence));
}

void convert_sequence_at(Context& context, const Node& node) {
  const std::vector<Value>& parts = context.value(node, 0).parts;
  const Array& place = context.required_constant(node, 1, "the place");
  if (parts.empty() || !place.whole || place.count() != 1) throw refusal("of no sequence");
  context.set(node, 0, parts[dimension_index(place.integers[0], parts.size())]);
}

}  // namespace tailor::onnx
