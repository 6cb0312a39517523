// The table of everything a network learns or keeps: names, shapes and places in one flat arena. Checkpoints,
// weight averages, norms, optimisers and exporters are loops over it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tailor/base/random.h"
#include "tailor/nn/architecture/architecture.h"

namespace tailor {

enum class ParameterRole {
  weight,        // convolution [out][kernel_height][kernel_width][in / groups], dense [in][out]
  bias,          // [out]
  scale,         // a norm's gamma, a scale layer's factors [channels]
  shift,         // a norm's beta [channels]
  running_mean,  // batch norm's buffers [channels]: kept, not learned
  running_variance,
  slope,  // prelu's [channels] or [1]
};

struct ParameterTensor {
  std::string name;  // "conv2d_1.weight"
  int layer = 0;     // index into Architecture::layers
  ParameterRole role = ParameterRole::weight;
  std::vector<std::int64_t> shape;  // in memory order
  std::size_t offset = 0;           // floats from the arena's start, a multiple of 16
  std::size_t size = 0;
  // Of weights, for initialisation: of a convolution in / groups and out channels times the kernel's size, as
  // PyTorch and Keras' Conv2D have it. (Keras' DepthwiseConv2D has in channels and the multiplier instead, the
  // other way round.)
  std::int64_t fan_in = 0, fan_out = 0;
  double initial = 1;  // of scales and slopes, the same
};

// Learned tensors first, then buffers; gaps between tensors are zero and stay zero.
class ParameterTable {
 public:
  explicit ParameterTable(const Architecture& architecture);

  const std::vector<ParameterTensor>& tensors() const { return tensors_; }
  std::size_t learned_floats() const { return learned_; }  // the arena's learned part, gaps included
  std::size_t total_floats() const { return total_; }      // with the buffers
  // The layer's tensor of that role, or null.
  const ParameterTensor* find(int layer, ParameterRole role) const;

 private:
  void append(ParameterTensor tensor);

  std::vector<ParameterTensor> tensors_;
  std::size_t learned_ = 0, total_ = 0;
};

bool learned(ParameterRole role);

// Fills `values` [total_floats] for a fresh network: weights by scheme, biases zero ("pytorch" also draws
// biases), norms at identity, other scales and slopes as the architecture says. Schemes: glorot_uniform (Glorot & Bengio 2010, Keras' default),
// glorot_normal, he_normal, he_uniform (He et al. 2015), lecun_normal (LeCun et al. 1998), pytorch (uniform
// in +-1/sqrt(fan_in) for weights and biases).
void initialize(const ParameterTable& table, const std::string& scheme, Key key, float* values);

}  // namespace tailor
