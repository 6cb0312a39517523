// Operators without neighbours: activations, dropout, stochastic depth, flatten, residual add and fork.
#include "tailor/nn/kernels/layers/elementwise.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "tailor/base/error.h"
#include "tailor/nn/kernels/layers/dropout.h"
#include "tailor/nn/operators/operators.h"

namespace tailor {
namespace {

using kernels::Activation;

Activation activation(LayerKind kind) {
  switch (kind) {
    case LayerKind::relu:
      return Activation::relu;
    case LayerKind::leaky_relu:
      return Activation::leaky_relu;
    case LayerKind::elu:
      return Activation::elu;
    case LayerKind::gelu:
      return Activation::gelu;
    case LayerKind::silu:
      return Activation::silu;
    case LayerKind::tanh:
      return Activation::tanh;
    case LayerKind::sigmoid:
      return Activation::sigmoid;
    case LayerKind::hard_sigmoid:
      return Activation::hard_sigmoid;
    case LayerKind::hard_swish:
      return Activation::hard_swish;
    case LayerKind::clip:
      return Activation::clip;
    default:
      throw failure("layer kind '{}' is no activation", layer_kind_name(kind));
  }
}

kernels::ActivationConstants activation_constants(const Layer& layer) {
  const bool clip = layer.kind == LayerKind::clip;
  return {static_cast<float>(clip ? layer.low : layer.slope),
          static_cast<float>(clip ? layer.high : layer.offset)};
}

// Copies unless both are the same place.
void copy(const float* src, float* dst, std::size_t n) {
  if (src != dst) std::memcpy(dst, src, n * sizeof(float));
}

class ActivationOperator : public Operator {
 public:
  explicit ActivationOperator(const LayerContext& c)
      : kind_(activation(c.layer.kind)),
        constants_(activation_constants(c.layer)),
        floats_(c.layer.output.size()) {}

  std::string kernel() const override { return "elementwise"; }

  Needs needs() const override {
    Needs n;
    n.output_in_backward = kernels::uses_output(kind_);
    n.input_in_backward = !n.output_in_backward;
    n.in_place = n.output_in_backward;
    n.gradient_in_place = true;
    return n;
  }

  void forward(const Pass&, const Images& images) override {
    kernels::activation_forward(kind_, constants_, memory_.input[0].floats(images),
                                memory_.output.floats(images), images.count * floats_);
  }

  void backward(const Pass&, const Images& images) override {
    if (!memory_.diff_input[0]) return;
    const Place& saved = kernels::uses_output(kind_) ? memory_.output : memory_.input[0];
    kernels::activation_backward(kind_, constants_, saved.floats(images), memory_.diff_output.floats(images),
                                 memory_.diff_input[0].floats(images), images.count * floats_);
  }

 private:
  Activation kind_;
  kernels::ActivationConstants constants_;
  std::size_t floats_;
};

// What backward does to the gradient is what forward does to the values, and may be done in place.
class AlikeBothWays : public Operator {
 public:
  Needs needs() const final {
    Needs n;
    n.in_place = true;
    n.gradient_in_place = true;
    return n;
  }
  void forward(const Pass& pass, const Images& images) final {
    apply(pass, images, memory_.input[0].floats(images), memory_.output.floats(images));
  }
  void backward(const Pass& pass, const Images& images) final {
    if (memory_.diff_input[0])
      apply(pass, images, memory_.diff_output.floats(images), memory_.diff_input[0].floats(images));
  }

 private:
  virtual void apply(const Pass& pass, const Images& images, const float* src, float* dst) const = 0;
};

class DropoutOperator : public AlikeBothWays {
 public:
  explicit DropoutOperator(const LayerContext& c) : number_(c.dropout), floats_(c.layer.output.size()) {}

  std::string kernel() const override { return "elementwise"; }

 private:
  // The mask is a function of the step's key and the element, so backward draws it again instead of keeping
  // it.
  void apply(const Pass& pass, const Images& images, const float* src, float* dst) const override {
    const std::size_t n = images.count * floats_;
    const kernels::DropoutMask mask = dropout_mask(pass, number_, images.first * floats_);
    if (mask.rate > 0)
      kernels::dropout(src, dst, n, mask);
    else
      copy(src, dst, n);
  }

  int number_;
  std::size_t floats_;
};

// Drops whole images of a residual branch (Huang et al.: "Deep Networks with Stochastic Depth", 2016) and
// scales up the others, as torchvision's and timm's do.
class StochasticDepthOperator : public AlikeBothWays {
 public:
  explicit StochasticDepthOperator(const LayerContext& c)
      : number_(c.stochastic_depth.number),
        share_(c.stochastic_depth.share),
        floats_(c.layer.output.size()) {}

  std::string kernel() const override { return "elementwise"; }

 private:
  // Keys of the step from here on are these layers', those below the dropout layers'.
  static constexpr std::uint64_t first_key = std::uint64_t{1} << 32;

  void apply(const Pass& pass, const Images& images, const float* src, float* dst) const override {
    const double rate = pass.training ? share_ * pass.stochastic_depth : 0;
    copy(src, dst, images.count * floats_);
    if (rate == 0) return;
    const Key key = pass.key.with(first_key + static_cast<std::uint64_t>(number_));
    for (int i = 0; i < images.count; ++i, dst += floats_) {
      if (key.uniform(static_cast<std::uint64_t>(images.first + i)) < rate)
        std::fill_n(dst, floats_, 0.0f);
      else
        kernels::multiply(static_cast<float>(1 / (1 - rate)), dst, floats_);
    }
  }

  int number_;
  double share_;
  std::size_t floats_;
};

// Only the shape changes: in place there is nothing to do.
class FlattenOperator : public AlikeBothWays {
 public:
  explicit FlattenOperator(const LayerContext& c) : floats_(c.layer.output.size()) {}
  std::string kernel() const override { return "none"; }

 private:
  void apply(const Pass&, const Images& images, const float* src, float* dst) const override {
    copy(src, dst, images.count * floats_);
  }

  std::size_t floats_;
};

class AddOperator : public Operator {
 public:
  explicit AddOperator(const LayerContext& c) : floats_(c.layer.output.size()) {}
  std::string kernel() const override { return "elementwise"; }
  Needs needs() const override {
    Needs n;
    n.in_place = true;
    n.gradient_in_place = true;
    return n;
  }
  void forward(const Pass&, const Images& images) override {
    const std::size_t n = images.count * floats_;
    float* sum = memory_.output.floats(images);
    kernels::add(memory_.input[0].floats(images), memory_.input[1].floats(images), sum, n);
    for (std::size_t i = 2; i < memory_.input.size(); ++i)
      kernels::accumulate(memory_.input[i].floats(images), sum, n);
  }
  void backward(const Pass&, const Images& images) override {
    for (const Place& diff : memory_.diff_input)
      if (diff) copy(memory_.diff_output.floats(images), diff.floats(images), images.count * floats_);
  }

 private:
  std::size_t floats_;
};

// Forward its readers see the same buffer; backward it sums the gradients that they left, in their order.
class ForkOperator : public Operator {
 public:
  explicit ForkOperator(const Shape& shape) : floats_(shape.size()) {}
  std::string kernel() const override { return "elementwise"; }
  Needs needs() const override { return {}; }
  void forward(const Pass&, const Images&) override {}
  void backward(const Pass&, const Images& images) override {
    const std::vector<Place>& diff = memory_.diff_branches;
    const std::size_t n = images.count * floats_;
    float* sum = memory_.diff_input[0].floats(images);
    kernels::add(diff[0].floats(images), diff[1].floats(images), sum, n);
    for (std::size_t i = 2; i < diff.size(); ++i) kernels::accumulate(diff[i].floats(images), sum, n);
  }

 private:
  std::size_t floats_;
};

}  // namespace

kernels::DropoutMask dropout_mask(const Pass& pass, int number, std::size_t first) {
  if (number < 0 || !pass.training) return {};
  const auto rate = static_cast<float>(pass.dropout_rates[static_cast<std::size_t>(number)]);
  if (rate == 0) return {};
  const auto key = static_cast<std::uint32_t>(pass.key.with(static_cast<std::uint64_t>(number)).state());
  return {key, static_cast<std::uint32_t>(first), rate};
}

std::unique_ptr<Operator> make_activation(const LayerContext& context) {
  return std::make_unique<ActivationOperator>(context);
}
std::unique_ptr<Operator> make_dropout(const LayerContext& context) {
  return std::make_unique<DropoutOperator>(context);
}
std::unique_ptr<Operator> make_stochastic_depth(const LayerContext& context) {
  return std::make_unique<StochasticDepthOperator>(context);
}
std::unique_ptr<Operator> make_flatten(const LayerContext& context) {
  return std::make_unique<FlattenOperator>(context);
}
std::unique_ptr<Operator> make_add(const LayerContext& context) {
  return std::make_unique<AddOperator>(context);
}
std::unique_ptr<Operator> make_fork(const Shape& shape) { return std::make_unique<ForkOperator>(shape); }

}  // namespace tailor
