// The weight and bias gradient of a convolution whose weight gradient oneDNN computes: summed for each lane
// in oneDNN's order (the bias by our own kernel, which is quick for few channels too), added in the lanes'
// order at the end. The counterpart of LaneSums.
#pragma once

#include <algorithm>

#include "tailor/nn/kernels/layers/bias_gradient.h"
#include "tailor/nn/kernels/layers/elementwise.h"
#include "tailor/nn/memory/memory_plan.h"
#include "tailor/nn/operators/onednn.h"
#include "tailor/nn/operators/operators.h"

namespace tailor {

class OnednnGradient {
 public:
  // `convolution` is planned for the weights' gradient, and borrowed.
  OnednnGradient(const LayerContext& c, onednn::Convolution& convolution)
      : weight_(*c.parameters.find(c.index, ParameterRole::weight)),
        bias_(c.parameters.find(c.index, ParameterRole::bias)),
        convolution_(convolution),
        pixels_(static_cast<std::size_t>(c.layer.output.height) *
                static_cast<std::size_t>(c.layer.output.width)),
        outputs_(c.layer.output.channels) {}

  // The sums of one lane; scratch that add() needs beside oneDNN's own is as large.
  std::size_t bytes() const { return floats() * sizeof(float); }

  void clear(const Memory& memory, int lane) const { std::fill_n(sum(memory, lane), floats(), 0.0f); }

  // Adds the gradient of some images; `scratch` has convolution.scratch_bytes() + bytes().
  void add(const Memory& memory, const Images& images, const float* x, const float* dy,
           std::byte* scratch) const {
    float* to = sum(memory, images.lane);
    convolution_.backward_weights(images.lane, images.count, x, dy, to,
                                  reinterpret_cast<float*>(scratch + convolution_.scratch_bytes()), scratch);
    if (bias_)
      kernels::bias_gradient(dy, static_cast<std::size_t>(images.count) * pixels_, outputs_,
                             to + convolution_.gradient_floats());
  }

  void finish(const Memory& memory, const Pass& pass) const {
    float* total = sum(memory, 0);
    for (int lane = 1; lane < pass.lanes(); ++lane) kernels::accumulate(sum(memory, lane), total, floats());
    convolution_.unpack_gradient(total, pass.gradients + weight_.offset);
    if (bias_) std::copy_n(total + convolution_.gradient_floats(), outputs_, pass.gradients + bias_->offset);
  }

 private:
  std::size_t floats() const {
    return convolution_.gradient_floats() + padded(static_cast<std::size_t>(outputs_));
  }
  float* sum(const Memory& memory, int lane) const {
    return reinterpret_cast<float*>(memory.sums + static_cast<std::size_t>(lane) * bytes());
  }

  const ParameterTensor& weight_;
  const ParameterTensor* bias_;
  onednn::Convolution& convolution_;
  std::size_t pixels_;
  int outputs_;
};

}  // namespace tailor
