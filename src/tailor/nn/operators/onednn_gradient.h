// The weight and bias gradient of a convolution whose weight gradient oneDNN computes: summed for each lane
// in oneDNN's order (the bias by our own kernel, which is quick for few channels too), added in the lanes'
// order at the end.
#pragma once

#include "tailor/nn/kernels/layers/bias_gradient.h"
#include "tailor/nn/operators/lane_sums.h"
#include "tailor/nn/operators/onednn.h"
#include "tailor/nn/operators/operators.h"

namespace tailor {

class OnednnGradient {
 public:
  // `convolution` is planned for the weights' gradient, and borrowed.
  OnednnGradient(const LayerContext& c, onednn::Convolution& convolution)
      : sums_(c, convolution.gradient_floats()),
        convolution_(convolution),
        pixels_(static_cast<std::size_t>(c.layer.output.height) *
                static_cast<std::size_t>(c.layer.output.width)),
        outputs_(c.layer.output.channels) {}

  // The sums of one lane; scratch that add() needs beside oneDNN's own is as large.
  std::size_t bytes() const { return sums_.bytes(); }

  void clear(const Memory& memory, int lane) const { sums_.clear(memory, lane); }

  // Adds the gradient of some images; `scratch` has convolution.scratch_bytes() + bytes().
  void add(const Memory& memory, const Images& images, const float* x, const float* dy,
           std::byte* scratch) const {
    convolution_.backward_weights(images.lane, images.count, x, dy, sums_.weight_sum(memory, images.lane),
                                  reinterpret_cast<float*>(scratch + convolution_.scratch_bytes()), scratch);
    if (float* bias = sums_.bias_sum(memory, images.lane))
      kernels::bias_gradient(dy, static_cast<std::size_t>(images.count) * pixels_, outputs_, bias);
  }

  void finish(const Memory& memory, const Pass& pass) const {
    sums_.finish(memory, pass,
                 [this](const float* sum, float* gradient) { convolution_.unpack_gradient(sum, gradient); });
  }

 private:
  LaneSums sums_;
  onednn::Convolution& convolution_;
  std::size_t pixels_;
  int outputs_;
};

}  // namespace tailor
