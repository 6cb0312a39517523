// Which of up to 64 values are not zero, as the bits of one word: what the sparse kernels walk. Included once
// for each instruction set.
#if defined(TAILOR_NONZEROS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TAILOR_NONZEROS_INL_H
#undef TAILOR_NONZEROS_INL_H
#else
#define TAILOR_NONZEROS_INL_H
#endif

#include <type_traits>

#include "tailor/nn/kernels/common/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {

// One bit for each lane. The integer is as large as the mask, and passes through a register as such: GCC 12
// makes one instruction of a comparison and the widening of its 16 bits to 64, and where it runs out of
// registers stores the 16 and reads back 64 (found by the tsan build, kmovw to memory).
template <class D>
HWY_INLINE std::uint64_t mask_word(D d, hn::Mask<D> mask) {
  constexpr std::size_t lanes = hn::MaxLanes(D());
  static_assert(lanes <= 64);
  using UpTo32 = std::conditional_t<lanes <= 16, std::uint16_t, std::uint32_t>;
  using Bits =
      std::conditional_t<lanes <= 8, std::uint8_t, std::conditional_t<lanes <= 32, UpTo32, std::uint64_t>>;
  Bits bits = 0;
  hn::StoreMaskBits(d, mask, reinterpret_cast<std::uint8_t*>(&bits));
  asm("" : "+r"(bits));
  return bits;
}

// The bits of n lanes from lane 0 on, all lanes if there are fewer.
HWY_INLINE std::uint64_t first_bits(int n) {
  return n >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1;
}

// Bit i: where(x[i]), for n <= 64 values; whole blocks of 64 are faster.
template <class Where>
HWY_INLINE std::uint64_t bits_where(const float* x, int n, Where where) {
  std::uint64_t word = 0;
  if (n == 64) {
    TAILOR_UNROLL
    for (int i = 0; i < 64; i += vector_width) word |= mask_word(Floats(), where(load(x + i))) << i;
    return word;
  }
  for (int i = 0; i < n; i += vector_width)
    word |= mask_word(Floats(), where(load_first(x + i, static_cast<std::size_t>(n - i)))) << i;
  return word & first_bits(n);
}

struct IsZero {
  HWY_INLINE hn::Mask<Floats> operator()(Vector x) const { return hn::Eq(x, hn::Zero(Floats())); }
};

struct IsSilent {  // behind a ReLU
  HWY_INLINE hn::Mask<Floats> operator()(Vector x) const { return hn::Le(x, hn::Zero(Floats())); }
};

// Bit i: x[i] is not zero; NaN is not zero.
HWY_INLINE std::uint64_t nonzero_bits(const float* x, int n) {
  return ~bits_where(x, n, IsZero()) & first_bits(n);
}

// The place of the lowest bit that is set.
HWY_INLINE int lowest_bit(std::uint64_t word) {
  return static_cast<int>(hwy::Num0BitsBelowLS1Bit_Nonzero64(word));
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // TAILOR_NONZEROS_INL_H
