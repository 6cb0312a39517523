// The norms of one image alone: group norm and layer norm. They do the same in training and in prediction.
#include <algorithm>

#include "tailor/nn/kernels/layers/group_norm.h"
#include "tailor/nn/kernels/layers/layer_norm.h"
#include "tailor/nn/memory/memory_plan.h"
#include "tailor/nn/operators/lane_sums.h"
#include "tailor/nn/operators/operators.h"

namespace tailor {
namespace {

// What both share: places, parameters and their gradients, two kept rows of floats (mean, inverse deviation)
// for each image.
class ImageNormOperator : public Operator {
 public:
  ImageNormOperator(const LayerContext& c, std::size_t kept_floats)
      : sums_(c, ParameterRole::scale, ParameterRole::shift),
        training_(c.training),
        epsilon_(c.layer.epsilon),
        positions_(static_cast<std::size_t>(c.input.height) * static_cast<std::size_t>(c.input.width)),
        channels_(c.input.channels),
        kept_floats_(kept_floats) {}

  Needs needs() const override {
    Needs n;
    n.input_in_backward = true;
    n.gradient_in_place = true;
    n.kept_bytes = 2 * kept_floats_ * sizeof(float);
    if (training_) n.sum_bytes = sums_.bytes();
    return n;
  }
  void start_backward(const Pass&, int lane) override { sums_.clear(memory_, lane); }
  void finish_backward(const Pass& pass) override { sums_.finish(memory_, pass); }

  void forward(const Pass& pass, const Images& images) override {
    for (int i = 0; i < images.count; ++i) {
      const std::size_t at = static_cast<std::size_t>(i) * floats();
      forward_image(memory_.input[0].floats(images) + at, pass.values + sums_.weight().offset,
                    sums_.bias(pass), memory_.output.floats(images) + at, mean(images, i), images.lane);
    }
  }
  void backward(const Pass& pass, const Images& images) override {
    for (int i = 0; i < images.count; ++i) {
      const std::size_t at = static_cast<std::size_t>(i) * floats();
      backward_image(memory_.input[0].floats(images) + at, memory_.diff_output.floats(images) + at,
                     pass.values + sums_.weight().offset, mean(images, i),
                     memory_.diff_input[0] ? memory_.diff_input[0].floats(images) + at : nullptr,
                     images.lane);
    }
  }

 protected:
  // `kept` are the means; the inverse deviations follow after kept_floats_.
  virtual void forward_image(const float* src, const float* scale, const float* shift, float* dst,
                             float* kept, int lane) = 0;
  virtual void backward_image(const float* src, const float* diff, const float* scale, const float* kept,
                              float* diff_src, int lane) = 0;

  LaneSums sums_;
  bool training_;
  double epsilon_;
  std::size_t positions_;
  int channels_;
  std::size_t kept_floats_;

 private:
  std::size_t floats() const { return positions_ * static_cast<std::size_t>(channels_); }
  float* mean(const Images& images, int i) const {
    return memory_.kept.floats(images) + static_cast<std::size_t>(i) * 2 * kept_floats_;
  }
};

class GroupNormOperator : public ImageNormOperator {
 public:
  explicit GroupNormOperator(const LayerContext& c)
      : ImageNormOperator(c, static_cast<std::size_t>(c.input.channels)), groups_(c.layer.groups) {}
  std::string kernel() const override { return "group norm"; }
  Needs needs() const override {
    Needs n = ImageNormOperator::needs();
    n.scratch_bytes = kernels::group_norm_scratch(channels_) * sizeof(double);
    return n;
  }

 private:
  void forward_image(const float* src, const float* scale, const float* shift, float* dst, float* kept,
                     int lane) override {
    kernels::group_norm_forward(src, positions_, channels_, groups_, epsilon_, scale, shift, dst, kept,
                                kept + kept_floats_, reinterpret_cast<double*>(scratch(lane)));
  }
  void backward_image(const float* src, const float* diff, const float* scale, const float* kept,
                      float* diff_src, int lane) override {
    kernels::group_norm_backward(src, diff, positions_, channels_, groups_, kept, kept + kept_floats_, scale,
                                 diff_src, sums_.weight_sum(memory_, lane), sums_.bias_sum(memory_, lane),
                                 reinterpret_cast<double*>(scratch(lane)));
  }

  int groups_;
};

class LayerNormOperator : public ImageNormOperator {
 public:
  explicit LayerNormOperator(const LayerContext& c)
      : ImageNormOperator(
            c, static_cast<std::size_t>(c.input.height) * static_cast<std::size_t>(c.input.width)) {}
  std::string kernel() const override { return "layer norm"; }

 private:
  void forward_image(const float* src, const float* scale, const float* shift, float* dst, float* kept,
                     int) override {
    kernels::layer_norm_forward(src, positions_, channels_, epsilon_, scale, shift, dst, kept,
                                kept + kept_floats_);
  }
  void backward_image(const float* src, const float* diff, const float* scale, const float* kept,
                      float* diff_src, int lane) override {
    kernels::layer_norm_backward(src, diff, positions_, channels_, kept, kept + kept_floats_, scale, diff_src,
                                 sums_.weight_sum(memory_, lane), sums_.bias_sum(memory_, lane));
  }
};

}  // namespace

std::unique_ptr<Operator> make_group_norm(const LayerContext& context) {
  return std::make_unique<GroupNormOperator>(context);
}
std::unique_ptr<Operator> make_layer_norm(const LayerContext& context) {
  return std::make_unique<LayerNormOperator>(context);
}

}  // namespace tailor
