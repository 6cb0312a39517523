// Convolution 3x3 of enough channels, stride 1, by Winograd: forward, the gradient of the weights and, with padding 1,
// that of the input, which is the convolution of the output's gradient with the filters turned around.
#include <algorithm>
#include <optional>

#include "tailor/base/rounding.h"
#include "tailor/nn/kernels/common/dispatch.h"
#include "tailor/nn/kernels/layers/bias_gradient.h"
#include "tailor/nn/kernels/layers/elementwise.h"
#include "tailor/nn/kernels/winograd/winograd_conv.h"
#include "tailor/nn/kernels/winograd/winograd_weight_gradient.h"
#include "tailor/nn/memory/memory_plan.h"
#include "tailor/nn/operators/lane_sums.h"
#include "tailor/nn/operators/onednn.h"
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
      : shape_(conv_shape(c.layer, c.input)),
        turned_(kernels::data_gradient_shape(shape_)),
        sums_(c, kernels::winograd_gradient_sum_floats(shape_)),
        relu_(c.relu),
        training_(c.training),
        input_gradient_(c.training && c.input_gradient),
        max_batch_(c.max_batch),
        output_floats_(c.output.size()) {
    if (input_gradient_ && !kernels::winograd_supports(turned_))
      data_gradient_.emplace(shape_, false, onednn::Convolution::Passes{.forward = false, .data = true},
                             max_lanes);
  }

  std::string kernel() const override {
    const std::string own = "Winograd, " + kernels::vector_target_name();
    return data_gradient_ ? own + "; input's gradient onednn " + data_gradient_->implementation() : own;
  }

  Needs needs() const override {
    Needs n;
    n.input_in_backward = true;
    n.output_in_backward = relu_;
    std::size_t derived = forward_floats(), scratch = kernels::winograd_scratch_floats(shape_, max_batch_);
    if (training_) {
      n.sum_bytes = sums_.bytes();
      scratch = std::max(scratch, kernels::winograd_gradient_scratch_floats(shape_));
    }
    if (data_gradient_) {
      derived += data_gradient_->packed_floats();
      scratch = std::max(scratch, ceil_div(data_gradient_->scratch_bytes(), sizeof(float)));
    } else if (input_gradient_) {
      derived += padded(kernels::winograd_weight_floats(turned_));
      scratch =
          std::max({scratch, kernels::winograd_scratch_floats(turned_, max_batch_), sums_.weight().size});
    }
    n.derived_bytes = derived * sizeof(float);
    n.scratch_bytes = scratch * sizeof(float);
    return n;
  }

  void prepare(const Pass& pass) override {
    const float* weights = pass.values + sums_.weight().offset;
    kernels::winograd_transform_weights(shape_, weights, memory_.derived);
    if (data_gradient_) return data_gradient_->pack_weights(weights, memory_.derived + forward_floats());
    if (!input_gradient_) return;
    float* work = reinterpret_cast<float*>(scratch(0));
    turn_weights(shape_, weights, work);
    kernels::winograd_transform_weights(turned_, work, memory_.derived + forward_floats());
  }

  void forward(const Pass& pass, const Images& images) override {
    kernels::winograd_forward(shape_, images.count, memory_.input[0].floats(images), memory_.derived,
                              sums_.bias(pass), relu_, memory_.output.floats(images),
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
    float* floats = reinterpret_cast<float*>(work);
    kernels::winograd_gradient_add(shape_, images.count, memory_.input[0].floats(images), dy,
                                   sums_.weight_sum(memory_, images.lane), floats);
    if (float* bias = sums_.bias_sum(memory_, images.lane))
      kernels::bias_gradient(dy, n * output_floats_ / static_cast<std::size_t>(shape_.out_channels),
                             shape_.out_channels, bias);
    if (!memory_.diff_input[0]) return;
    float* dx = memory_.diff_input[0].floats(images);
    const float* derived = memory_.derived + forward_floats();
    if (data_gradient_)
      return data_gradient_->backward_data(images.lane, images.count, dy, derived, dx, work);
    kernels::winograd_forward(turned_, images.count, dy, derived, nullptr, false, dx, floats);
  }

  void finish_backward(const Pass& pass) override {
    sums_.finish(memory_, pass, [this](const float* sum, float* gradient) {
      kernels::winograd_gradient_finish(shape_, sum, gradient);
    });
  }

 private:
  std::size_t forward_floats() const { return padded(kernels::winograd_weight_floats(shape_)); }

  kernels::ConvShape shape_, turned_;
  LaneSums sums_;
  bool relu_, training_, input_gradient_;
  int max_batch_;
  std::size_t output_floats_;
  std::optional<onednn::Convolution> data_gradient_{};  // with padding 0, whose gradient would be padded by 2
};

}  // namespace

std::unique_ptr<Operator> make_winograd_convolution(const LayerContext& context) {
  return std::make_unique<WinogradConvolutionOperator>(context);
}

}  // namespace tailor
