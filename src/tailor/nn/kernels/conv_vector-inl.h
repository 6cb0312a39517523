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

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// At most 16 lanes, because packed weights and scratch come in blocks of 16 channels.
using Floats = hn::CappedTag<float, 16>;
using Vector = hn::Vec<Floats>;
constexpr int lanes = static_cast<int>(hn::MaxLanes(Floats()));

HWY_INLINE Vector load(const float* from) { return hn::LoadU(Floats(), from); }
HWY_INLINE void store(Vector v, float* to) { hn::StoreU(v, Floats(), to); }
HWY_INLINE Vector broadcast(float value) { return hn::Set(Floats(), value); }

// The first min(n, lanes) values, zeros behind them; touches no other memory.
HWY_INLINE Vector load_first(const float* from, int n) {
  if (n >= lanes) return load(from);
  HWY_ALIGN float part[lanes] = {};
  std::memcpy(part, from, static_cast<std::size_t>(n) * sizeof(float));
  return hn::Load(Floats(), part);
}

HWY_INLINE void store_first(Vector v, float* to, int n) {
  if (n >= lanes) return store(v, to);
  HWY_ALIGN float part[lanes];
  hn::Store(v, Floats(), part);
  std::memcpy(to, part, static_cast<std::size_t>(n) * sizeof(float));
}

// "x <= 0" rather than a maximum: NaN passes.
HWY_INLINE Vector relu(Vector x) { return hn::IfThenZeroElse(hn::Le(x, hn::Zero(Floats())), x); }

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // TAILOR_CONV_VECTOR_INL_H
