// Convolutions and pools: whatever slides a window, and the Pad before it.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "tailor/interop/onnx/constants.h"
#include "tailor/interop/onnx/convert.h"
#include "tailor/interop/onnx/refusal.h"

namespace tailor::onnx {
namespace {

using Pair = std::array<std::int64_t, 2>;  // height, width

struct Window {
  Pair kernel{}, stride{1, 1}, dilation{1, 1};
  std::array<std::int64_t, 4> pad{};  // top, left, bottom, right
  bool ceil = false;
};

Pair pair_of(const Node& node, const char* key, Pair fallback) {
  if (!node.has(key)) return fallback;
  const std::vector<std::int64_t> values = node.integers(key);
  if (values.size() != 2)
    throw refusal_of(key, "[{}]: only windows over height and width are taken in", fmt::join(values, ", "));
  for (const std::int64_t value : values)
    if (value < 1 || value > 1 << 16) throw refusal_of(key, "[{}]", fmt::join(values, ", "));
  return {values[0], values[1]};
}

// `kernel` is that of the weights; a pool's is its attribute.
Window window_of(const Node& node, std::optional<Pair> kernel, const Shape& in) {
  Window w;
  w.kernel = kernel ? *kernel : pair_of(node, "kernel_shape", {0, 0});
  if (w.kernel[0] < 1) throw refusal("attribute kernel_shape is missing");
  w.stride = pair_of(node, "strides", {1, 1});
  w.dilation = pair_of(node, "dilations", {1, 1});
  w.ceil = node.integer("ceil_mode", 0) != 0;
  const std::string automatic = node.text("auto_pad", "NOTSET");
  if (automatic == "NOTSET" || automatic.empty()) {
    const std::vector<std::int64_t> pads = node.integers("pads");
    if (!pads.empty() && pads.size() != 4) throw refusal_of("pads", "[{}]", fmt::join(pads, ", "));
    std::copy(pads.begin(), pads.end(), w.pad.begin());
  } else if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
    const Pair size = {in.height, in.width};
    for (std::size_t d = 0; d < 2; ++d) {
      const std::int64_t reach = (w.kernel[d] - 1) * w.dilation[d] + 1,
                         steps = (size[d] + w.stride[d] - 1) / w.stride[d];
      const std::int64_t total = std::max<std::int64_t>((steps - 1) * w.stride[d] + reach - size[d], 0);
      const std::int64_t less = total / 2, more = total - less;
      w.pad[d] = automatic == "SAME_UPPER" ? less : more;
      w.pad[d + 2] = automatic == "SAME_UPPER" ? more : less;
    }
  } else if (automatic != "VALID") {
    throw refusal_of("auto_pad", "'{}'", automatic);
  }
  return w;
}

bool has_padding(const Window& w) { return w.pad != std::array<std::int64_t, 4>{}; }

// The pixels that a Pad before the window added, into the window's own padding.
void take_in(const Value& value, Window& w) {
  for (std::size_t side = 0; side < 4; ++side) w.pad[side] += value.padded ? value.pad[side] : 0;
  for (const std::int64_t pad : w.pad)
    if (pad < 0 || pad > 1 << 16)
      throw refusal_of("pads", "[{}]: cutting off is not padding", fmt::join(w.pad, ", "));
}

Shape slid(const Window& w, const Shape& in, int channels) {
  Shape out{0, 0, channels};
  for (std::size_t d = 0; d < 2; ++d) {
    const std::int64_t size = d == 0 ? in.height : in.width;
    const std::int64_t reach = (w.kernel[d] - 1) * w.dilation[d] + 1,
                       room = size + w.pad[d] + w.pad[d + 2] - reach;
    if (room < 0)
      throw refusal("its window of {}x{} does not fit into {}x{}", w.kernel[0], w.kernel[1], in.height,
                    in.width);
    std::int64_t count = room / w.stride[d] + 1;
    // A last window that only reaches over the edge, if it starts before it: as in PyTorch.
    if (w.ceil && room % w.stride[d] != 0 && count * w.stride[d] < size + w.pad[d]) ++count;
    (d == 0 ? out.height : out.width) = static_cast<int>(count);
  }
  return out;
}

std::string extent(const Pair& pair) {
  return pair[0] == pair[1] ? fmt::format("{}", pair[0]) : fmt::format("[{}, {}]", pair[0], pair[1]);
}

std::string padding_text(const std::array<std::int64_t, 4>& pad) {
  if (pad[0] != pad[2] || pad[1] != pad[3]) return fmt::format("[{}]", fmt::join(pad, ", "));
  return extent({pad[0], pad[1]});
}

using Keys = std::vector<std::pair<std::string, std::string>>;

Keys window_keys(const Window& w, bool pool) {
  Keys keys = {{pool ? "size" : "kernel", extent(w.kernel)}};
  if (w.stride != (pool ? w.kernel : Pair{1, 1})) keys.emplace_back("stride", extent(w.stride));
  if (has_padding(w)) keys.emplace_back("padding", padding_text(w.pad));
  if (w.dilation != Pair{1, 1}) keys.emplace_back("dilation", extent(w.dilation));
  if (w.ceil) keys.emplace_back("ceil_mode", "true");
  return keys;
}

void set_map(Context& context, const Node& node, int layer) {
  context.set(node, 0, context.of_layer(layer, nchw(context.batch(), context.draft().shape(layer))));
}

}  // namespace

void convert_convolution(Context& context, const Node& node) {
  const Value& images = context.value(node, 0);
  const Array& weights = context.required_constant(node, 1, "the weights");
  if (weights.shape.size() != 4 || weights.whole)
    throw refusal("weights of [{}]: only convolutions over height and width are taken in",
                  fmt::join(weights.shape, ", "));
  if (images.constant) throw refusal("its input '{}' is constant", node.inputs[0]);
  const int source = context.map_layer(images);
  const Shape in = context.draft().shape(source);
  const std::int64_t filters = weights.shape[0], part = weights.shape[1], groups = node.integer("group", 1);
  if (groups < 1 || filters % groups != 0 || part * groups != in.channels)
    throw refusal_of("group", "{} for {} input channels and weights of [{}]", groups, in.channels,
                     fmt::join(weights.shape, ", "));
  Window w = window_of(node, Pair{weights.shape[2], weights.shape[3]}, in);
  if (images.padded && images.pad_value != 0)
    throw refusal("a Pad with {} before it: convolutions pad with 0", images.pad_value);
  take_in(images, w);
  Keys keys = window_keys(w, false);
  if (groups > 1) keys.emplace_back("groups", fmt::format("{}", groups));

  // From [out][in][height][width] to [out][height][width][in].
  const std::int64_t places = w.kernel[0] * w.kernel[1];
  AlignedFloats moved(weights.reals.size());
  for (std::int64_t o = 0; o < filters; ++o)
    for (std::int64_t i = 0; i < part; ++i)
      for (std::int64_t p = 0; p < places; ++p)
        moved[static_cast<std::size_t>((o * places + p) * part + i)] =
            weights.reals[static_cast<std::size_t>((o * part + i) * places + p)];
  std::vector<Tensor> tensors = {
      weight_of("weight", {filters, w.kernel[0], w.kernel[1], part}, std::move(moved))};
  if (const Array* bias = context.constant(node, 2, "the biases")) {
    if (bias->count() != filters || bias->whole)
      throw refusal("{} biases for {} filters", bias->count(), filters);
    // Zeros that nodes made up are an exporter's way to say that there is no bias.
    const bool none = context.value(node, 2).computed &&
                      std::all_of(bias->reals.begin(), bias->reals.end(), [](float b) { return b == 0; });
    if (!none) tensors.push_back(weight_of("bias", {filters}, {bias->reals.begin(), bias->reals.end()}));
  }
  set_map(context, node,
          context.add(node, "conv2d", {source}, slid(w, in, static_cast<int>(filters)), std::move(keys),
                      std::move(tensors)));
}

void convert_max_pool(Context& context, const Node& node) {
  const Value& images = context.value(node, 0);
  if (images.constant) throw refusal("its input '{}' is constant", node.inputs[0]);
  const int source = context.map_layer(images);
  const Shape in = context.draft().shape(source);
  Window w = window_of(node, {}, in);
  const bool nonnegative = context.draft().nonnegative(source);
  // Zeros around values that are never below 0 cannot be the largest alone.
  if (images.padded && images.pad_value > -1e30 && !(images.pad_value == 0 && nonnegative))
    throw refusal("a Pad with {} before it: tailor's padding counts for nothing in max_pool",
                  images.pad_value);
  take_in(images, w);
  set_map(context, node,
          context.add(node, "max_pool", {source}, slid(w, in, in.channels), window_keys(w, true), {},
                      nonnegative));
}

void convert_average_pool(Context& context, const Node& node) {
  const Value& images = context.value(node, 0);
  if (images.constant) throw refusal("its input '{}' is constant", node.inputs[0]);
  const int source = context.map_layer(images);
  const Shape in = context.draft().shape(source);
  Window w = window_of(node, {}, in);
  bool counted = node.integer("count_include_pad", 0) != 0;
  if (images.padded) {
    if (images.pad_value != 0) throw refusal("a Pad with {} before it", images.pad_value);
    if (has_padding(w) && !counted) throw refusal("a Pad before a pool that has padding of its own");
    counted = true;
    take_in(images, w);
  }
  if (w.kernel == Pair{1, 1} && w.stride == Pair{1, 1} && !has_padding(w))
    return context.set(node, 0, images);
  Keys keys = window_keys(w, true);
  if (counted && has_padding(w)) keys.emplace_back("count_include_pad", "true");
  set_map(context, node,
          context.add(node, "average_pool", {source}, slid(w, in, in.channels), std::move(keys), {},
                      context.draft().nonnegative(source)));
}

void convert_global_pool(Context& context, const Node& node) {
  const int source = context.map_layer(context.images(node, 0));
  const Shape in = context.draft().shape(source);
  const bool nonnegative = context.draft().nonnegative(source);
  if (in.height == 1 && in.width == 1) return set_map(context, node, source);
  const Shape out{1, 1, in.channels};
  if (node.op == "GlobalAveragePool")
    return set_map(context, node,
                   context.add(node, "global_average_pool", {source}, out, {}, {}, nonnegative));
  set_map(context, node,
          context.add(node, "max_pool", {source}, out, {{"size", extent({in.height, in.width})}}, {},
                      nonnegative));
}

// Over height and width, wherever they stand.
void convert_mean(Context& context, const Node& node) {
  const Value& value = context.images(node, 0);
  const auto over = listed(node, "axes", context.constant(node, 1, "the dimensions"));
  if (!over) throw refusal("the mean of everything, the batch among it");
  std::vector<bool> reduced(value.axes.size());
  for (const std::int64_t d : *over) reduced[dimension_index(d, value.axes.size())] = true;
  std::int64_t places = 1;
  for (std::size_t d = 0; d < reduced.size(); ++d)
    for (const Part& part : value.axes[d]) {
      if (reduced[d] && part.axis != Axis::height && part.axis != Axis::width)
        throw refusal_of("axes", "[{}]: only the mean over height and width is a layer",
                         fmt::join(*over, ", "));
      if (reduced[d]) places *= part.size;
    }
  int layer = context.layer_of(*value.term);
  const Shape in = context.draft().shape(layer);
  if (places != std::int64_t{in.height} * in.width)
    throw refusal_of("axes", "[{}]: only the mean over all of height and width is a layer",
                     fmt::join(*over, ", "));
  if (places > 1)
    layer = context.add(node, "global_average_pool", {layer}, {1, 1, in.channels}, {}, {},
                        context.draft().nonnegative(layer));
  Axes axes;
  for (std::size_t d = 0; d < reduced.size(); ++d) {
    if (!reduced[d])
      axes.push_back(value.axes[d]);
    else if (node.integer("keepdims", 1))
      axes.emplace_back();
  }
  context.set(node, 0, context.of_layer(layer, std::move(axes)));
}

void convert_pad(Context& context, const Node& node) {
  Value value = context.value(node, 0);
  if (value.constant) throw refusal("its input '{}' is constant", node.inputs[0]);
  if (const std::string mode = node.text("mode", "constant"); mode != "constant")
    throw refusal_of("mode", "'{}': padding is with one number", mode);
  const auto pads = listed(node, "pads", context.constant(node, 1, "the pads"));
  const Array* number = context.constant(node, 2, "the number to pad with");
  const auto dimensions = listed(node, "axes", context.constant(node, 3, "the dimensions"));
  const std::size_t rank = value.axes.size(), count = dimensions ? dimensions->size() : rank;
  if (!pads || pads->size() != 2 * count) throw refusal_of("pads", "for {} dimensions", count);
  const double with =
      number && number->count() == 1 ? number->at(0) : static_cast<double>(node.real("value", 0));
  if (value.padded && value.pad_value != with) throw refusal("two Pads with different numbers");
  const Shape shape = context.draft().shape(value.term->layer);
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t begin = (*pads)[i], end = (*pads)[i + count];
    if (begin == 0 && end == 0) continue;
    const std::size_t d = dimensions ? dimension_index((*dimensions)[i], rank) : i;
    const bool row = !value.axes[d].empty() && is_whole(value.axes[d], Axis::height, shape.height);
    const bool column = !value.axes[d].empty() && is_whole(value.axes[d], Axis::width, shape.width);
    if (!row && !column)
      throw refusal_of("pads", "[{}]: only height and width can be padded", fmt::join(*pads, ", "));
    if (std::abs(begin) > 1 << 16 || std::abs(end) > 1 << 16)
      throw refusal_of("pads", "[{}]", fmt::join(*pads, ", "));
    value.pad[row ? 0 : 1] += begin, value.pad[row ? 2 : 3] += end;
    value.padded = true, value.pad_value = with;
  }
  context.set(node, 0, std::move(value));
}

}  // namespace tailor::onnx
