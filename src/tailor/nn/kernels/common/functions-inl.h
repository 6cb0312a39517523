// Transcendental functions on vectors of float, accurate to a few units in the last place, NaN in gives NaN
// out. Included by the fast kernels once for each instruction set.
#if defined(TAILOR_FUNCTIONS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TAILOR_FUNCTIONS_INL_H
#undef TAILOR_FUNCTIONS_INL_H
#else
#define TAILOR_FUNCTIONS_INL_H
#endif

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// e^x. Highway's own ends at 104 and gives 0 for NaN.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V exp(D d, V x) {
  return hn::IfThenElse(hn::IsNaN(x), x, hn::Exp(d, hn::Min(x, hn::Set(d, 104.0f))));
}

// e^x - 1 for x <= 0; without cancellation near 0.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V expm1_negative(D d, V x) {
  return hn::IfThenElse(hn::IsNaN(x), x, hn::Expm1(d, hn::Min(x, hn::Zero(d))));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V tanh(D d, V x) {
  const V y = hn::Tanh(d, hn::Min(hn::Max(x, hn::Set(d, -20.0f)), hn::Set(d, 20.0f)));
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

// 1 / (1 + e^-x).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V sigmoid(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  return hn::Div(one, hn::Add(one, exp(d, hn::Neg(x))));
}

template <class V>
struct Normal {
  V distribution, density;
};

// The standard normal distribution Phi and its density. Phi(-a) = e^(-a^2 / 2) t q(t) for a >= 0, where
// t = 1 / (1 + 0.35 a / sqrt(2)) and q interpolates at the 10 Chebyshev nodes of a in [0, 13.5]: 1e-8
// relative. The density is below the smallest normal float beyond that.
template <class D, class V = hn::Vec<D>>
HWY_INLINE Normal<V> normal(D d, V x) {
  const V one = hn::Set(d, 1.0f), half = hn::Set(d, 0.5f);
  const V a = hn::Min(hn::Abs(x), hn::Set(d, 20.0f));
  // The rounding error of a^2 would be magnified by the exponential; it vanishes where there is no fused
  // multiply-add.
  const V square = hn::Mul(a, a);
  const V rounding = hn::Mul(half, hn::MulSub(a, a, square));
  V bell = hn::Exp(d, hn::Neg(hn::Mul(half, square)));
  bell = hn::NegMulAdd(bell, rounding, bell);

  const V t = hn::Div(one, hn::MulAdd(a, hn::Set(d, 0.247487373f), one));
  V q = hn::Set(d, 0.0179546079f);
  q = hn::MulAdd(q, t, hn::Set(d, -0.0726567107f));
  q = hn::MulAdd(q, t, hn::Set(d, 0.0746055451f));
  q = hn::MulAdd(q, t, hn::Set(d, 0.00784407956f));
  q = hn::MulAdd(q, t, hn::Set(d, 0.0252650267f));
  q = hn::MulAdd(q, t, hn::Set(d, 0.0829472602f));
  q = hn::MulAdd(q, t, hn::Set(d, 0.0721038979f));
  q = hn::MulAdd(q, t, hn::Set(d, 0.0947144268f));
  q = hn::MulAdd(q, t, hn::Set(d, 0.098474984f));
  q = hn::MulAdd(q, t, hn::Set(d, 0.0987468847f));
  const V tail = hn::Mul(bell, hn::Mul(t, q));

  const V distribution = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), tail, hn::Sub(one, tail));
  const auto unknown = hn::IsNaN(x);
  return {hn::IfThenElse(unknown, x, distribution),
          hn::IfThenElse(unknown, x, hn::Mul(bell, hn::Set(d, 0.398942280f)))};
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // TAILOR_FUNCTIONS_INL_H
