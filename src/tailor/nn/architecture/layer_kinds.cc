#include "tailor/nn/architecture/layer_kinds.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace tailor {
namespace {

constexpr int most_channels = 1 << 20;

Attribute channels(const char* key, const char* effect) {
  return {.key = key,
          .form = AttributeForm::count_or_classes,
          .member = &Layer::filters,
          .minimum = 1,
          .maximum = most_channels,
          .required = true,
          .effect = effect};
}

Attribute window(const char* key, const char* effect) {
  return {.key = key,
          .form = AttributeForm::extent,
          .member = &Layer::kernel_height,
          .others = {&Layer::kernel_width},
          .minimum = 1,
          .maximum = largest_extent,
          .required = true,
          .effect = effect};
}

Attribute stride(int fallback) {
  return {.key = "stride",
          .form = AttributeForm::steps,
          .member = &Layer::stride_height,
          .others = {&Layer::stride_width},
          .minimum = 1,
          .maximum = largest_extent,
          .fallback = static_cast<double>(fallback),
          .effect = "step of the window, down and across"};
}

Attribute dilation() {
  return {.key = "dilation",
          .form = AttributeForm::steps,
          .member = &Layer::dilation_height,
          .others = {&Layer::dilation_width},
          .minimum = 1,
          .maximum = largest_extent,
          .fallback = 1,
          .quiet = true,
          .effect = "distance of the rows and columns that a window takes"};
}

Attribute padding(const char* effect) {
  return {.key = "padding",
          .form = AttributeForm::padding,
          .member = &Layer::padding_top,
          .others = {&Layer::padding_left, &Layer::padding_bottom, &Layer::padding_right},
          .minimum = 0,
          .maximum = largest_extent,
          .effect = effect};
}

Attribute adaptive_size() {
  return {.key = "size",
          .form = AttributeForm::extent,
          .member = &Layer::size_height,
          .others = {&Layer::size_width},
          .minimum = 1,
          .maximum = largest_extent,
          .required = true,
          .effect = "height and width of the output"};
}

Attribute bias() {
  return {.key = "bias",
          .form = AttributeForm::boolean,
          .member = &Layer::bias,
          .fallback = 1,
          .effect = "adds one learned value to each output channel"};
}

Attribute later_switch(const char* key, bool Layer::*member, const char* effect) {
  return {.key = key, .form = AttributeForm::boolean, .member = member, .quiet = true, .effect = effect};
}

Attribute ceil_mode() {
  return later_switch("ceil_mode", &Layer::ceil_mode,
                      "sizes divide up: a last window may reach over the edge, if it starts before it");
}

Attribute real(const char* key, double Layer::*member, double minimum, double maximum, double fallback,
               const char* effect) {
  return {.key = key,
          .form = AttributeForm::real,
          .member = member,
          .minimum = minimum,
          .maximum = maximum,
          .fallback = fallback,
          .effect = effect};
}

Attribute groups(bool required, const char* effect) {
  return {.key = "groups",
          .form = AttributeForm::count,
          .member = &Layer::groups,
          .minimum = 1,
          .maximum = most_channels,
          .fallback = 1,
          .required = required,
          .quiet = !required,
          .effect = effect};
}

Attribute channel(const char* key, int Layer::*member, double minimum, bool required, const char* effect) {
  return {.key = key,
          .form = AttributeForm::count,
          .member = member,
          .minimum = minimum,
          .maximum = INT32_MAX,
          .required = required,
          .effect = effect};
}

Attribute epsilon() { return real("epsilon", &Layer::epsilon, 1e-12, 1, 1e-5, "added to the variance"); }

// Not meaning: the rate is a hyperparameter, the file only gives its default.
Attribute rate(double fallback, const char* effect) {
  Attribute rate = real("rate", &Layer::rate, 0, 1, fallback, effect);
  rate.below_maximum = true;
  rate.meaning = false;
  return rate;
}

KindInfo activation(LayerKind kind, const char* name, const char* effect,
                    std::vector<Attribute> attributes = {}, const char* alias = nullptr) {
  return {kind, name, effect, false, std::move(attributes), Wiring::one, true, alias};
}

std::vector<KindInfo> make_kinds() {
  const char* zeros =
      "rows and columns of zeros around the image; \"same\": the output is the input's size over the stride, "
      "rounded up; \"valid\": 0";
  const char* nothing =
      "rows and columns around the image that count for nothing; \"same\": the output is the input's size "
      "over the stride, rounded up; \"valid\": 0";
  return {
      {LayerKind::conv2d,
       "conv2d",
       "Convolution (cross-correlation) over height and width.",
       true,
       {channels("filters", "output channels"), window("kernel", "height and width of the filters"),
        stride(1), padding(zeros), dilation(),
        groups(false,
               "parts of the channels, each convolved by itself; as many as input channels: depthwise"),
        bias()}},
      {LayerKind::max_pool,
       "max_pool",
       "Largest value under a window, for each channel.",
       false,
       {window("size", "height and width of the window"), stride(stride_of_window), padding(nothing),
        dilation(), ceil_mode()}},
      {LayerKind::average_pool,
       "average_pool",
       "Mean of the values under a window, for each channel.",
       false,
       {window("size", "height and width of the window"), stride(stride_of_window), padding(nothing),
        ceil_mode(),
        later_switch("count_include_pad", &Layer::count_include_pad,
                     "padding counts, as zeros (PyTorch's default); else only what lies in the image")}},
      {LayerKind::adaptive_average_pool,
       "adaptive_average_pool",
       "Mean over the parts of the map that give an output of any size, for each channel, as PyTorch cuts them: "
       "rows floor(i · in / out) to ceil((i + 1) · in / out), columns likewise.",
       false,
       {adaptive_size()}},
      {LayerKind::global_average_pool,
       "global_average_pool",
       "Mean over the whole map, for each channel.",
       false,
       {}},
      {LayerKind::batch_norm,
       "batch_norm",
       "Each channel to zero mean and unit variance over the batch, then a learned scale and shift.",
       true,
       {epsilon()}},
      {LayerKind::dropout,
       "dropout",
       "Zeroes a random share of the values while training and scales up the rest; nothing at prediction.",
       false,
       {rate(0.5, "share of zeroed values while training: a default, tuned like any hyperparameter")}},
      {LayerKind::flatten,
       "flatten",
       "Height, width and channels as one row of values, channels fastest.",
       false,
       {}},
      {LayerKind::dense,
       "dense",
       "Every output from every input; reads a flat layer.",
       true,
       {channels("units", "output values"), bias()}},
      activation(LayerKind::relu, "relu", "max(x, 0)."),
      activation(LayerKind::leaky_relu, "leaky_relu", "x if positive, else slope · x.",
                 {real("slope", &Layer::slope, 0, 1, 0.01, "factor of negative values")}),
      activation(LayerKind::elu, "elu", "x if positive, else alpha · (exp(x) − 1).",
                 {real("alpha", &Layer::slope, 0, 100, 1, "limit towards −∞, negated")}),
      activation(LayerKind::gelu, "gelu",
                 "x · Φ(x), Φ the normal distribution function (exact, not the tanh form)."),
      activation(LayerKind::silu, "silu", "x · sigmoid(x)."),
      activation(LayerKind::tanh, "tanh", "Hyperbolic tangent."),
      activation(LayerKind::sigmoid, "sigmoid", "1 / (1 + exp(−x))."),
      activation(
          LayerKind::hard_sigmoid, "hard_sigmoid",
          "alpha · x + beta, cut to [0, 1]. The defaults are PyTorch's; ONNX and old Keras have alpha = 0.2.",
          {real("alpha", &Layer::slope, 1e-6, 100, 1.0 / 6, "slope"),
           real("beta", &Layer::offset, -100, 100, 0.5, "value at 0")}),
      activation(LayerKind::hard_swish, "hard_swish",
                 "x · hard_sigmoid(x), with the defaults of the latter."),
      activation(LayerKind::clip, "clip",
                 "x cut to [low, high]: with the defaults ReLU6. No gradient passes where it is cut.",
                 {real("low", &Layer::low, -1e6, 1e6, 0, "smallest value"),
                  real("high", &Layer::high, -1e6, 1e6, 6, "largest value, above low")},
                 "relu6"),
      activation(LayerKind::prelu, "prelu",
                 "x if positive, else slope · x, with a learned slope for each channel.",
                 {{.key = "shared",
                   .form = AttributeForm::boolean,
                   .member = &Layer::shared,
                   .effect = "one slope for all channels, as PyTorch's PReLU() has"},
                  real("initial", &Layer::initial, -10, 10, 0.25, "slope before training")}),
      {LayerKind::add,
       "add",
       "Sum of two or more earlier layers of the same shape: a residual connection.",
       true,
       {},
       Wiring::unordered},
      {LayerKind::multiply,
       "multiply",
       "Product of two earlier layers of the same shape, or of a map and one factor for each channel (1 x 1 x "
       "channels): squeeze-and-excitation.",
       true,
       {},
       Wiring::unordered},
      {LayerKind::concatenate,
       "concatenate",
       "The channels of two or more earlier layers of the same height and width, in the order of `inputs`.",
       true,
       {},
       Wiring::ordered},
      {LayerKind::slice,
       "slice",
       "Some neighbouring channels.",
       false,
       {channel("from", &Layer::from, 0, false, "first channel, from 0"),
        channel("to", &Layer::to, 1, true, "channel behind the last one")}},
      {LayerKind::channel_shuffle,
       "channel_shuffle",
       "Deals the channels out: the first of each group, the second of each group, … (ShuffleNet).",
       false,
       {groups(true, "equal groups of neighbouring channels; divides the channels")}},
      {LayerKind::scale,
       "scale",
       "Learned factor for each channel: the layer scale at the end of a residual branch.",
       false,
       {real("initial", &Layer::initial, -100, 100, 1e-6, "factor before training")}},
      {LayerKind::group_norm,
       "group_norm",
       "Each group of channels of an image to zero mean and unit variance, then a learned scale and shift for "
       "each channel. With one group: layer norm over height, width and channels.",
       true,
       {groups(true, "equal groups of neighbouring channels; divides the channels"), epsilon()}},
      {LayerKind::layer_norm,
       "layer_norm",
       "The channels at each place of an image to zero mean and unit variance, then a learned scale and shift "
       "for each channel.",
       true,
       {epsilon()}},
      {LayerKind::stochastic_depth,
       "stochastic_depth",
       "Zeroes a random share of the images while training and scales up the rest; nothing at prediction. "
       "Stands at the end of a residual branch. The rates of a network's layers grow in even steps from 0 to "
       "the last one's, which is the hyperparameter `stochastic_depth`.",
       false,
       {rate(0, "the last layer's gives the hyperparameter's default; the others' may be left out")}},
  };
}

std::string form_text(const Attribute& a) {
  const std::string range = fmt::format("{} … {}{}", a.minimum, a.below_maximum ? "below " : "", a.maximum);
  switch (a.form) {
    case AttributeForm::count:
      return fmt::format("whole number, {}", range);
    case AttributeForm::count_or_classes:
      return fmt::format("whole number, {}, or `\"classes\"`", range);
    case AttributeForm::extent:
    case AttributeForm::steps:
      return fmt::format("whole number or `[height, width]`, {}", range);
    case AttributeForm::padding:
      return "whole number, `[height, width]` or `[top, left, bottom, right]`, each below the window; "
             "`\"same\"` or `\"valid\"`";
    case AttributeForm::boolean:
      return "`true` or `false`";
    case AttributeForm::real:
      return fmt::format("number, {}", range);
  }
  return "";
}

std::string fallback_text(const Attribute& a) {
  if (a.required) return "required";
  if (a.form == AttributeForm::boolean) return a.fallback != 0 ? "`true`" : "`false`";
  if (a.member == decltype(a.member)(&Layer::stride_height) && a.fallback == stride_of_window)
    return "the window's size";
  return fmt::format("`{}`", a.fallback);
}

}  // namespace

const Attribute* KindInfo::attribute(std::string_view key) const {
  const auto found =
      std::find_if(attributes.begin(), attributes.end(), [&](const Attribute& a) { return key == a.key; });
  return found == attributes.end() ? nullptr : &*found;
}

std::span<const KindInfo> layer_kinds() {
  static const std::vector<KindInfo> kinds = make_kinds();
  return kinds;
}

const KindInfo& kind_info(LayerKind kind) { return layer_kinds()[static_cast<std::size_t>(kind)]; }

const char* layer_kind_name(LayerKind kind) { return kind_info(kind).name; }

bool is_activation(LayerKind kind) { return kind_info(kind).activation; }

bool has_several_inputs(LayerKind kind) { return kind_info(kind).wiring != Wiring::one; }

bool is_written(const Attribute& attribute, const Layer& layer) {
  const auto given = [&](auto member) { return static_cast<double>(layer.*member) != attribute.fallback; };
  return !attribute.quiet || std::visit(given, attribute.member) ||
         std::any_of(attribute.others.begin(), attribute.others.end(), given);
}

std::string attribute_text(const Attribute& attribute, const Layer& layer) {
  if (attribute.others.empty())
    return std::visit([&](auto member) { return fmt::format("{}", layer.*member); }, attribute.member);
  std::vector<int> numbers = {layer.*std::get<int Layer::*>(attribute.member)};
  for (const auto other : attribute.others) numbers.push_back(layer.*other);
  // Top and bottom, left and right.
  if (numbers.size() == 4 && numbers[0] == numbers[2] && numbers[1] == numbers[3]) numbers.resize(2);
  if (attribute.form != AttributeForm::extent && numbers.size() == 2 && numbers[0] == numbers[1])
    numbers.resize(1);
  return numbers.size() == 1 ? fmt::format("{}", numbers[0]) : fmt::format("[{}]", fmt::join(numbers, ", "));
}

std::string layer_reference() {
  std::string text;
  for (const KindInfo& kind : layer_kinds()) {
    text += fmt::format("### `{}`\n\n{}{}{}\n\n", kind.name, kind.effect,
                        kind.alias ? fmt::format(" Also called `{}`.", kind.alias) : "",
                        kind.takes_activation ? " Takes `activation`." : "");
    if (kind.attributes.empty()) continue;
    text += "| key | value | default | meaning |\n|---|---|---|---|\n";
    for (const Attribute& a : kind.attributes)
      text += fmt::format("| `{}` | {} | {} | {} |\n", a.key, form_text(a), fallback_text(a), a.effect);
    text += "\n";
  }
  text.pop_back();
  return text;
}

}  // namespace tailor
