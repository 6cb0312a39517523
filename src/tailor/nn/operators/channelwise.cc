// Operators with a factor for each channel: products with another layer, learned scales, learned slopes.
#include "tailor/nn/kernels/layers/channelwise.h"

#include <algorithm>
#include <cstring>

#include "tailor/nn/kernels/layers/elementwise.h"
#include "tailor/nn/memory/memory_plan.h"
#include "tailor/nn/operators/lane_sums.h"
#include "tailor/nn/operators/operators.h"

namespace tailor {
namespace {

std::size_t positions_of(const Shape& shape) {
  return static_cast<std::size_t>(shape.height) * static_cast<std::size_t>(shape.width);
}

// Of two maps alike, or of a map and an image's factors for its channels (Hu et al.: "Squeeze-and-Excitation
// Networks", 2018), whichever of the two stands first.
class MultiplyOperator : public Operator {
 public:
  explicit MultiplyOperator(const LayerContext& c)
      : map_(c.inputs[0] == c.output ? 0 : 1),
        alike_(c.inputs[0] == c.inputs[1]),
        positions_(positions_of(c.output)),
        channels_(c.output.channels) {}
  std::string kernel() const override { return "elementwise"; }
  Needs needs() const override {
    Needs n;
    n.input_in_backward = true;
    n.gradient_in_place = map_ == 0;
    return n;
  }

  void forward(const Pass&, const Images& images) override {
    multiply(images, memory_.input[map_], memory_.input[1 - map_], memory_.output);
  }
  // The factors' gradient first: the map's may overwrite the output's.
  void backward(const Pass&, const Images& images) override {
    const Place &map = memory_.input[map_], &factors = memory_.input[1 - map_], &diff = memory_.diff_output;
    if (const Place& diff_factors = memory_.diff_input[1 - map_]) {
      if (alike_)
        multiply(images, diff, map, diff_factors);
      else
        each_image(images, [&](const Images& one) {
          float* sums = diff_factors.floats(images) + offset(images, one, 1);
          std::fill_n(sums, channels_, 0.0f);
          kernels::add_channel_products(diff.floats(images) + offset(images, one, positions_),
                                        map.floats(images) + offset(images, one, positions_), positions_,
                                        channels_, sums);
        });
    }
    if (memory_.diff_input[map_]) multiply(images, diff, factors, memory_.diff_input[map_]);
  }

 private:
  // Where image `one` begins behind the first of `images`, in maps of so many positions.
  std::size_t offset(const Images& images, const Images& one, std::size_t positions) const {
    return static_cast<std::size_t>(one.first - images.first) * positions *
           static_cast<std::size_t>(channels_);
  }

  template <class Task>
  static void each_image(const Images& images, Task&& task) {
    for (int i = 0; i < images.count; ++i) task(Images{images.lane, images.first + i, 1});
  }

  void multiply(const Images& images, const Place& map, const Place& factors, const Place& product) const {
    if (alike_)
      return kernels::multiply(
          map.floats(images), factors.floats(images), product.floats(images),
          static_cast<std::size_t>(images.count) * positions_ * static_cast<std::size_t>(channels_));
    each_image(images, [&](const Images& one) {
      kernels::scale_channels(map.floats(images) + offset(images, one, positions_), positions_, channels_,
                              factors.floats(images) + offset(images, one, 1),
                              product.floats(images) + offset(images, one, positions_));
    });
  }

  std::size_t map_;
  bool alike_;
  std::size_t positions_;
  int channels_;
};

// With a learned value for each channel, or one for all.
class LearnedFactors : public Operator {
 public:
  LearnedFactors(const LayerContext& c, ParameterRole role)
      : sums_(c, role),
        channels_(c.output.channels),
        training_(c.training),
        positions_(positions_of(c.output)) {}
  std::string kernel() const override { return "elementwise"; }
  Needs needs() const override {
    Needs n;
    n.input_in_backward = true;
    n.gradient_in_place = true;
    if (training_) n.sum_bytes = sums_.bytes();
    return n;
  }
  void start_backward(const Pass&, int lane) override { sums_.clear(memory_, lane); }
  void finish_backward(const Pass& pass) override { sums_.finish(memory_, pass); }

 protected:
  const float* factors(const Pass& pass) const { return pass.values + sums_.weight().offset; }
  std::size_t rows(const Images& images) const { return static_cast<std::size_t>(images.count) * positions_; }

  LaneSums sums_;
  int channels_;

 private:
  bool training_;
  std::size_t positions_;
};

class ScaleOperator : public LearnedFactors {
 public:
  explicit ScaleOperator(const LayerContext& c) : LearnedFactors(c, ParameterRole::scale) {}

  void forward(const Pass& pass, const Images& images) override {
    kernels::scale_channels(memory_.input[0].floats(images), rows(images), channels_, factors(pass),
                            memory_.output.floats(images));
  }
  void backward(const Pass& pass, const Images& images) override {
    const float* diff = memory_.diff_output.floats(images);
    kernels::add_channel_products(diff, memory_.input[0].floats(images), rows(images), channels_,
                                  sums_.weight_sum(memory_, images.lane));
    if (memory_.diff_input[0])
      kernels::scale_channels(diff, rows(images), channels_, factors(pass),
                              memory_.diff_input[0].floats(images));
  }
};

// One slope for all channels is computed as as many equal ones.
class PreluOperator : public LearnedFactors {
 public:
  explicit PreluOperator(const LayerContext& c)
      : LearnedFactors(c, ParameterRole::slope), shared_(c.layer.shared) {}
  Needs needs() const override {
    Needs n = LearnedFactors::needs();
    if (shared_) n.scratch_bytes = 2 * padded(channel_count()) * sizeof(float);
    return n;
  }

  void forward(const Pass& pass, const Images& images) override {
    kernels::prelu_forward(memory_.input[0].floats(images), rows(images), channels_, slopes(pass, images),
                           memory_.output.floats(images));
  }
  void backward(const Pass& pass, const Images& images) override {
    float* total = sums_.weight_sum(memory_, images.lane);
    float* sums = total;
    if (shared_) {
      sums = reinterpret_cast<float*>(scratch(images.lane)) + padded(channel_count());
      std::fill_n(sums, channels_, 0.0f);
    }
    kernels::prelu_backward(memory_.input[0].floats(images), memory_.diff_output.floats(images), rows(images),
                            channels_, slopes(pass, images),
                            memory_.diff_input[0] ? memory_.diff_input[0].floats(images) : nullptr, sums);
    if (shared_)
      for (std::size_t c = 0; c < channel_count(); ++c) *total += sums[c];
  }

 private:
  const float* slopes(const Pass& pass, const Images& images) const {
    if (!shared_) return factors(pass);
    float* all = reinterpret_cast<float*>(scratch(images.lane));
    std::fill_n(all, channels_, *factors(pass));
    return all;
  }
  std::size_t channel_count() const { return static_cast<std::size_t>(channels_); }

  bool shared_;
};

}  // namespace

std::unique_ptr<Operator> make_multiply(const LayerContext& context) {
  return std::make_unique<MultiplyOperator>(context);
}
std::unique_ptr<Operator> make_scale(const LayerContext& context) {
  return std::make_unique<ScaleOperator>(context);
}
std::unique_ptr<Operator> make_prelu(const LayerContext& context) {
  return std::make_unique<PreluOperator>(context);
}

}  // namespace tailor
