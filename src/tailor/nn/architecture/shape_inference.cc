#include "tailor/nn/architecture/shape_inference.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

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
    const bool add = layer.kind == LayerKind::add;
    if (add ? layer.inputs.size() < 2 : layer.inputs.size() != 1)
      fail("inputs", "expected {}, got {}", add ? "two or more inputs" : "one input", layer.inputs.size());
    for (const int index : layer.inputs)
      if (index < -1 || index >= at_) fail("inputs", "layer index {} is not an earlier layer", index);
  }

  // Slides the layer's window over the input. `key` is what the file calls the window.
  Shape window(const Layer& layer, const Shape& in, const char* key, int channels) const {
    if (layer.stride < 1) fail("stride", "expected 1 or more, got {}", layer.stride);
    if (layer.padding < 0 || layer.padding >= std::min(layer.kernel_height, layer.kernel_width))
      fail("padding", "expected less than the {} ({}x{}), got {}: a window would see nothing but padding",
           key, layer.kernel_height, layer.kernel_width, layer.padding);
    const int height = in.height + 2 * layer.padding, width = in.width + 2 * layer.padding;
    if (layer.kernel_height > height || layer.kernel_width > width)
      fail(key, "{}x{} does not fit into the input of {}{}", layer.kernel_height, layer.kernel_width,
           shape_text(in), layer.padding ? fmt::format(", {}x{} with its padding", height, width) : "");
    return {(height - layer.kernel_height) / layer.stride + 1,
            (width - layer.kernel_width) / layer.stride + 1, channels};
  }

  void infer(Layer& layer) const {
    check_inputs(layer);
    const Shape in = input_of(layer);
    const std::int64_t bias = layer.bias ? layer.filters : 0;
    layer.output = in;
    layer.parameters = layer.multiply_adds = 0;
    switch (layer.kind) {
      case LayerKind::conv2d: {
        layer.output = window(layer, in, "kernel", layer.filters);
        const std::int64_t weights =
            product({layer.kernel_height, layer.kernel_width, in.channels, layer.filters});
        layer.multiply_adds = product({weights, layer.output.height, layer.output.width});
        layer.parameters = std::min(weights, most_parameters) + bias;
        break;
      }
      case LayerKind::max_pool:
      case LayerKind::average_pool:
        layer.output = window(layer, in, "size", in.channels);
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
          if (input_of(layer, i) != in)
            fail("inputs", "shapes differ: {} gives {}, {} gives {}", quoted(layer.inputs[0]), shape_text(in),
                 quoted(layer.inputs[i]), shape_text(input_of(layer, i)));
        break;
      case LayerKind::dropout:
      case LayerKind::relu:
      case LayerKind::leaky_relu:
      case LayerKind::elu:
      case LayerKind::gelu:
      case LayerKind::silu:
      case LayerKind::tanh:
        break;
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
