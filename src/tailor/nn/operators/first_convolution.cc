// The convolution of the network's input: few channels, no gradient of the input. Its output is cheaper to
// compute again in the backward pass than to keep.
#include <cstring>

#include "tailor/nn/kernels/common/dispatch.h"
#include "tailor/nn/kernels/convolution/first_conv.h"
#include "tailor/nn/operators/lane_sums.h"
#include "tailor/nn/operators/operators.h"

namespace tailor {
namespace {

class FirstConvolutionOperator : public Operator {
 public:
  explicit FirstConvolutionOperator(const LayerContext& c)
      : shape_(conv_shape(c.layer, c.input)),
        relu_(c.relu),
        training_(c.training),
        input_floats_(c.input.size()),
        output_floats_(c.output.size()),
        sums_(c) {}

  std::string kernel() const override { return "first convolution, " + kernels::vector_target_name(); }

  Needs needs() const override {
    Needs n;
    n.input_in_backward = true;
    n.output_in_backward = relu_;
    n.recomputable = true;
    n.derived_bytes = kernels::first_conv_weight_floats(shape_) * sizeof(float);
    n.scratch_bytes = kernels::first_conv_scratch_floats(shape_) * sizeof(float);
    if (training_) n.sum_bytes = sums_.bytes();
    return n;
  }

  void prepare(const Pass& pass) override {
    kernels::first_conv_pack_weights(shape_, pass.values + sums_.weight().offset, memory_.derived);
  }

  void forward(const Pass& pass, const Images& images) override {
    const float* x = memory_.input[0].floats(images);
    float* y = memory_.output.floats(images);
    for (int i = 0; i < images.count; ++i, x += input_floats_, y += output_floats_)
      kernels::first_conv_forward(shape_, x, memory_.derived, sums_.bias(pass), relu_, y,
                                  floats(images.lane));
  }

  void start_backward(const Pass&, int lane) override { sums_.clear(memory_, lane); }

  void backward(const Pass&, const Images& images) override {
    const float* x = memory_.input[0].floats(images);
    const float* y = relu_ ? memory_.output.floats(images) : nullptr;
    const float* dy = memory_.diff_output.floats(images);
    for (int i = 0; i < images.count; ++i) {
      const std::size_t out = static_cast<std::size_t>(i) * output_floats_;
      kernels::first_conv_weight_gradient(
          shape_, x + static_cast<std::size_t>(i) * input_floats_, y ? y + out : nullptr, dy + out,
          sums_.weight_sum(memory_, images.lane), sums_.bias_sum(memory_, images.lane), floats(images.lane));
    }
  }

  void finish_backward(const Pass& pass) override { sums_.finish(memory_, pass); }

 private:
  float* floats(int lane) const { return reinterpret_cast<float*>(scratch(lane)); }

  kernels::ConvShape shape_;
  bool relu_, training_;
  std::size_t input_floats_, output_floats_;
  LaneSums sums_;
};

}  // namespace

std::unique_ptr<Operator> make_first_convolution(const LayerContext& context) {
  return std::make_unique<FirstConvolutionOperator>(context);
}

}  // namespace tailor
