// What the convolution kernels share: the vector type, partial vectors, ReLU. Included once for each
// instruction set.
#if defined(TAILOR_CONV_VECTOR_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TAILOR_CONV_VECTOR_INL_H
#undef TAILOR_CONV_VECTOR_INL_H
#else
#define TAILOR_CONV_VECTOR_INL_H
#endif

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <hwy/highway.h>

#include "tailor/nn/kernels/common/part-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// At most 16 lanes, because packed weights and scratch come in blocks of 16 channels.
using Floats = hn::CappedTag<float, 16>;
using Vector = hn::Vec<Floats>;
constexpr int vector_width = static_cast<int>(hn::MaxLanes(Floats()));

HWY_INLINE Vector load(const float* from) { return hn::LoadU(Floats(), from); }
HWY_INLINE void store(Vector v, float* to) { hn::StoreU(v, Floats(), to); }
HWY_INLINE Vector broadcast(float value) { return hn::Set(Floats(), value); }

// The first min(n, vector_width) values, zeros behind them; touches no other memory.
HWY_INLINE Vector load_first(const float* from, std::size_t n) { return load_up_to(Floats(), from, n); }
HWY_INLINE void store_first(Vector v, float* to, std::size_t n) { store_up_to(v, Floats(), to, n); }

// "x <= 0" rather than a maximum: NaN passes.
HWY_INLINE Vector relu(Vector x) { return hn::IfThenZeroElse(hn::Le(x, hn::Zero(Floats())), x); }

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // TAILOR_CONV_VECTOR_INL_H
