// Vectors that are only partly in memory: the tails of loops. Included by the fast kernels once for each
// instruction set, inside Highway's multiple inclusion.
#if defined(TAILOR_PART_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TAILOR_PART_INL_H
#undef TAILOR_PART_INL_H
#else
#define TAILOR_PART_INL_H
#endif

#include <cstddef>
#include <cstring>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The first n < Lanes(d) values; the other lanes are zero. Touches no memory behind them.
template <class D>
HWY_INLINE hn::Vec<D> load_part(D d, const hn::TFromD<D>* from, std::size_t n) {
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN hn::TFromD<D> lanes[HWY_MAX_BYTES / sizeof(hn::TFromD<D>)] = {};
  std::memcpy(lanes, from, n * sizeof(*from));
  return hn::Load(d, lanes);
#else
  return hn::MaskedLoad(hn::FirstN(d, n), d, from);
#endif
}

template <class D>
HWY_INLINE void store_part(hn::Vec<D> v, D d, hn::TFromD<D>* to, std::size_t n) {
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN hn::TFromD<D> lanes[HWY_MAX_BYTES / sizeof(hn::TFromD<D>)];
  hn::Store(v, d, lanes);
  std::memcpy(to, lanes, n * sizeof(*to));
#else
  hn::BlendedStore(v, hn::FirstN(d, n), d, to);
#endif
}

// min(n, Lanes(d)) values: for loops whose body is the same for whole vectors and tails.
template <class D>
HWY_INLINE hn::Vec<D> load_up_to(D d, const hn::TFromD<D>* from, std::size_t n) {
  return n >= hn::Lanes(d) ? hn::LoadU(d, from) : load_part(d, from, n);
}

template <class D>
HWY_INLINE void store_up_to(hn::Vec<D> v, D d, hn::TFromD<D>* to, std::size_t n) {
  if (n >= hn::Lanes(d)) {
    hn::StoreU(v, d, to);
  } else {
    store_part(v, d, to, n);
  }
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // TAILOR_PART_INL_H
