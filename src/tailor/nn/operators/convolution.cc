// Convolution by oneDNN: any shape, images divided among lanes.
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
        convolution_(conv_shape(c.layer, c.input), bias_ != nullptr,
                     {.forward = true, .data = c.training && c.input_gradient, .weights = c.training},
                     max_lanes),
        gradient_(c, convolution_),
        training_(c.training) {}

  std::string kernel() const override { return "onednn " + convolution_.implementation(); }

  Needs needs() const override {
    Needs n;
    n.input_in_backward = true;
    n.derived_bytes = convolution_.packed_floats() * sizeof(float);
    n.scratch_bytes = convolution_.scratch_bytes();
    if (training_) {
      n.scratch_bytes += gradient_.bytes();
      n.sum_bytes = gradient_.bytes();
    }
    return n;
  }

  void prepare(const Pass& pass) override {
    convolution_.pack_weights(pass.values + weight_.offset, memory_.derived);
  }

  void forward(const Pass& pass, const Images& images) override {
    convolution_.forward(images.lane, images.count, memory_.input[0].floats(images), memory_.derived,
                         bias_ ? pass.values + bias_->offset : nullptr, memory_.output.floats(images),
                         scratch(images.lane));
  }

  void start_backward(const Pass&, int lane) override { gradient_.clear(memory_, lane); }

  void backward(const Pass&, const Images& images) override {
    const float* diff = memory_.diff_output.floats(images);
    std::byte* work = scratch(images.lane);
    gradient_.add(memory_, images, memory_.input[0].floats(images), diff, work);
    if (memory_.diff_input[0])
      convolution_.backward_data(images.lane, images.count, diff, memory_.derived,
                                 memory_.diff_input[0].floats(images), work);
  }

  void finish_backward(const Pass& pass) override { gradient_.finish(memory_, pass); }

 private:
  const ParameterTensor& weight_;
  const ParameterTensor* bias_;
  onednn::Convolution convolution_;
  OnednnGradient gradient_;
  bool training_;
};

}  // namespace

kernels::ConvShape conv_shape(const Layer& layer, const Shape& in) {
  return {in.height,           in.width,           in.channels,
          layer.output.height, layer.output.width, layer.output.channels,
          layer.kernel_height, layer.kernel_width, layer.stride,
          layer.padding};
}

std::unique_ptr<Operator> make_convolution(const LayerContext& context) {
  return std::make_unique<ConvolutionOperator>(context);
}

}  // namespace tailor
