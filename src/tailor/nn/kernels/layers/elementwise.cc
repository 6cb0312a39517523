// One loop for each activation, its body in vector registers; see elementwise_reference.cc for the
// definitions.
#include "tailor/nn/kernels/layers/elementwise.h"

#include "tailor/nn/kernels/common/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tailor/nn/kernels/layers/elementwise.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tailor/nn/kernels/common/functions-inl.h"
#include "tailor/nn/kernels/common/part-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {
namespace {

using Tag = hn::ScalableTag<float>;
using V = hn::Vec<Tag>;

struct Relu {
  // "x <= 0" rather than a maximum: NaN passes and -0 becomes 0.
  HWY_INLINE V operator()(Tag d, V x) const { return hn::IfThenZeroElse(hn::Le(x, hn::Zero(d)), x); }
};

struct LeakyRelu {
  float slope;
  HWY_INLINE V operator()(Tag d, V x) const {
    return hn::IfThenElse(hn::Le(x, hn::Zero(d)), hn::Mul(hn::Set(d, slope), x), x);
  }
};

struct Elu {
  float slope;
  HWY_INLINE V operator()(Tag d, V x) const {
    return hn::IfThenElse(hn::Le(x, hn::Zero(d)), hn::Mul(hn::Set(d, slope), expm1_negative(d, x)), x);
  }
};

struct Gelu {
  HWY_INLINE V operator()(Tag d, V x) const { return hn::Mul(x, normal(d, x).distribution); }
};

struct Silu {
  HWY_INLINE V operator()(Tag d, V x) const { return hn::Mul(x, sigmoid(d, x)); }
};

struct Tanh {
  HWY_INLINE V operator()(Tag d, V x) const { return tanh(d, x); }
};

struct Sigmoid {
  HWY_INLINE V operator()(Tag d, V x) const { return sigmoid(d, x); }
};

// Comparisons rather than a minimum and a maximum: NaN passes.
HWY_INLINE V cut(Tag d, V x, float low, float high) {
  const V l = hn::Set(d, low), h = hn::Set(d, high);
  return hn::IfThenElse(hn::Lt(x, l), l, hn::IfThenElse(hn::Gt(x, h), h, x));
}

struct Clip {
  float low, high;
  HWY_INLINE V operator()(Tag d, V x) const { return cut(d, x, low, high); }
};

struct HardSigmoid {
  float alpha, beta;
  HWY_INLINE V operator()(Tag d, V x) const {
    return cut(d, hn::MulAdd(hn::Set(d, alpha), x, hn::Set(d, beta)), 0, 1);
  }
};

struct HardSwish {
  HWY_INLINE V operator()(Tag d, V x) const {
    const V gate = cut(d, hn::Add(x, hn::Set(d, 3.0f)), 0, 6);
    return hn::Mul(x, hn::Mul(gate, hn::Set(d, 1.0f / 6)));
  }
};

// The gradients, from s = output or input.
struct ReluGradient {
  HWY_INLINE V operator()(Tag d, V s, V g) const { return hn::IfThenZeroElse(hn::Le(s, hn::Zero(d)), g); }
};

struct LeakyReluGradient {
  float slope;
  HWY_INLINE V operator()(Tag d, V s, V g) const {
    return hn::IfThenElse(hn::Le(s, hn::Zero(d)), hn::Mul(hn::Set(d, slope), g), g);
  }
};

struct EluGradient {
  float slope;
  HWY_INLINE V operator()(Tag d, V s, V g) const {
    return hn::IfThenElse(hn::Le(s, hn::Zero(d)), hn::Mul(hn::Add(s, hn::Set(d, slope)), g), g);
  }
};

struct GeluGradient {
  HWY_INLINE V operator()(Tag d, V s, V g) const {
    const auto [distribution, density] = normal(d, s);
    return hn::Mul(g, hn::MulAdd(s, density, distribution));
  }
};

struct SiluGradient {
  HWY_INLINE V operator()(Tag d, V s, V g) const {
    const V y = sigmoid(d, s), one = hn::Set(d, 1.0f);
    return hn::Mul(g, hn::Mul(y, hn::MulAdd(s, hn::Sub(one, y), one)));
  }
};

struct TanhGradient {
  HWY_INLINE V operator()(Tag d, V s, V g) const { return hn::Mul(g, hn::NegMulAdd(s, s, hn::Set(d, 1.0f))); }
};

struct SigmoidGradient {
  HWY_INLINE V operator()(Tag, V s, V g) const { return hn::Mul(g, hn::NegMulAdd(s, s, s)); }
};

// `factor` where the output is within its bounds.
struct CutGradient {
  float factor, low, high;
  HWY_INLINE V operator()(Tag d, V s, V g) const {
    const auto at_bound = hn::Or(hn::Le(s, hn::Set(d, low)), hn::Ge(s, hn::Set(d, high)));
    return hn::IfThenZeroElse(at_bound, hn::Mul(hn::Set(d, factor), g));
  }
};

struct HardSwishGradient {
  HWY_INLINE V operator()(Tag d, V s, V g) const {
    const V slope = hn::MulAdd(s, hn::Set(d, 1.0f / 3), hn::Set(d, 0.5f));
    const V inside = hn::IfThenElse(hn::Ge(s, hn::Set(d, 3.0f)), g, hn::Mul(slope, g));
    return hn::IfThenZeroElse(hn::Le(s, hn::Set(d, -3.0f)), inside);
  }
};

struct Sum {
  HWY_INLINE V operator()(Tag, V a, V b) const { return hn::Add(a, b); }
};

struct Product {
  float factor;
  HWY_INLINE V operator()(Tag d, V x) const { return hn::Mul(x, hn::Set(d, factor)); }
};

struct Products {
  HWY_INLINE V operator()(Tag, V a, V b) const { return hn::Mul(a, b); }
};

template <class Function>
HWY_INLINE void map(const Function function, const float* src, float* dst, std::size_t n) {
  const Tag d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) hn::StoreU(function(d, hn::LoadU(d, src + i)), d, dst + i);
  if (i < n) store_part(function(d, load_part(d, src + i, n - i)), d, dst + i, n - i);
}

template <class Function>
HWY_INLINE void map(const Function function, const float* a, const float* b, float* dst, std::size_t n) {
  const Tag d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    hn::StoreU(function(d, hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, dst + i);
  }
  if (i < n) {
    store_part(function(d, load_part(d, a + i, n - i), load_part(d, b + i, n - i)), d, dst + i, n - i);
  }
}

}  // namespace

void forward(Activation activation, ActivationConstants constants, const float* src, float* dst,
             std::size_t n) {
  switch (activation) {
    case Activation::relu:
      return map(Relu{}, src, dst, n);
    case Activation::leaky_relu:
      return map(LeakyRelu{constants.a}, src, dst, n);
    case Activation::elu:
      return map(Elu{constants.a}, src, dst, n);
    case Activation::gelu:
      return map(Gelu{}, src, dst, n);
    case Activation::silu:
      return map(Silu{}, src, dst, n);
    case Activation::tanh:
      return map(Tanh{}, src, dst, n);
    case Activation::sigmoid:
      return map(Sigmoid{}, src, dst, n);
    case Activation::hard_sigmoid:
      return map(HardSigmoid{constants.a, constants.b}, src, dst, n);
    case Activation::hard_swish:
      return map(HardSwish{}, src, dst, n);
    case Activation::clip:
      return map(Clip{constants.a, constants.b}, src, dst, n);
  }
}

void backward(Activation activation, ActivationConstants constants, const float* saved, const float* diff_dst,
              float* diff_src, std::size_t n) {
  switch (activation) {
    case Activation::relu:
      return map(ReluGradient{}, saved, diff_dst, diff_src, n);
    case Activation::leaky_relu:
      return map(LeakyReluGradient{constants.a}, saved, diff_dst, diff_src, n);
    case Activation::elu:
      return map(EluGradient{constants.a}, saved, diff_dst, diff_src, n);
    case Activation::gelu:
      return map(GeluGradient{}, saved, diff_dst, diff_src, n);
    case Activation::silu:
      return map(SiluGradient{}, saved, diff_dst, diff_src, n);
    case Activation::tanh:
      return map(TanhGradient{}, saved, diff_dst, diff_src, n);
    case Activation::sigmoid:
      return map(SigmoidGradient{}, saved, diff_dst, diff_src, n);
    case Activation::hard_sigmoid:
      return map(CutGradient{constants.a, 0, 1}, saved, diff_dst, diff_src, n);
    case Activation::hard_swish:
      return map(HardSwishGradient{}, saved, diff_dst, diff_src, n);
    case Activation::clip:
      return map(CutGradient{1, constants.a, constants.b}, saved, diff_dst, diff_src, n);
  }
}

void sum(const float* a, const float* b, float* dst, std::size_t n) { map(Sum{}, a, b, dst, n); }
void product(float factor, float* values, std::size_t n) { map(Product{factor}, values, values, n); }
void products(const float* a, const float* b, float* dst, std::size_t n) { map(Products{}, a, b, dst, n); }

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tailor::kernels {

HWY_EXPORT(forward);
HWY_EXPORT(backward);
HWY_EXPORT(sum);
HWY_EXPORT(product);
HWY_EXPORT(products);

bool uses_output(Activation activation) {
  return activation != Activation::gelu && activation != Activation::silu &&
         activation != Activation::hard_swish;
}

void activation_forward(Activation activation, ActivationConstants constants, const float* src, float* dst,
                        std::size_t n) {
  HWY_DYNAMIC_DISPATCH(forward)(activation, constants, src, dst, n);
}

void activation_backward(Activation activation, ActivationConstants constants, const float* saved,
                         const float* diff_dst, float* diff_src, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(backward)(activation, constants, saved, diff_dst, diff_src, n);
}

void add(const float* a, const float* b, float* dst, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(sum)(a, b, dst, n);
}

void accumulate(const float* src, float* dst, std::size_t n) { HWY_DYNAMIC_DISPATCH(sum)(dst, src, dst, n); }

void multiply(float factor, float* values, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(product)(factor, values, n);
}

void multiply(const float* a, const float* b, float* dst, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(products)(a, b, dst, n);
}

}  // namespace tailor::kernels
#endif  // HWY_ONCE
