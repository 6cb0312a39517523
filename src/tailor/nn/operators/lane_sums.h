// The gradients of a layer's weight and bias while they are summed: a pair of arrays for each lane, added in the
// lanes' order at the end. The weight's is in the parameters' own order, or in a kernel's.
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
      : weight_(*c.parameters.find(c.index, weight)),
        bias_(c.parameters.find(c.index, bias)),
        weight_floats_(padded(weight_.size)) {}
  // The weight's sum takes so many floats, in an order that a kernel turns back in finish().
  LaneSums(const LayerContext& c, std::size_t weight_floats) : LaneSums(c) {
    weight_floats_ = padded(weight_floats);
  }

  const ParameterTensor& weight() const { return weight_; }
  const float* bias(const Pass& pass) const { return bias_ ? pass.values + bias_->offset : nullptr; }

  std::size_t bytes() const { return (weight_floats_ + (bias_ ? padded(bias_->size) : 0)) * sizeof(float); }
  void clear(const Memory& memory, int lane) const { std::memset(weight_sum(memory, lane), 0, bytes()); }
  float* weight_sum(const Memory& memory, int lane) const {
    return reinterpret_cast<float*>(memory.sums + static_cast<std::size_t>(lane) * bytes());
  }
  float* bias_sum(const Memory& memory, int lane) const {
    return bias_ ? weight_sum(memory, lane) + weight_floats_ : nullptr;
  }

  void finish(const Memory& memory, const Pass& pass) const {
    finish(memory, pass, [this](const float* sum, float* gradient) {
      std::memcpy(gradient, sum, weight_.size * sizeof(float));
    });
  }
  // `unpack(sum, gradient)` turns the weight's total into the parameters' order.
  template <class Unpack>
  void finish(const Memory& memory, const Pass& pass, Unpack&& unpack) const {
    float* total = weight_sum(memory, 0);
    for (int lane = 1; lane < pass.lanes(); ++lane)
      kernels::accumulate(weight_sum(memory, lane), total, bytes() / sizeof(float));
    unpack(total, pass.gradients + weight_.offset);
    if (bias_) std::memcpy(pass.gradients + bias_->offset, bias_sum(memory, 0), bias_->size * sizeof(float));
  }

 private:
  const ParameterTensor& weight_;
  const ParameterTensor* bias_;
  std::size_t weight_floats_;
};

}  // namespace tailor
