// The fixed pattern: a network as data. Read from TOML, shape-inferred, validated, and frozen by a
// fingerprint over its meaning. Nothing here computes; nn/network.h turns it into a plan.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tailor/base/shape.h"

namespace tailor {

enum class LayerKind {
  conv2d,
  max_pool,
  average_pool,
  adaptive_average_pool,
  global_average_pool,
  batch_norm,
  dropout,
  flatten,
  dense,
  relu,
  leaky_relu,
  elu,
  gelu,
  silu,
  tanh,
  sigmoid,
  hard_sigmoid,
  hard_swish,
  clip,
  prelu,
  add,
  multiply,
  concatenate,
  slice,
  channel_shuffle,
  scale,
  group_norm,
  layer_norm,
  stochastic_depth,
};

// One node of the graph. Nodes are in topological order: inputs refer to earlier nodes only.
struct Layer {
  LayerKind kind = LayerKind::relu;
  std::string name;  // unique, e.g. "conv2d_1"; given in the file or made from the kind and a running number
  std::vector<int> inputs;  // indices of earlier layers; -1 is the network's input
  Shape output;             // inferred; flat layers have height = width = 1

  int filters = 0;  // conv2d, dense: output channels or units
  // conv2d, max_pool, average_pool: the window, its steps, and how far apart its rows and columns are taken
  // (average_pool: always 1).
  int kernel_height = 0, kernel_width = 0;
  int stride_height = 1, stride_width = 1;
  int dilation_height = 1, dilation_width = 1;
  // The same: rows and columns added to the image, each below the window's extent; zeros for conv2d, for pools
  // of no influence. same_padding on all four until shapes are inferred.
  int padding_top = 0, padding_left = 0, padding_bottom = 0, padding_right = 0;
  bool ceil_mode = false;               // pools: a last window may reach over the edge of the padded image
  bool count_include_pad = false;       // average_pool: padding counts as zeros
  int size_height = 0, size_width = 0;  // adaptive_average_pool: of the output
  bool bias = true;                     // conv2d, dense
  int groups = 1;        // conv2d, group_norm, channel_shuffle: equal groups of neighbouring channels
  int from = 0, to = 0;  // slice: channels [from, to)
  bool shared = false;   // prelu: one slope for all channels
  // dropout: default share of zeroed values; stochastic_depth: default share of images whose branch is zeroed.
  // In [0, 1); hyperparameters, not meaning.
  double rate = 0;
  double slope = 0;          // leaky_relu: negative slope; elu, hard_sigmoid: alpha
  double offset = 0;         // hard_sigmoid: beta
  double low = 0, high = 0;  // clip
  double initial = 0;        // prelu, scale: the learned values' first one
  double epsilon = 0;        // batch_norm, group_norm, layer_norm

  std::int64_t parameters = 0;     // learned values
  std::int64_t multiply_adds = 0;  // for one image, forward

  // Rows and columns from the window's first to its last, both included.
  int window_height() const { return (kernel_height - 1) * dilation_height + 1; }
  int window_width() const { return (kernel_width - 1) * dilation_width + 1; }
};

// A padding still to be found: as much as makes the output ceil(input / stride) rows and columns, the odd one
// at the bottom and right (Keras' "same").
inline constexpr int same_padding = -1;

struct Architecture {
  std::string name;
  Shape input;
  int classes = 0;
  std::vector<Layer> layers;  // the last one's output is the logits: 1 x 1 x classes
  std::string fingerprint;    // SHA-256, hex, over kinds, wiring, attributes and shapes; not over names,
                              // spelling, dropout rates

  std::int64_t parameters() const;
  std::int64_t multiply_adds() const;
};

// What the data decides where the file leaves it open (no `input`, or a last dense layer with units =
// "classes").
struct DataShape {
  Shape input{28, 28, 1};
  int classes = 10;
  bool binding = true;  // false: a file that fixes its own input or classes keeps them (to look at a network
                        // without data)
};

// Reads a file. Everything wrong is bad input that names file, line, key, expected and got. A file that fixes
// an input or a class count other than the data's is refused too.
Architecture read_architecture(const std::filesystem::path& file, const DataShape& data = {});
// The same from text; `origin` stands for the file name in messages.
Architecture parse_architecture(const std::string& toml, const std::string& origin,
                                const DataShape& data = {});

// A shipped name ("mnist_cnn") or a path to a .toml file.
Architecture find_architecture(const std::string& name_or_file, const DataShape& data = {});
std::vector<std::string> shipped_architectures();

// The canonical TOML of a resolved architecture: reading it gives the same fingerprint.
std::string to_toml(const Architecture& architecture);

const char* layer_kind_name(LayerKind kind);

}  // namespace tailor
