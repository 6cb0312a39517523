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

struct Sum {
  HWY_INLINE V operator()(Tag, V a, V b) const { return hn::Add(a, b); }
};

struct Product {
  float factor;
  HWY_INLINE V operator()(Tag d, V x) const { return hn::Mul(x, hn::Set(d, factor)); }
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

void forward(Activation activation, float slope, const float* src, float* dst, std::size_t n) {
  switch (activation) {
    case Activation::relu:
      return map(Relu{}, src, dst, n);
    case Activation::leaky_relu:
      return map(LeakyRelu{slope}, src, dst, n);
    case Activation::elu:
      return map(Elu{slope}, src, dst, n);
    case Activation::gelu:
      return map(Gelu{}, src, dst, n);
    case Activation::silu:
      return map(Silu{}, src, dst, n);
    case Activation::tanh:
      return map(Tanh{}, src, dst, n);
  }
}

void backward(Activation activation, float slope, const float* saved, const float* diff_dst, float* diff_src,
              std::size_t n) {
  switch (activation) {
    case Activation::relu:
      return map(ReluGradient{}, saved, diff_dst, diff_src, n);
    case Activation::leaky_relu:
      return map(LeakyReluGradient{slope}, saved, diff_dst, diff_src, n);
    case Activation::elu:
      return map(EluGradient{slope}, saved, diff_dst, diff_src, n);
    case Activation::gelu:
      return map(GeluGradient{}, saved, diff_dst, diff_src, n);
    case Activation::silu:
      return map(SiluGradient{}, saved, diff_dst, diff_src, n);
    case Activation::tanh:
      return map(TanhGradient{}, saved, diff_dst, diff_src, n);
  }
}

void sum(const float* a, const float* b, float* dst, std::size_t n) { map(Sum{}, a, b, dst, n); }
void product(float factor, float* values, std::size_t n) { map(Product{factor}, values, values, n); }

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tailor::kernels {

HWY_EXPORT(forward);
HWY_EXPORT(backward);
HWY_EXPORT(sum);
HWY_EXPORT(product);

bool uses_output(Activation activation) {
  return activation != Activation::gelu && activation != Activation::silu;
}

void activation_forward(Activation activation, float slope, const float* src, float* dst, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(forward)(activation, slope, src, dst, n);
}

void activation_backward(Activation activation, float slope, const float* saved, const float* diff_dst,
                         float* diff_src, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(backward)(activation, slope, saved, diff_dst, diff_src, n);
}

void add(const float* a, const float* b, float* dst, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(sum)(a, b, dst, n);
}

void accumulate(const float* src, float* dst, std::size_t n) { HWY_DYNAMIC_DISPATCH(sum)(dst, src, dst, n); }

void multiply(float factor, float* values, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(product)(factor, values, n);
}

}  // namespace tailor::kernels
#endif  // HWY_ONCE
