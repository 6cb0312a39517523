// Convolution -> perhaps ReLU -> perhaps max-pool 2x2 -> perhaps dropout as one operator on matrix tiles.
// Feature maps stay f32: an image is rounded when it is needed, and its gradient's places are filled in.
#include <cstring>

#include "tailor/nn/kernels/bf16/bf16_conv.h"
#include "tailor/nn/kernels/layers/dropout.h"
#include "tailor/nn/kernels/layers/elementwise.h"
#include "tailor/nn/memory/memory_plan.h"
#include "tailor/nn/operators/operators.h"

namespace tailor {
namespace {

using kernels::Bf16;

std::size_t bytes(std::size_t bf16s) { return padded((bf16s + 1) / 2) * sizeof(float); }

class Bf16ConvolutionOperator : public Operator {
 public:
  Bf16ConvolutionOperator(const LayerContext& c, bool pool)
      : shape_(conv_shape(c.layer, c.input)),
        back_(kernels::data_gradient_shape(shape_)),
        weight_(*c.parameters.find(c.index, ParameterRole::weight)),
        bias_(c.parameters.find(c.index, ParameterRole::bias)),
        dropout_(c.dropout),
        relu_(c.relu),
        pool_(pool),
        training_(c.training),
        input_gradient_(c.input_gradient),
        input_floats_(c.input.size()),
        output_floats_(c.output.size()) {}

  std::string kernel() const override { return "bf16 matrix tiles (AMX)"; }

  Needs needs() const override {
    Needs n;
    n.input_in_backward = true;
    n.output_in_backward = relu_;               // where it is not positive no gradient passes
    n.kept_bytes = pool_ ? output_floats_ : 0;  // where each maximum was
    n.derived_bytes = weight_bytes();
    n.scratch_bytes = map_bytes();
    if (training_) {
      n.derived_bytes += bytes(kernels::bf16_weights_size(back_));
      n.scratch_bytes += gradient_map_bytes() + pairs_bytes() + bytes(kernels::bf16_transposed_size(shape_));
      n.sum_bytes = sum_floats() * sizeof(float);
    }
    return n;
  }

  void prepare(const Pass& pass) override {
    const float* weights = pass.values + weight_.offset;
    kernels::bf16_pack_weights(shape_, weights, packed());
    if (training_ && input_gradient_) kernels::bf16_pack_flipped_weights(shape_, weights, flipped());
  }

  void forward(const Pass& pass, const Images& images) override {
    const float* x = memory_.input[0].floats(images);
    float* y = memory_.output.floats(images);
    const float* bias = bias_ ? pass.values + bias_->offset : nullptr;
    for (int i = 0; i < images.count; ++i, x += input_floats_, y += output_floats_) {
      kernels::bf16_round_image(shape_, x, map(images.lane));
      if (!pool_) {
        kernels::bf16_forward(shape_, map(images.lane), packed(), bias, relu_, y);
        continue;
      }
      kernels::bf16_forward_pool(shape_, map(images.lane), packed(), bias, y, arg_max(images, i));
      const kernels::DropoutMask dropped = mask(pass, images.first + i);
      if (dropped.rate > 0) kernels::dropout(y, y, output_floats_, dropped);
    }
  }

  void start_backward(const Pass&, int lane) override {
    std::memset(sums(lane), 0, sum_floats() * sizeof(float));
  }

  void backward(const Pass& pass, const Images& images) override {
    const int lane = images.lane;
    const float rate = mask(pass, 0).rate;
    Bf16* gradient_map = input_gradient_ ? this->gradient_map(lane) : nullptr;
    float* bias_sum = bias_ ? sums(lane) + kernels::bf16_sums_floats(shape_) : nullptr;
    for (int i = 0; i < images.count; ++i) {
      const std::size_t in = static_cast<std::size_t>(i) * input_floats_,
                        out = static_cast<std::size_t>(i) * output_floats_;
      float* dy = memory_.diff_output.floats(images) + out;
      const float* y = relu_ ? memory_.output.floats(images) + out : nullptr;
      // What was dropped has an output of zero, where no gradient passes; the rest was scaled.
      if (rate > 0) kernels::multiply(1 / (1 - rate), dy, output_floats_);
      if (pool_)
        kernels::bf16_spread_pooled_gradient(shape_, dy, y, arg_max(images, i), gradient_map, pairs(lane),
                                             bias_sum);
      else
        kernels::bf16_spread_gradient(shape_, dy, y, gradient_map, pairs(lane), bias_sum);
      kernels::bf16_round_image(shape_, memory_.input[0].floats(images) + in, map(lane));
      kernels::bf16_transpose_map(shape_, map(lane), transposed(lane));
      kernels::bf16_weight_gradient(shape_, transposed(lane), pairs(lane), sums(lane));
      if (input_gradient_)
        kernels::bf16_forward(back_, gradient_map, flipped(), nullptr, false,
                              memory_.diff_input[0].floats(images) + in);
    }
  }

  void finish_backward(const Pass& pass) override {
    for (int lane = 1; lane < pass.lanes(); ++lane) kernels::accumulate(sums(lane), sums(0), sum_floats());
    kernels::bf16_unpack_gradient(shape_, sums(0), pass.gradients + weight_.offset);
    if (bias_)
      std::memcpy(pass.gradients + bias_->offset, sums(0) + kernels::bf16_sums_floats(shape_),
                  bias_->size * sizeof(float));
  }

 private:
  kernels::DropoutMask mask(const Pass& pass, int image) const {
    return dropout_mask(pass, dropout_, static_cast<std::size_t>(image) * output_floats_);
  }

  std::uint8_t* arg_max(const Images& images, int i) const {
    return reinterpret_cast<std::uint8_t*>(memory_.kept.at(images)) +
           static_cast<std::size_t>(i) * output_floats_;
  }

  // Derived: the weights, then for the backward pass the flipped ones.
  std::size_t weight_bytes() const { return bytes(kernels::bf16_weights_size(shape_)); }
  Bf16* packed() const { return reinterpret_cast<Bf16*>(memory_.derived); }
  Bf16* flipped() const { return packed() + weight_bytes() / sizeof(Bf16); }

  // Scratch: the image, then for the backward pass its transpose and the gradient's two orders.
  std::size_t map_bytes() const { return bytes(kernels::bf16_map_size(shape_)); }
  std::size_t gradient_map_bytes() const { return bytes(kernels::bf16_map_size(back_)); }
  std::size_t pairs_bytes() const { return bytes(kernels::bf16_pairs_size(shape_)); }
  Bf16* map(int lane) const { return reinterpret_cast<Bf16*>(scratch(lane)); }
  Bf16* gradient_map(int lane) const { return map(lane) + map_bytes() / sizeof(Bf16); }
  Bf16* pairs(int lane) const { return gradient_map(lane) + gradient_map_bytes() / sizeof(Bf16); }
  Bf16* transposed(int lane) const { return pairs(lane) + pairs_bytes() / sizeof(Bf16); }

  // A lane's sums: the weights' in the tiles' order, then the bias's.
  std::size_t sum_floats() const {
    return kernels::bf16_sums_floats(shape_) + (bias_ ? padded(bias_->size) : 0);
  }
  float* sums(int lane) const {
    return reinterpret_cast<float*>(memory_.sums) + static_cast<std::size_t>(lane) * sum_floats();
  }

  kernels::ConvShape shape_, back_;
  const ParameterTensor& weight_;
  const ParameterTensor* bias_;
  int dropout_;
  bool relu_, pool_, training_, input_gradient_;
  std::size_t input_floats_, output_floats_;
};

}  // namespace

std::unique_ptr<Operator> make_bf16_convolution(const LayerContext& context, bool pool) {
  return std::make_unique<Bf16ConvolutionOperator>(context, pool);
}

}  // namespace tailor
