// The network that is being made from a graph: layers in tailor's terms with their weights, and what they are written
// as. Kinds and keys are those of architecture files, so a kind that this build lacks is told by the reader.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tailor/base/shape.h"
#include "tailor/interop/safetensors.h"

namespace tailor::onnx {

struct DraftLayer {
  std::string kind;
  std::string wanted_name;  // where it comes from; need not be a valid or a new name
  std::vector<int> inputs;  // earlier layers; -1 is the network's input
  std::vector<std::pair<std::string, std::string>> keys;  // TOML, without those at their defaults
  std::vector<Tensor> weights;  // named by their last part, "weight"; in the engine's layouts
  Shape output;
  bool nonnegative = false;  // no value can be below 0

  Tensor* weight(const std::string& name);
};

Tensor weight_of(std::string name, std::vector<std::int64_t> shape, AlignedFloats data);

struct Draft {
  Shape input;
  std::vector<DraftLayer> layers;
  // The graph's own normalisation of the input, taken off: the first layers see scale * x + offset. For each channel;
  // empty if it has none.
  std::vector<double> input_scale, input_offset;

  const Shape& shape(int layer) const;
  bool nonnegative(int layer) const;
  int add(DraftLayer layer);  // its index
};

struct Written {
  std::string toml;              // [[layer]] tables
  std::vector<Tensor> weights;   // under the layers' names
  std::size_t convolutions = 0;  // of maps larger than 1 x 1
  std::size_t without_norm = 0;  // of those: with a bias, and no batch norm behind
  std::size_t other_norms = 0;
  bool classes_follow = false;  // the last weights' outputs are written as "classes"
};

// Layers that lead to `last`, renumbered; activations go into the layer before where that says the same.
Written write_layers(const Draft& draft, int last);

}  // namespace tailor::onnx
