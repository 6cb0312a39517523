// Convolution by oneDNN: any shape, images divided among lanes. Of colour images it computes the gradients only: in NHWC our own
// kernel goes forward faster.
#include <algorithm>

#include "tailor/nn/kernels/common/dispatch.h"
#include "tailor/nn/kernels/convolution/first_conv.h"
#include "tailor/nn/operators/onednn.h"
#include "tailor/nn/operators/onednn_gradient.h"
#include "tailor/nn/operators/operators.h"

namespace tailor {
namespace {

class ConvolutionOperator : public Operator {
 public:
  explicit ConvolutionOperator(const LayerContext& c)
      : weight_(*c.parameters.find(c.index, ParameterRole::weight)),
        bias_(c.parameters.find(c.index, ParameterRole::bias)),
        shape_(conv_shape(c.layer, c.input)),
        input_floats_(c.input.size()),
        output_floats_(c.output.size()),
        own_forward_(c.own_forward),
        convolution_(
            shape_, bias_ != nullptr,
            {.forward = !own_forward_, .data = c.training && c.input_gradient, .weights = c.training},
            max_lanes),
        gradient_(c, convolution_),
        training_(c.training) {}

  std::string kernel() const override {
    if (!own_forward_) return "onednn " + convolution_.implementation();
    const std::string own = "first convolution, " + kernels::vector_target_name();
    return training_ ? own + "; gradients onednn " + convolution_.implementation() : own;
  }

  Needs needs() const override {
    Needs n;
    n.input_in_backward = true;
    n.derived_bytes = (own_floats() + convolution_.packed_floats()) * sizeof(float);
    n.scratch_bytes = convolution_.scratch_bytes();
    if (training_) {
      n.scratch_bytes += gradient_.bytes();
      n.sum_bytes = gradient_.bytes();
    }
    if (own_forward_)
      n.scratch_bytes = std::max(n.scratch_bytes, kernels::first_conv_scratch_floats(shape_) * sizeof(float));
    return n;
  }

  void prepare(const Pass& pass) override {
    if (own_forward_) kernels::first_conv_pack_weights(shape_, pass.values + weight_.offset, memory_.derived);
    convolution_.pack_weights(pass.values + weight_.offset, memory_.derived + own_floats());
  }

  void forward(const Pass& pass, const Images& images) override {
    const float* x = memory_.input[0].floats(images);
    float* y = memory_.output.floats(images);
    const float* bias = bias_ ? pass.values + bias_->offset : nullptr;
    std::byte* work = scratch(images.lane);
    if (!own_forward_) {
      convolution_.forward(images.lane, images.count, x, memory_.derived, bias, y, work);
      return;
    }
    for (int i = 0; i < images.count; ++i, x += input_floats_, y += output_floats_)
      kernels::first_conv_forward(shape_, x, memory_.derived, bias, false, y, reinterpret_cast<float*>(work));
  }

  void start_backward(const Pass&, int lane) override { gradient_.clear(memory_, lane); }

  void backward(const Pass&, const Images& images) override {
    const float* diff = memory_.diff_output.floats(images);
    std::byte* work = scratch(images.lane);
    gradient_.add(memory_, images, memory_.input[0].floats(images), diff, work);
    if (memory_.diff_input[0])
      convolution_.backward_data(images.lane, images.count, diff, memory_.derived + own_floats(),
                                 memory_.diff_input[0].floats(images), work);
  }

  void finish_backward(const Pass& pass) override { gradient_.finish(memory_, pass); }

 private:
  // Of weights packed for our own kernel, before oneDNN's.
  std::size_t own_floats() const { return own_forward_ ? kernels::first_conv_weight_floats(shape_) : 0; }

  const ParameterTensor& weight_;
  const ParameterTensor* bias_;
  kernels::ConvShape shape_;
  std::size_t input_floats_, output_floats_;
  bool own_forward_;
  onednn::Convolution convolution_;
  OnednnGradient gradient_;
  bool training_;
};

}  // namespace

kernels::ConvShape conv_shape(const Layer& layer, const Shape& in) {
  return {.in_height = in.height,
          .in_width = in.width,
          .in_channels = in.channels,
          .out_height = layer.output.height,
          .out_width = layer.output.width,
          .out_channels = layer.output.channels,
          .kernel_height = layer.kernel_height,
          .kernel_width = layer.kernel_width,
          .stride_height = layer.stride_height,
          .stride_width = layer.stride_width,
          .padding_top = layer.padding_top,
          .padding_left = layer.padding_left,
          .padding_bottom = layer.padding_bottom,
          .padding_right = layer.padding_right,
          .dilation_height = layer.dilation_height,
          .dilation_width = layer.dilation_width,
          .groups = layer.groups};
}

std::unique_ptr<Operator> make_convolution(const LayerContext& context) {
  return std::make_unique<ConvolutionOperator>(context);
}

}  // namespace tailor
