#include "tailor/nn/architecture/shape_inference.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "tailor/base/counted.h"
#include "tailor/base/rounding.h"
#include "tailor/base/text.h"
#include "tailor/nn/architecture/layer_kinds.h"

namespace tailor {
namespace {

// Products of sizes from a file: beyond the largest number they stay there, and are then above every limit.
std::int64_t product(std::initializer_list<std::int64_t> factors) {
  std::int64_t result = 1;
  for (const std::int64_t factor : factors)
    if (__builtin_mul_overflow(result, factor, &result)) return INT64_MAX;
  return result;
}

class Inference {
 public:
  Inference(Architecture& architecture, const Complain& complain) : a_(architecture), complain_(complain) {}

  void run() {
    if (a_.layers.empty()) throw bad_input("architecture '{}': no layers", a_.name);
    if (product({a_.input.height, a_.input.width, a_.input.channels}) > largest_map)
      throw bad_input("architecture '{}': an input of {} is too large", a_.name, shape_text(a_.input));
    std::int64_t parameters = 0, multiply_adds = 0;
    for (at_ = 0; at_ < static_cast<int>(a_.layers.size()); ++at_) {
      Layer& layer = a_.layers[static_cast<std::size_t>(at_)];
      infer(layer);
      const std::int64_t map = product({layer.output.height, layer.output.width, layer.output.channels});
      if (map > largest_map)
        fail("", "an output of {} is too large: at most {} values", shape_text(layer.output),
             with_thousands(largest_map));
      if (layer.parameters > most_parameters || (parameters += layer.parameters) > most_parameters)
        fail("", "too many parameters: the network may learn at most {} values",
             with_thousands(most_parameters));
      if (layer.multiply_adds > most_multiply_adds ||
          (multiply_adds += layer.multiply_adds) > most_multiply_adds)
        fail("", "too many multiply-adds: at most {} for an image", with_thousands(most_multiply_adds));
    }
    check_ends();
    settle_stochastic_depth();
  }

 private:
  template <class... Args>
  [[noreturn]] void fail(const std::string& key, fmt::format_string<Args...> text, Args&&... args) const {
    throw complain_(at_, key, fmt::format(text, std::forward<Args>(args)...));
  }

  const Shape& input_of(const Layer& layer, std::size_t i = 0) const {
    const int index = layer.inputs[i];
    return index < 0 ? a_.input : a_.layers[static_cast<std::size_t>(index)].output;
  }

  void check_inputs(const Layer& layer) const {
    const bool several = has_several_inputs(layer.kind);
    if (several ? layer.inputs.size() < 2 : layer.inputs.size() != 1)
      fail("inputs", "expected {}, got {}", several ? "two or more inputs" : "one input",
           layer.inputs.size());
    for (const int index : layer.inputs)
      if (index < -1 || index >= at_) fail("inputs", "layer index {} is not an earlier layer", index);
  }

  // A window along one axis of the image.
  struct Axis {
    int in, extent, stride, dilation;
    int &before, &after;  // padding
  };

  // What is added for the output to be ceil(in / stride), as Keras has it.
  static void settle_padding(Axis& axis) {
    if (axis.before != same_padding) return;
    const int out = (axis.in - 1) / axis.stride + 1;
    const int missing = std::max(0, (out - 1) * axis.stride + axis.extent - axis.in);
    axis.before = missing / 2, axis.after = missing - missing / 2;
  }

  // 0 or less where the window does not fit in.
  static int outputs(const Axis& axis, bool ceil_mode) {
    const int steps = axis.in + axis.before + axis.after - axis.extent;
    if (!ceil_mode) return steps < 0 ? 0 : steps / axis.stride + 1;
    if (steps <= -axis.stride) return 0;
    const int out = (steps + axis.stride - 1) / axis.stride + 1;
    return (out - 1) * axis.stride >= axis.in + axis.before ? out - 1 : out;
  }

  // Whether some window takes only rows of padding, before and behind the image.
  static bool misses_the_image(const Axis& axis, int outputs) {
    for (int i = 0; i < outputs; ++i) {
      const int start = i * axis.stride - axis.before;
      const int first = start < 0 ? start + ceil_div(-start, axis.dilation) * axis.dilation : start;
      if (first >= axis.in || first >= start + axis.extent) return true;
    }
    return false;
  }

  static bool dilated(const Layer& layer) { return layer.dilation_height > 1 || layer.dilation_width > 1; }

  static std::string window_text(const Layer& layer) {
    const std::string text = fmt::format("{}x{}", layer.kernel_height, layer.kernel_width);
    return dilated(layer) ? fmt::format("{} ({}x{} with its dilation)", text, layer.window_height(),
                                        layer.window_width())
                          : text;
  }

  std::string written(const Layer& layer, const char* key) const {
    return attribute_text(*kind_info(layer.kind).attribute(key), layer);
  }

  // Slides the layer's window over the input. `key` is what the file calls the window.
  Shape window(Layer& layer, const Shape& in, const char* key, int channels) const {
    if (std::min(layer.kernel_height, layer.kernel_width) < 1)
      fail(key, "expected 1x1 or more, got {}x{}", layer.kernel_height, layer.kernel_width);
    if (std::min(layer.stride_height, layer.stride_width) < 1)
      fail("stride", "expected 1 or more, got {}", written(layer, "stride"));
    if (std::min(layer.dilation_height, layer.dilation_width) < 1)
      fail("dilation", "expected 1 or more, got {}x{}", layer.dilation_height, layer.dilation_width);
    Axis down{in.height,         layer.window_height(), layer.stride_height, layer.dilation_height,
              layer.padding_top, layer.padding_bottom};
    Axis across{in.width,           layer.window_width(), layer.stride_width, layer.dilation_width,
                layer.padding_left, layer.padding_right};
    settle_padding(down);
    settle_padding(across);
    for (const Axis* axis : {&down, &across}) {
      const auto [least, most] = std::minmax(axis->before, axis->after);
      if (least < 0 || most >= axis->extent)
        fail("padding", "expected less than the {} ({}x{}{}), got {}: a window would see nothing but padding",
             key, layer.window_height(), layer.window_width(), dilated(layer) ? " with its dilation" : "",
             written(layer, "padding"));
      if (most > largest_extent)
        fail("padding", "expected at most {} rows and columns, got {}", largest_extent,
             written(layer, "padding"));
    }
    const Shape out{outputs(down, layer.ceil_mode), outputs(across, layer.ceil_mode), channels};
    if (out.height < 1 || out.width < 1) {
      const int height = in.height + down.before + down.after,
                width = in.width + across.before + across.after;
      const bool padded = height > in.height || width > in.width;
      fail(key, "{} does not fit into the input of {}{}", window_text(layer), shape_text(in),
           padded ? fmt::format(", {}x{} with its padding", height, width) : "");
    }
    if (layer.kind == LayerKind::max_pool &&
        (misses_the_image(down, out.height) || misses_the_image(across, out.width)))
      fail("dilation", "a window of {} over the input of {} would see nothing but padding",
           window_text(layer), shape_text(in));
    return out;
  }

  void infer(Layer& layer) const {
    check_inputs(layer);
    const Shape in = input_of(layer);
    const std::int64_t bias = layer.bias ? layer.filters : 0;
    layer.output = in;
    layer.parameters = layer.multiply_adds = 0;
    switch (layer.kind) {
      case LayerKind::conv2d: {
        check_groups(layer, in);
        if (layer.filters % layer.groups != 0)
          fail("groups", "{} cannot be divided into {} equal groups", counted(layer.filters, "filter"),
               layer.groups);
        layer.output = window(layer, in, "kernel", layer.filters);
        const std::int64_t weights =
            product({layer.kernel_height, layer.kernel_width, in.channels / layer.groups, layer.filters});
        layer.multiply_adds = product({weights, layer.output.height, layer.output.width});
        layer.parameters = std::min(weights, most_parameters) + bias;
        break;
      }
      case LayerKind::max_pool:
      case LayerKind::average_pool:
        layer.output = window(layer, in, "size", in.channels);
        break;
      case LayerKind::adaptive_average_pool:
        if (layer.size_height < 1 || layer.size_width < 1)
          fail("size", "expected 1x1 or more, got {}x{}", layer.size_height, layer.size_width);
        layer.output = {layer.size_height, layer.size_width, in.channels};
        break;
      case LayerKind::global_average_pool:
        layer.output = {1, 1, in.channels};
        break;
      case LayerKind::batch_norm:
        layer.parameters = 2 * std::int64_t{in.channels};
        break;
      case LayerKind::flatten:
        layer.output = {1, 1, static_cast<int>(std::min<std::size_t>(in.size(), INT32_MAX))};
        break;
      case LayerKind::dense:
        if (in.height != 1 || in.width != 1)
          fail("", "a dense layer reads a flat layer, got {}: put a layer with type = \"flatten\" before it",
               shape_text(in));
        layer.output = {1, 1, layer.filters};
        layer.multiply_adds = product({in.channels, layer.filters});
        layer.parameters = std::min(layer.multiply_adds, most_parameters) + bias;
        break;
      case LayerKind::add:
        for (std::size_t i = 1; i < layer.inputs.size(); ++i)
          if (input_of(layer, i) != in) fail_shapes(layer, i, "");
        break;
      case LayerKind::multiply:
        layer.output = product_shape(layer);
        break;
      case LayerKind::concatenate:
        layer.output.channels = joined_channels(layer);
        break;
      case LayerKind::slice:
        if (layer.to > in.channels)
          fail("to", "expected at most {}, the channels that it reads, got {}", in.channels, layer.to);
        if (layer.from < 0 || layer.from >= layer.to)
          fail("from", "expected 0 or more and less than 'to' ({}), got {}", layer.to, layer.from);
        layer.output.channels = layer.to - layer.from;
        break;
      case LayerKind::channel_shuffle:
        check_groups(layer, in);
        break;
      case LayerKind::scale:
        layer.parameters = in.channels;
        break;
      case LayerKind::prelu:
        layer.parameters = layer.shared ? 1 : in.channels;
        break;
      case LayerKind::group_norm:
        check_groups(layer, in);
        layer.parameters = 2 * std::int64_t{in.channels};
        break;
      case LayerKind::layer_norm:
        layer.parameters = 2 * std::int64_t{in.channels};
        break;
      case LayerKind::clip:
        if (!(layer.low < layer.high))
          fail("high", "expected more than 'low' ({}), got {}", layer.low, layer.high);
        break;
      case LayerKind::stochastic_depth:
      case LayerKind::dropout:
      case LayerKind::relu:
      case LayerKind::leaky_relu:
      case LayerKind::elu:
      case LayerKind::gelu:
      case LayerKind::silu:
      case LayerKind::tanh:
      case LayerKind::sigmoid:
      case LayerKind::hard_sigmoid:
      case LayerKind::hard_swish:
        break;
    }
  }

  [[noreturn]] void fail_shapes(const Layer& layer, std::size_t i, const char* rule) const {
    fail("inputs", "shapes differ: {} gives {}, {} gives {}{}", quoted(layer.inputs[0]),
         shape_text(input_of(layer)), quoted(layer.inputs[i]), shape_text(input_of(layer, i)), rule);
  }

  // The larger one's; the other may be one factor for each of its channels.
  Shape product_shape(const Layer& layer) const {
    if (layer.inputs.size() != 2) fail("inputs", "expected two layers, got {}", layer.inputs.size());
    const Shape a = input_of(layer, 0), b = input_of(layer, 1);
    const Shape factors{1, 1, a.channels};
    if (a == b || b == factors) return a;
    if (a == factors && b.channels == a.channels) return b;
    fail_shapes(layer, 1, "; a product needs two alike, or one of 1 x 1 x channels");
  }

  int joined_channels(const Layer& layer) const {
    std::int64_t channels = 0;
    for (std::size_t i = 0; i < layer.inputs.size(); ++i) {
      const Shape shape = input_of(layer, i), first = input_of(layer);
      if (shape.height != first.height || shape.width != first.width)
        fail_shapes(layer, i, "; layers side by side need one height and width");
      channels += shape.channels;
    }
    if (channels > largest_map) fail("inputs", "{} channels are too many", with_thousands(channels));
    return static_cast<int>(channels);
  }

  void check_groups(const Layer& layer, const Shape& in) const {
    if (layer.groups < 1 || in.channels % layer.groups != 0)
      fail("groups", "{} cannot be divided into {} equal groups", counted(in.channels, "channel"),
           layer.groups);
  }

  // The rates of stochastic depth grow in even steps from 0 to the last layer's, as in timm and torchvision's
  // ConvNeXt: one hyperparameter decides them. Those that the file leaves out are filled in.
  void settle_stochastic_depth() {
    std::vector<int> layers;
    for (int i = 0; i < static_cast<int>(a_.layers.size()); ++i)
      if (a_.layers[static_cast<std::size_t>(i)].kind == LayerKind::stochastic_depth) layers.push_back(i);
    if (layers.empty()) return;
    const double last = a_.layers[static_cast<std::size_t>(layers.back())].rate;
    for (std::size_t k = 0; k < layers.size(); ++k) {
      at_ = layers[k];
      double& rate = a_.layers[static_cast<std::size_t>(at_)].rate;
      const double step = last * stochastic_depth_share(k, layers.size());
      if (rate != 0 && std::abs(rate - step) > 0.005)
        fail(
            "rate",
            "the rates of stochastic depth grow in even steps from 0 to the last layer's, {}: expected {:.3g} "
            "or no key, got {}",
            last, step, rate);
      rate = step;
    }
  }

  std::string quoted(int index) const {
    return index < 0 ? "'input'" : fmt::format("'{}'", a_.layers[static_cast<std::size_t>(index)].name);
  }

  // Every layer must lead to the last one, and that one must give the logits.
  void check_ends() {
    std::vector<bool> used(a_.layers.size());
    for (const Layer& layer : a_.layers)
      for (const int index : layer.inputs)
        if (index >= 0) used[static_cast<std::size_t>(index)] = true;
    used.back() = true;
    const auto unused = std::find(used.begin(), used.end(), false);
    if (unused != used.end()) {
      at_ = static_cast<int>(unused - used.begin());
      fail("", "no layer reads the output of {}: connect it or take it out", quoted(at_));
    }
    at_ = static_cast<int>(a_.layers.size()) - 1;
    const Layer& last = a_.layers.back();
    if (last.output == Shape{1, 1, a_.classes}) return;
    const bool flat = last.output.height == 1 && last.output.width == 1;
    const char* key = flat && last.kind == LayerKind::dense    ? "units"
                      : flat && last.kind == LayerKind::conv2d ? "filters"
                                                               : "";
    fail(key, "the last layer must give one logit for each of the {} classes, 1x1x{}; it gives {}{}",
         a_.classes, a_.classes, shape_text(last.output),
         *key ? fmt::format(" ({} = \"classes\" follows the data)", key) : "");
  }

  Architecture& a_;
  const Complain& complain_;
  int at_ = 0;
};

}  // namespace

double stochastic_depth_share(std::size_t number, std::size_t layers) {
  return layers < 2 ? 1 : static_cast<double>(number) / static_cast<double>(layers - 1);
}

void infer_shapes(Architecture& architecture, const Complain& complain) {
  Inference(architecture, complain).run();
  architecture.fingerprint = architecture_fingerprint(architecture);
}

void infer_shapes(Architecture& architecture) {
  infer_shapes(architecture, [&](int layer, const std::string& key, const std::string& text) {
    const Layer& at = architecture.layers[static_cast<std::size_t>(layer)];
    return bad_input("architecture '{}': layer {} ({}){}: {}", architecture.name, layer + 1,
                     layer_kind_name(at.kind), key.empty() ? "" : fmt::format(", key '{}'", key), text);
  });
}

std::string shape_text(const Shape& shape) {
  return fmt::format("{}x{}x{}", shape.height, shape.width, shape.channels);
}

}  // namespace tailor
