// base/random.h's mask_bits in vector registers, for dropout alone and for kernels that fuse it. Included
// once for each instruction set.
#if defined(TAILOR_DROPOUT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TAILOR_DROPOUT_INL_H
#undef TAILOR_DROPOUT_INL_H
#else
#define TAILOR_DROPOUT_INL_H
#endif

#include <cmath>
#include <cstdint>

#include <hwy/highway.h>

#include "tailor/nn/kernels/layers/dropout.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

class Dropout {
 public:
  using Bits = hn::CappedTag<std::uint32_t, 16>;
  using Values = hn::CappedTag<float, 16>;

  HWY_INLINE explicit Dropout(const DropoutMask& mask)
      // The counter's multiplication is linear: i * c + (first * c + key).
      : start_(mask.first * 0x9e3779b9u + mask.key),
        // An integer is at least rate * 2^32 exactly if it is at least the next integer; the product is
        // exact.
        threshold_(static_cast<std::uint32_t>(std::ceil(static_cast<double>(mask.rate) * 0x1p32))),
        scale_(1 / (1 - mask.rate)) {}

  // Values i, i + 1, … of the mask: scaled or zero.
  HWY_INLINE hn::Vec<Values> operator()(std::uint32_t i, hn::Vec<Values> v) const {
    const Bits du;
    const Values df;
    const auto lanes = hn::Mul(hn::Iota(du, 0), hn::Set(du, 0x9e3779b9u));  // a constant
    auto x = hn::Add(lanes, hn::Set(du, start_ + i * 0x9e3779b9u));
    x = hn::Mul(hn::Xor(x, hn::ShiftRight<16>(x)), hn::Set(du, 0x7feb352du));
    x = hn::Mul(hn::Xor(x, hn::ShiftRight<15>(x)), hn::Set(du, 0x846ca68bu));
    x = hn::Xor(x, hn::ShiftRight<16>(x));
    const auto dropped = hn::RebindMask(df, hn::Lt(x, hn::Set(du, threshold_)));
    return hn::IfThenZeroElse(dropped, hn::Mul(v, hn::Set(df, scale_)));
  }

 private:
  std::uint32_t start_, threshold_;
  float scale_;
};

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // TAILOR_DROPOUT_INL_H
