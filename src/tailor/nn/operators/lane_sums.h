// The gradients of a layer's weight and bias, or of other tensors in their places, while they are summed: a pair of arrays for each lane, in the
// parameters' own order, added in the lanes' order at the end.
#pragma once

#include <cstring>

#include "tailor/nn/kernels/layers/elementwise.h"
#include "tailor/nn/memory/memory_plan.h"
#include "tailor/nn/operators/operators.h"

namespace tailor {

class LaneSums {
 public:
  explicit LaneSums(const LayerContext& c, ParameterRole weight = ParameterRole::weight,
                    ParameterRole bias = ParameterRole::bias)
      : weight_(*c.parameters.find(c.index, weight)), bias_(c.parameters.find(c.index, bias)) {}

  const ParameterTensor& weight() const { return weight_; }
  const float* bias(const Pass& pass) const { return bias_ ? pass.values + bias_->offset : nullptr; }

  std::size_t bytes() const {
    return (padded(weight_.size) + (bias_ ? padded(bias_->size) : 0)) * sizeof(float);
  }
  void clear(const Memory& memory, int lane) const { std::memset(weight_sum(memory, lane), 0, bytes()); }
  float* weight_sum(const Memory& memory, int lane) const {
    return reinterpret_cast<float*>(memory.sums + static_cast<std::size_t>(lane) * bytes());
  }
  float* bias_sum(const Memory& memory, int lane) const {
    return bias_ ? weight_sum(memory, lane) + padded(weight_.size) : nullptr;
  }

  void finish(const Memory& memory, const Pass& pass) const {
    for (int lane = 1; lane < pass.lanes(); ++lane)
      kernels::accumulate(weight_sum(memory, lane), weight_sum(memory, 0), bytes() / sizeof(float));
    std::memcpy(pass.gradients + weight_.offset, weight_sum(memory, 0), weight_.size * sizeof(float));
    if (bias_) std::memcpy(pass.gradients + bias_->offset, bias_sum(memory, 0), bias_->size * sizeof(float));
  }

 private:
  const ParameterTensor& weight_;
  const ParameterTensor* bias_;
};

}  // namespace tailor
