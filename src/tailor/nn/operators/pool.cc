// Max, average, adaptive and global average pooling, image by image.
#include "tailor/nn/kernels/layers/pooling.h"
#include "tailor/nn/operators/operators.h"

namespace tailor {
namespace {

class PoolOperator : public Operator {
 public:
  explicit PoolOperator(const LayerContext& c)
      : kind_(c.layer.kind),
        shape_(pool_shape(c.layer, c.input)),
        input_floats_(c.input.size()),
        output_floats_(c.layer.output.size()) {}

  std::string kernel() const override { return "pooling"; }

  Needs needs() const override {
    Needs n;
    // Where each maximum was.
    if (kind_ == LayerKind::max_pool)
      n.kept_bytes = output_floats_ * (kernels::places_fit_byte(shape_) ? 1 : sizeof(std::int32_t));
    return n;
  }

  void forward(const Pass&, const Images& images) override {
    const float* src = memory_.input[0].floats(images);
    float* dst = memory_.output.floats(images);
    for (int i = 0; i < images.count; ++i, src += input_floats_, dst += output_floats_) {
      if (kind_ == LayerKind::max_pool)
        with_arg_max(images, i, [&](auto* argmax) { kernels::max_pool_forward(shape_, src, dst, argmax); });
      else if (kind_ != LayerKind::global_average_pool)
        kernels::average_pool_forward(shape_, src, dst);
      else
        kernels::global_average_forward(positions(), shape_.channels, src, dst);
    }
  }

  void backward(const Pass&, const Images& images) override {
    if (!memory_.diff_input[0]) return;
    const float* diff_dst = memory_.diff_output.floats(images);
    float* diff_src = memory_.diff_input[0].floats(images);
    for (int i = 0; i < images.count; ++i, diff_src += input_floats_, diff_dst += output_floats_) {
      if (kind_ == LayerKind::max_pool)
        with_arg_max(images, i, [&](const auto* argmax) {
          kernels::max_pool_backward(shape_, diff_dst, argmax, diff_src);
        });
      else if (kind_ != LayerKind::global_average_pool)
        kernels::average_pool_backward(shape_, diff_dst, diff_src);
      else
        kernels::global_average_backward(positions(), shape_.channels, diff_dst, diff_src);
    }
  }

 private:
  int positions() const { return shape_.in_height * shape_.in_width; }
  // Calls f with where the i-th image's maxima are, as bytes or wider (see places_fit_byte).
  template <class Function>
  void with_arg_max(const Images& images, int i, Function f) const {
    const std::size_t at = static_cast<std::size_t>(i) * output_floats_;
    if (kernels::places_fit_byte(shape_))
      f(reinterpret_cast<std::uint8_t*>(memory_.kept.at(images)) + at);
    else
      f(reinterpret_cast<std::int32_t*>(memory_.kept.at(images)) + at);
  }

  LayerKind kind_;
  kernels::PoolShape shape_;
  std::size_t input_floats_, output_floats_;
};

}  // namespace

kernels::PoolShape pool_shape(const Layer& layer, const Shape& in) {
  return {.in_height = in.height,
          .in_width = in.width,
          .channels = in.channels,
          .out_height = layer.output.height,
          .out_width = layer.output.width,
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
          .count_padding = layer.count_include_pad,
          .adaptive = layer.kind == LayerKind::adaptive_average_pool};
}

std::unique_ptr<Operator> make_pool(const LayerContext& context) {
  return std::make_unique<PoolOperator>(context);
}

}  // namespace tailor
