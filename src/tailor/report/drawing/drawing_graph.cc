#include "tailor/report/drawing/drawing_graph.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "tailor/base/text.h"
#include "tailor/nn/architecture/layer_kinds.h"

namespace tailor {
namespace {

using Tone = DrawnBlock::Tone;

// Layers that change values but not shapes: they are named under the block whose values they change.
bool keeps_shape(LayerKind kind) {
  switch (kind) {
    case LayerKind::batch_norm:
    case LayerKind::group_norm:
    case LayerKind::layer_norm:
    case LayerKind::channel_shuffle:
    case LayerKind::scale:
    case LayerKind::dropout:
    case LayerKind::stochastic_depth:
      return true;
    default:
      return is_activation(kind);
  }
}

std::string axes_text(int height, int width) {
  return height == width ? fmt::format("{}", height) : fmt::format("{}×{}", height, width);
}

std::string window_text(const char* what, const Layer& layer, int usual_height, int usual_width) {
  std::string text = fmt::format("{} {}×{}", what, layer.kernel_height, layer.kernel_width);
  if (layer.stride_height != usual_height || layer.stride_width != usual_width)
    text += " / " + axes_text(layer.stride_height, layer.stride_width);
  if (layer.dilation_height != 1 || layer.dilation_width != 1)
    text += ", dilated " + axes_text(layer.dilation_height, layer.dilation_width);
  return text;
}

std::string convolution_text(const Layer& layer, int inputs) {
  const bool depthwise = layer.groups > 1 && layer.groups == inputs;
  const std::string text = window_text(depthwise ? "depthwise" : "conv", layer, 1, 1);
  return layer.groups == 1 || depthwise ? text : text + fmt::format(", {} groups", layer.groups);
}

std::string label_of(const Layer& layer, int input_channels) {
  switch (layer.kind) {
    case LayerKind::conv2d:
      return convolution_text(layer, input_channels);
    case LayerKind::max_pool:
      return window_text("max pool", layer, layer.kernel_height, layer.kernel_width);
    case LayerKind::average_pool:
      return window_text("avg pool", layer, layer.kernel_height, layer.kernel_width);
    case LayerKind::adaptive_average_pool:
      return fmt::format("avg pool to {}×{}", layer.size_height, layer.size_width);
    case LayerKind::global_average_pool:
      return "global avg pool";
    case LayerKind::batch_norm:
      return "batch norm";
    case LayerKind::dropout:
      return fmt::format("dropout {}", layer.rate);
    case LayerKind::flatten:
      return "flatten";
    case LayerKind::dense:
      return "dense";
    case LayerKind::relu:
      return "ReLU";
    case LayerKind::leaky_relu:
      return "leaky ReLU";
    case LayerKind::elu:
      return "ELU";
    case LayerKind::gelu:
      return "GELU";
    case LayerKind::silu:
      return "SiLU";
    case LayerKind::tanh:
      return "tanh";
    case LayerKind::sigmoid:
      return "sigmoid";
    case LayerKind::hard_sigmoid:
      return "hard sigmoid";
    case LayerKind::hard_swish:
      return "hard swish";
    case LayerKind::clip:
      return layer.low == 0 && layer.high == 6 ? "ReLU6" : fmt::format("clip {} … {}", layer.low, layer.high);
    case LayerKind::prelu:
      return "PReLU";
    case LayerKind::add:
      return "add";
    case LayerKind::multiply:
      return "multiply";
    case LayerKind::concatenate:
      return "concatenate";
    case LayerKind::slice:
      return fmt::format("channels {} … {}", layer.from, layer.to - 1);
    case LayerKind::channel_shuffle:
      return fmt::format("shuffle {}", layer.groups);
    case LayerKind::scale:
      return "scale";
    case LayerKind::group_norm:
      return fmt::format("group norm {}", layer.groups);
    case LayerKind::layer_norm:
      return "layer norm";
    case LayerKind::stochastic_depth:
      return "stochastic depth";
  }
  return "";
}

Tone tone_of(LayerKind kind) {
  switch (kind) {
    case LayerKind::conv2d:
      return Tone::convolution;
    case LayerKind::max_pool:
    case LayerKind::average_pool:
    case LayerKind::adaptive_average_pool:
    case LayerKind::global_average_pool:
      return Tone::pooling;
    case LayerKind::dense:
      return Tone::dense;
    case LayerKind::add:
    case LayerKind::multiply:
      return Tone::sum;
    default:
      return Tone::other;
  }
}

class Grouping {
 public:
  explicit Grouping(const Architecture& a) : a_(a) {}

  DrawnGraph run() {
    group();
    find_main_path();
    fold_short_branches();
    return finish();
  }

 private:
  std::size_t block_of(int layer) const { return block_of_[static_cast<std::size_t>(layer) + 1]; }

  void group() {
    std::vector<int> readers(a_.layers.size() + 1);
    for (const Layer& layer : a_.layers)
      for (const int input : layer.inputs) ++readers[static_cast<std::size_t>(input) + 1];

    blocks_.push_back({.layers = {}, .tone = Tone::input, .shape = a_.input, .label = {"input"}});
    inputs_.emplace_back();
    block_of_ = {0};
    for (int i = 0; i < static_cast<int>(a_.layers.size()); ++i) {
      const Layer& layer = a_.layers[static_cast<std::size_t>(i)];
      const int input = layer.inputs[0];
      // Only the sole reader may join: a second one would otherwise seem to read the changed values.
      if (keeps_shape(layer.kind) && input >= 0 && readers[static_cast<std::size_t>(input) + 1] == 1) {
        block_of_.push_back(block_of(input));
      } else {
        block_of_.push_back(blocks_.size());
        DrawnBlock block{.layers = {}, .tone = tone_of(layer.kind), .shape = layer.output, .label = {}};
        block.window_height = layer.window_height();
        block.window_width = layer.window_width();
        blocks_.push_back(std::move(block));
        inputs_.emplace_back();
        for (const int from : layer.inputs) inputs_.back().push_back(block_of(from));
      }
      DrawnBlock& block = blocks_[block_of(i)];
      block.layers.push_back(i);
      // A sum or a product has its sign.
      const Shape& read = input < 0 ? a_.input : a_.layers[static_cast<std::size_t>(input)].output;
      if (tone_of(layer.kind) != Tone::sum) block.label.push_back(label_of(layer, read.channels));
    }
    readers_.resize(blocks_.size());
    for (const auto& inputs : inputs_)
      for (const std::size_t from : inputs) ++readers_[from];
  }

  // The longest way from the input to the logits.
  void find_main_path() {
    std::vector<std::size_t> length(blocks_.size()), best(blocks_.size());
    for (std::size_t b = 1; b < blocks_.size(); ++b)
      for (const std::size_t from : inputs_[b])
        if (length[from] + 1 > length[b]) length[b] = length[from] + 1, best[b] = from;
    main_.resize(blocks_.size());
    for (std::size_t b = blocks_.size() - 1; b > 0; b = best[b]) main_[b] = true;
    main_[0] = true;
  }

  // A single block beside the main path, such as the 1x1 convolution of a shortcut, becomes a note on a link.
  void fold_short_branches() {
    folded_.resize(blocks_.size());
    for (std::size_t b = 1; b < blocks_.size(); ++b)
      folded_[b] = !main_[b] && inputs_[b].size() == 1 && readers_[b] == 1 && main_[inputs_[b][0]];
  }

  DrawnGraph finish() const {
    DrawnGraph graph;
    std::vector<int> place(blocks_.size());
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      if (folded_[b]) continue;
      place[b] = static_cast<int>(graph.blocks.size());
      graph.blocks.push_back(blocks_[b]);
      for (const std::size_t from : inputs_[b]) {
        if (folded_[from])
          graph.links.push_back(
              {place[inputs_[from][0]], place[b], blocks_[from].layers, join(blocks_[from].label, ", ")});
        else
          graph.links.push_back({place[from], place[b]});
      }
    }
    return graph;
  }

  const Architecture& a_;
  std::vector<DrawnBlock> blocks_;
  std::vector<std::vector<std::size_t>> inputs_;  // of each block
  std::vector<std::size_t> block_of_;             // of the network's input and then each layer
  std::vector<int> readers_;                      // of each block
  std::vector<bool> main_, folded_;
};

}  // namespace

std::string DrawnBlock::size_text() const {
  return flat() ? fmt::format("{}", shape.channels)
                : fmt::format("{}×{}×{}", shape.height, shape.width, shape.channels);
}

DrawnGraph drawn_graph(const Architecture& architecture) { return Grouping(architecture).run(); }

}  // namespace tailor
