// Which of up to 64 values are not zero, as the bits of one word: what the sparse kernels walk. Included once
// for each instruction set.
#if defined(TAILOR_NONZEROS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TAILOR_NONZEROS_INL_H
#undef TAILOR_NONZEROS_INL_H
#else
#define TAILOR_NONZEROS_INL_H
#endif

#include "tailor/nn/kernels/conv_vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {

template <class D>
HWY_INLINE std::uint64_t mask_word(D d, hn::Mask<D> mask) {
  std::uint64_t word = 0;
  hn::StoreMaskBits(d, mask, reinterpret_cast<std::uint8_t*>(&word));
  return word;
}

// The bits of n lanes from lane 0 on, all lanes if there are fewer.
HWY_INLINE std::uint64_t first_bits(int n) {
  return n >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1;
}

// Bit i: x[i] is not zero; NaN is not zero. n <= 64; whole blocks of 64 are faster.
HWY_INLINE std::uint64_t nonzero_bits(const float* x, int n) {
  std::uint64_t word = 0;
  if (n == 64) {
    TAILOR_UNROLL
    for (int i = 0; i < 64; i += lane_count)
      word |= mask_word(Floats(), hn::Eq(load(x + i), hn::Zero(Floats()))) << i;
    return ~word;
  }
  for (int i = 0; i < n; i += lane_count) {
    const auto zero = hn::Eq(load_first(x + i, static_cast<std::size_t>(n - i)), hn::Zero(Floats()));
    word |= (~mask_word(Floats(), zero) & first_bits(HWY_MIN(n - i, lane_count))) << i;
  }
  return word;
}

// The place of the lowest bit that is set.
HWY_INLINE int lowest_bit(std::uint64_t word) {
  return static_cast<int>(hwy::Num0BitsBelowLS1Bit_Nonzero64(word));
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // TAILOR_NONZEROS_INL_H
