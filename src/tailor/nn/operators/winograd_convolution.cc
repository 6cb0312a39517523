// Convolution 3x3 of enough channels, stride 1: Winograd forward and, with padding 1, for the gradient of the
// input, which is the convolution of the output's gradient with the filters turned around. The weight
// gradient is oneDNN's.
#include <algorithm>

#include "tailor/nn/kernels/common/dispatch.h"
#include "tailor/nn/kernels/layers/elementwise.h"
#include "tailor/nn/kernels/winograd/winograd_conv.h"
#include "tailor/nn/memory/memory_plan.h"
#include "tailor/nn/operators/onednn_gradient.h"
#include "tailor/nn/operators/operators.h"

namespace tailor {
namespace {

// weights [out][3][3][in] to [in][3][3][out], each filter turned by 180 degrees.
void turn_weights(const kernels::ConvShape& s, const float* weights, float* turned_weights) {
  for (int o = 0; o < s.out_channels; ++o)
    for (int k = 0; k < 9; ++k)
      for (int i = 0; i < s.in_channels; ++i)
        turned_weights[(static_cast<std::size_t>(i) * 9 + static_cast<std::size_t>(8 - k)) * s.out_channels +
                       o] =
            weights[(static_cast<std::size_t>(o) * 9 + static_cast<std::size_t>(k)) * s.in_channels + i];
}

class WinogradConvolutionOperator : public Operator {
 public:
  explicit WinogradConvolutionOperator(const LayerContext& c)
      : weight_(*c.parameters.find(c.index, ParameterRole::weight)),
        bias_(c.parameters.find(c.index, ParameterRole::bias)),
        shape_(conv_shape(c.layer, c.input)),
        turned_(kernels::data_gradient_shape(shape_)),
        relu_(c.relu),
        training_(c.training),
        winograd_back_(kernels::winograd_supports(turned_)),
        gradients_(shape_, bias_ != nullptr,
                   {.forward = false,
                    .data = c.training && c.input_gradient && !winograd_back_,
                    .weights = c.training},
                   max_lanes),
        sums_(c, gradients_),
        input_floats_(c.input.size()),
        output_floats_(c.output.size()) {}

  std::string kernel() const override {
    return "Winograd, " + kernels::vector_target_name() + "; gradients onednn " + gradients_.implementation();
  }

  Needs needs() const override {
    Needs n;
    n.input_in_backward = true;
    n.output_in_backward = relu_;
    n.derived_bytes = forward_floats() * sizeof(float);
    n.scratch_bytes = kernels::winograd_scratch_floats(shape_) * sizeof(float);
    if (!training_) return n;
    n.derived_bytes += (winograd_back_ ? turned_floats() : gradients_.packed_floats()) * sizeof(float);
    n.scratch_bytes = std::max({n.scratch_bytes, kernels::winograd_scratch_floats(turned_) * sizeof(float),
                                gradients_.scratch_bytes() + sums_.bytes()});
    n.scratch_bytes = std::max(n.scratch_bytes, padded(weight_.size) * sizeof(float));
    n.sum_bytes = sums_.bytes();
    return n;
  }

  void prepare(const Pass& pass) override {
    const float* weights = pass.values + weight_.offset;
    kernels::winograd_transform_weights(shape_, weights, memory_.derived);
    if (!training_) return;
    if (winograd_back_) {
      float* work = reinterpret_cast<float*>(scratch(0));
      turn_weights(shape_, weights, work);
      kernels::winograd_transform_weights(turned_, work, memory_.derived + forward_floats());
    } else {
      gradients_.pack_weights(weights, memory_.derived + forward_floats());
    }
  }

  void forward(const Pass& pass, const Images& images) override {
    const float* x = memory_.input[0].floats(images);
    float* y = memory_.output.floats(images);
    const float* bias = bias_ ? pass.values + bias_->offset : nullptr;
    for (int i = 0; i < images.count; ++i, x += input_floats_, y += output_floats_)
      kernels::winograd_forward(shape_, x, memory_.derived, bias, relu_, y,
                                reinterpret_cast<float*>(scratch(images.lane)));
  }

  void start_backward(const Pass&, int lane) override { sums_.clear(memory_, lane); }

  void backward(const Pass&, const Images& images) override {
    const std::size_t n = static_cast<std::size_t>(images.count);
    float* dy = memory_.diff_output.floats(images);
    if (relu_)
      kernels::activation_backward(kernels::Activation::relu, {}, memory_.output.floats(images), dy, dy,
                                   n * output_floats_);
    std::byte* work = scratch(images.lane);
    sums_.add(memory_, images, memory_.input[0].floats(images), dy, work);
    if (!memory_.diff_input[0]) return;
    float* dx = memory_.diff_input[0].floats(images);
    const float* derived = memory_.derived + forward_floats();
    if (!winograd_back_) return gradients_.backward_data(images.lane, images.count, dy, derived, dx, work);
    for (std::size_t i = 0; i < n; ++i)
      kernels::winograd_forward(turned_, dy + i * output_floats_, derived, nullptr, false,
                                dx + i * input_floats_, reinterpret_cast<float*>(work));
  }

  void finish_backward(const Pass& pass) override { sums_.finish(memory_, pass); }

 private:
  std::size_t forward_floats() const { return padded(kernels::winograd_weight_floats(shape_)); }
  std::size_t turned_floats() const { return padded(kernels::winograd_weight_floats(turned_)); }

  const ParameterTensor& weight_;
  const ParameterTensor* bias_;
  kernels::ConvShape shape_, turned_;
  bool relu_, training_, winograd_back_;
  onednn::Convolution gradients_;
  OnednnGradient sums_;
  std::size_t input_floats_, output_floats_;
};

}  // namespace

std::unique_ptr<Operator> make_winograd_convolution(const LayerContext& context) {
  return std::make_unique<WinogradConvolutionOperator>(context);
}

}  // namespace tailor
