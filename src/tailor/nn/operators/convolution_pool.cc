// Convolution 3x3 -> ReLU -> max-pool 2x2 -> dropout as one operator: Winograd forward without ever storing
// the convolution's map, exact backward from the non-zero pooled gradients. A pooled gradient reaches one of
// four places at most, so the sparse way beats the dense one at any density.
#include <cstring>

#include "tailor/nn/kernels/common/dispatch.h"
#include "tailor/nn/kernels/sparse/sparse_conv.h"
#include "tailor/nn/kernels/winograd/winograd_conv.h"
#include "tailor/nn/memory/memory_plan.h"
#include "tailor/nn/operators/lane_sums.h"
#include "tailor/nn/operators/operators.h"

namespace tailor {
namespace {

class ConvolutionPoolOperator : public Operator {
 public:
  explicit ConvolutionPoolOperator(const LayerContext& c)
      : shape_(conv_shape(c.layer, c.input)),
        dropout_(c.dropout),
        training_(c.training),
        input_gradient_(c.input_gradient),
        input_floats_(c.input.size()),
        output_floats_(c.output.size()),
        sums_(c) {}

  std::string kernel() const override {
    return "Winograd and sparse gradients, " + kernels::vector_target_name();
  }

  Needs needs() const override {
    Needs n;
    n.input_in_backward = true;
    n.output_in_backward = true;    // where it is not positive no gradient passes
    n.kept_bytes = output_floats_;  // where each maximum was
    n.derived_bytes = winograd_floats() * sizeof(float);
    n.scratch_bytes = kernels::winograd_scratch_floats(shape_, 1) * sizeof(float);
    if (training_) {
      n.derived_bytes += kernels::sparse_weight_floats(shape_) * sizeof(float);
      n.scratch_bytes = std::max(n.scratch_bytes, kernels::sparse_scratch_floats(shape_) * sizeof(float));
      n.sum_bytes = sums_.bytes();
    }
    return n;
  }

  void prepare(const Pass& pass) override {
    const float* weights = pass.values + sums_.weight().offset;
    kernels::winograd_transform_weights(shape_, weights, memory_.derived);
    if (training_) kernels::sparse_pack_weights(shape_, weights, memory_.derived + winograd_floats());
  }

  void forward(const Pass& pass, const Images& images) override {
    const float* x = memory_.input[0].floats(images);
    float* y = memory_.output.floats(images);
    std::uint8_t* argmax = arg_max(images);
    for (int i = 0; i < images.count;
         ++i, x += input_floats_, y += output_floats_, argmax += output_floats_) {
      kernels::winograd_forward_pool(shape_, x, memory_.derived, sums_.bias(pass),
                                     mask(pass, images.first + i), y, argmax, floats(images.lane));
    }
  }

  void start_backward(const Pass&, int lane) override { sums_.clear(memory_, lane); }

  void backward(const Pass& pass, const Images& images) override {
    const float rate = mask(pass, 0).rate;
    for (int i = 0; i < images.count; ++i) {
      const Images image{images.lane, images.first + i, 1};
      const std::size_t in = static_cast<std::size_t>(i) * input_floats_,
                        out = static_cast<std::size_t>(i) * output_floats_;
      const float* x = memory_.input[0].floats(images) + in;
      const float* dy = memory_.diff_output.floats(images) + out;
      // What was dropped has an output of zero, where the scan lets no gradient through; the rest was scaled.
      const kernels::SparseGradient gradient =
          kernels::sparse_scan(shape_, dy, 1 / (1 - rate), memory_.output.floats(images) + out,
                               arg_max(images) + out, floats(image.lane));
      kernels::sparse_weight_gradient(shape_, x, gradient, sums_.weight_sum(memory_, image.lane),
                                      sums_.bias_sum(memory_, image.lane));
      if (input_gradient_)
        kernels::sparse_data_gradient(shape_, memory_.derived + winograd_floats(), gradient,
                                      memory_.diff_input[0].floats(images) + in);
    }
  }

  void finish_backward(const Pass& pass) override { sums_.finish(memory_, pass); }

 private:
  kernels::DropoutMask mask(const Pass& pass, int image) const {
    return dropout_mask(pass, dropout_, static_cast<std::size_t>(image) * output_floats_);
  }

  std::size_t winograd_floats() const { return padded(kernels::winograd_weight_floats(shape_)); }
  float* floats(int lane) const { return reinterpret_cast<float*>(scratch(lane)); }
  std::uint8_t* arg_max(const Images& images) const {
    return reinterpret_cast<std::uint8_t*>(memory_.kept.at(images));
  }

  kernels::ConvShape shape_;
  int dropout_;
  bool training_, input_gradient_;
  std::size_t input_floats_, output_floats_;
  LaneSums sums_;
};

}  // namespace

std::unique_ptr<Operator> make_convolution_pool(const LayerContext& context) {
  return std::make_unique<ConvolutionPoolOperator>(context);
}

}  // namespace tailor
