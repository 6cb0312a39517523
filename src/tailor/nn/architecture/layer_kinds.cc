#include "tailor/nn/architecture/layer_kinds.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace tailor {
namespace {

constexpr int largest_extent = 1024;
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
          .second = &Layer::kernel_width,
          .minimum = 1,
          .maximum = largest_extent,
          .required = true,
          .effect = effect};
}

Attribute stride(int fallback) {
  return {.key = "stride",
          .form = AttributeForm::count,
          .member = &Layer::stride,
          .minimum = 1,
          .maximum = largest_extent,
          .fallback = static_cast<double>(fallback),
          .effect = "step of the window, down and across"};
}

Attribute padding(const char* effect) {
  return {.key = "padding",
          .form = AttributeForm::padding,
          .member = &Layer::padding,
          .minimum = 0,
          .maximum = largest_extent,
          .effect = effect};
}

Attribute bias() {
  return {.key = "bias",
          .form = AttributeForm::boolean,
          .member = &Layer::bias,
          .fallback = 1,
          .effect = "adds one learned value to each output channel"};
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

// Not meaning: the rate is a hyperparameter, the file only gives its default.
Attribute dropout_rate() {
  Attribute rate = real("rate", &Layer::rate, 0, 1, 0.5,
                        "share of zeroed values while training: a default, tuned like any hyperparameter");
  rate.below_maximum = true;
  rate.meaning = false;
  return rate;
}

std::vector<KindInfo> make_kinds() {
  const char* zeros = "rows and columns of zeros on each side; \"same\" keeps the size, \"valid\" is 0";
  const char* nothing =
      "rows and columns on each side that count for nothing; \"same\" keeps the size, \"valid\" is 0";
  return {
      {LayerKind::conv2d,
       "conv2d",
       "Convolution (cross-correlation) over height and width.",
       true,
       {channels("filters", "output channels"), window("kernel", "height and width of the filters"),
        stride(1), padding(zeros), bias()}},
      {LayerKind::max_pool,
       "max_pool",
       "Largest value under a window, for each channel.",
       false,
       {window("size", "height and width of the window"), stride(stride_of_window), padding(nothing)}},
      {LayerKind::average_pool,
       "average_pool",
       "Mean of the values under a window, for each channel; padding is not counted.",
       false,
       {window("size", "height and width of the window"), stride(stride_of_window), padding(nothing)}},
      {LayerKind::global_average_pool,
       "global_average_pool",
       "Mean over the whole map, for each channel.",
       false,
       {}},
      {LayerKind::batch_norm,
       "batch_norm",
       "Each channel to zero mean and unit variance over the batch, then a learned scale and shift.",
       true,
       {real("epsilon", &Layer::epsilon, 1e-12, 1, 1e-5, "added to the variance")}},
      {LayerKind::dropout,
       "dropout",
       "Zeroes a random share of the values while training and scales up the rest; nothing at prediction.",
       false,
       {dropout_rate()}},
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
      {LayerKind::relu, "relu", "max(x, 0).", false, {}},
      {LayerKind::leaky_relu,
       "leaky_relu",
       "x if positive, else slope · x.",
       false,
       {real("slope", &Layer::slope, 0, 1, 0.01, "factor of negative values")}},
      {LayerKind::elu,
       "elu",
       "x if positive, else alpha · (exp(x) − 1).",
       false,
       {real("alpha", &Layer::slope, 0, 100, 1, "limit towards −∞, negated")}},
      {LayerKind::gelu,
       "gelu",
       "x · Φ(x), Φ the normal distribution function (exact, not the tanh form).",
       false,
       {}},
      {LayerKind::silu, "silu", "x · sigmoid(x).", false, {}},
      {LayerKind::tanh, "tanh", "Hyperbolic tangent.", false, {}},
      {LayerKind::add,
       "add",
       "Sum of two or more earlier layers of the same shape: a residual connection.",
       true,
       {}},
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
      return fmt::format("whole number or `[height, width]`, {}", range);
    case AttributeForm::padding:
      return "whole number below the window, `\"same\"` or `\"valid\"`";
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
  if (a.member == decltype(a.member)(&Layer::stride) && a.fallback == stride_of_window)
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

bool is_activation(LayerKind kind) { return kind >= LayerKind::relu && kind <= LayerKind::tanh; }

std::string attribute_text(const Attribute& attribute, const Layer& layer) {
  if (attribute.second)
    return fmt::format("[{}, {}]", layer.*std::get<int Layer::*>(attribute.member), layer.*attribute.second);
  return std::visit([&](auto member) { return fmt::format("{}", layer.*member); }, attribute.member);
}

std::string layer_reference() {
  std::string text;
  for (const KindInfo& kind : layer_kinds()) {
    text += fmt::format("### `{}`\n\n{}{}\n\n", kind.name, kind.effect,
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
