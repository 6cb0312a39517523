// Normalisations and dropout.
#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "tailor/interop/onnx/convert.h"
#include "tailor/interop/onnx/refusal.h"

namespace tailor::onnx {
namespace {

constexpr float usual_epsilon = 1e-5f;

using Keys = std::vector<std::pair<std::string, std::string>>;

void add_epsilon(const Node& node, Keys& keys) {
  const float epsilon = node.real("epsilon", usual_epsilon);
  if (epsilon != usual_epsilon) keys.emplace_back("epsilon", fmt::format("{}", epsilon));
}

// An array with a value for each channel, or for each group of neighbours.
Tensor per_channel(const char* name, const Array& array, std::int64_t channels) {
  const std::int64_t count = array.count();
  if (array.whole || count < 1 || channels % count != 0)
    throw refusal("{} of {} for {} channels", name, count, channels);
  AlignedFloats data;
  for (std::int64_t c = 0; c < channels; ++c)
    data.push_back(array.reals[static_cast<std::size_t>(c / (channels / count))]);
  return weight_of(name, {channels}, std::move(data));
}

std::vector<Tensor> scale_and_shift(Context& context, const Node& node, std::int64_t channels) {
  std::vector<Tensor> tensors = {
      per_channel("scale", context.required_constant(node, 1, "the factors"), channels)};
  if (const Array* shift = context.constant(node, 2, "the offsets"))
    tensors.push_back(per_channel("shift", *shift, channels));
  else
    tensors.push_back(weight_of("shift", {channels}, AlignedFloats(static_cast<std::size_t>(channels))));
  return tensors;
}

// What a norm reads.
struct Source {
  int layer = 0;
  Shape shape{};
  Axes axes{};
};

Source source_of(Context& context, const Node& node) {
  Source source;
  source.layer = context.ordered_layer(context.images(node, 0), source.axes);
  source.shape = context.draft().shape(source.layer);
  return source;
}

Source source_with_channels_second(Context& context, const Node& node) {
  Source source = source_of(context, node);
  const Axes& axes = source.axes;
  if (axes.size() < 2 || !is_whole(axes[1], Axis::channel, source.shape.channels))
    throw refusal("the second dimension of [{}] is not the channels", fmt::join(sizes_of(axes), ", "));
  return source;
}

void add_norm(Context& context, const Node& node, const char* kind, Source source, Keys keys,
              std::vector<Tensor> tensors) {
  add_epsilon(node, keys);
  const int norm = context.add(node, kind, {source.layer}, source.shape, std::move(keys), std::move(tensors));
  context.set(node, 0, context.of_layer(norm, std::move(source.axes)));
}

}  // namespace

void convert_batch_norm(Context& context, const Node& node) {
  Source source = source_with_channels_second(context, node);
  const Shape& shape = source.shape;
  std::vector<Tensor> tensors = scale_and_shift(context, node, shape.channels);
  tensors.push_back(
      per_channel("running_mean", context.required_constant(node, 3, "the means"), shape.channels));
  tensors.push_back(
      per_channel("running_variance", context.required_constant(node, 4, "the variances"), shape.channels));
  add_norm(context, node, "batch_norm", std::move(source), {}, std::move(tensors));
}

// Groups of channels are [batch][groups][the rest of each]: PyTorch's older exporter writes group norm so.
void convert_instance_norm(Context& context, const Node& node) {
  const Value& value = context.images(node, 0);
  const int layer = context.layer_of(*value.term);
  const Shape shape = context.draft().shape(layer);
  const bool groups = value.axes.size() > 2 && is_whole(value.axes[0], Axis::batch, context.batch()) &&
                      value.axes[1].size() == 1 && value.axes[1][0].axis == Axis::channel &&
                      value.axes[1][0].size * value.axes[1][0].step == shape.channels;
  if (!groups)
    throw refusal("values of [{}] are no groups of channels", fmt::join(sizes_of(value.axes), ", "));
  add_norm(context, node, "group_norm", {layer, shape, value.axes},
           {{"groups", fmt::format("{}", value.axes[1][0].size)}},
           scale_and_shift(context, node, shape.channels));
}

void convert_group_norm(Context& context, const Node& node) {
  Source source = source_with_channels_second(context, node);
  std::vector<Tensor> tensors = scale_and_shift(context, node, source.shape.channels);
  add_norm(context, node, "group_norm", std::move(source),
           {{"groups", fmt::format("{}", node.integer("num_groups", 1))}}, std::move(tensors));
}

void convert_layer_norm(Context& context, const Node& node) {
  Source source = source_of(context, node);
  const Axes& axes = source.axes;
  const auto rank = static_cast<std::int64_t>(axes.size());
  const std::int64_t axis = node.integer("axis", -1);
  if (rank == 0 || (axis != -1 && axis != rank - 1) ||
      !is_whole(axes.back(), Axis::channel, source.shape.channels))
    throw refusal_of("axis", "{} of [{}]: only layer norm over the channels is a layer", axis,
                     fmt::join(sizes_of(axes), ", "));
  std::vector<Tensor> tensors = scale_and_shift(context, node, source.shape.channels);
  add_norm(context, node, "layer_norm", std::move(source), {}, std::move(tensors));
}

void convert_dropout(Context& context, const Node& node) {
  const Value& value = context.images(node, 0);
  const Array* given = context.constant(node, 1, "the ratio");
  const double rate =
      given && given->count() == 1 ? given->at(0) : static_cast<double>(node.real("ratio", 0.5f));
  if (!(rate > 0)) return context.set(node, 0, value);
  if (!(rate < 1)) throw refusal_of("ratio", "{}", rate);
  const int source = context.layer_of(*value.term);
  const int layer = context.add(node, "dropout", {source}, context.draft().shape(source),
                                {{"rate", fmt::format("{}", static_cast<float>(rate))}}, {},
                                context.draft().nonnegative(source));
  context.set(node, 0, context.of_layer(layer, value.axes));
}

}  // namespace tailor::onnx
