// Compresses a pooled gradient into lists of its non-zeros, and packs the weights that the lists are
// multiplied with.
#include "tailor/nn/kernels/common/targets.h"
#include "tailor/nn/kernels/sparse/sparse_conv.h"
#include "tailor/nn/kernels/sparse/sparse_conv_plan.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tailor/nn/kernels/sparse/sparse_conv_scan.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tailor/base/rounding.h"
#include "tailor/nn/kernels/sparse/nonzeros-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {
namespace {

using Size = std::size_t;
using Bytes = hn::CappedTag<std::uint8_t, 64>;

// Which of n <= 64 places are each of 0..3.
HWY_INLINE void split_places(const std::uint8_t* places, int n, std::uint64_t (&masks)[4]) {
  constexpr int step = static_cast<int>(hn::MaxLanes(Bytes()));
  for (std::uint64_t& mask : masks) mask = 0;
  for (int i = 0; i < n; i += step) {
    const auto part = load_up_to(Bytes(), places + i, static_cast<Size>(n - i));
    TAILOR_UNROLL
    for (int a = 0; a < 4; ++a) {
      masks[a] |= mask_word(Bytes(), hn::Eq(part, hn::Set(Bytes(), static_cast<std::uint8_t>(a)))) << i;
    }
  }
}

// The masks of n <= 64 gradients of one pixel, `words` apart; returns how many bits are set.
HWY_INLINE int pixel_masks(const float* gradient, const float* y, const std::uint8_t* argmax, int n,
                           int words, std::uint64_t* masks) {
  std::uint64_t nonzero = nonzero_bits(gradient, n);
  if (y) nonzero &= ~bits_where(y, n, IsSilent());  // NaN is not silent
  std::uint64_t places[4];
  split_places(argmax, n, places);
  TAILOR_UNROLL
  for (int a = 0; a < 4; ++a) masks[a * words] = nonzero & places[a];
  return static_cast<int>(hwy::PopCount(nonzero));
}

}  // namespace

// Masks as SparseGradient describes them; returns how many bits are set.
int sparse_masks(const ConvShape& s, int pixels, const float* gradient, const float* y,
                 const std::uint8_t* argmax, std::uint64_t* masks) {
  const int words = ceil_div(s.out_channels, 64);
  int count = 0;
  for (int q = 0; q < pixels; ++q, masks += 4 * words) {
    for (int word = 0; word < words; ++word) {
      const Size at = static_cast<Size>(q) * s.out_channels + 64 * word;
      const float* silence = y ? y + at : nullptr;
      const int left = s.out_channels - 64 * word;
      count += left >= 64 ? pixel_masks(gradient + at, silence, argmax + at, 64, words, masks + word)
                          : pixel_masks(gradient + at, silence, argmax + at, left, words, masks + word);
    }
  }
  return count;
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tailor::kernels {

HWY_EXPORT(sparse_masks);

bool sparse_supports(const ConvShape& s) {
  return s.kernel_height == 3 && s.kernel_width == 3 && s.plain() && (s.padding() == 0 || s.padding() == 1);
}

std::size_t sparse_scratch_floats(const ConvShape& s) {
  const SparsePlan plan(s);
  return plan.mask_floats() + plan.copy_floats() + plan.strip_floats(s.out_channels);
}

std::size_t sparse_weight_floats(const ConvShape& s) {
  return static_cast<std::size_t>(9) * s.out_channels * SparsePlan(s).in_padded;
}

void sparse_pack_weights(const ConvShape& s, const float* weights, float* packed) {
  const int rows = 9 * s.out_channels;
  for (int block = 0; block < s.in_channels; block += 16) {
    for (int row = 0; row < rows; ++row, packed += 16) {
      const float* from = weights + static_cast<std::size_t>(row) * s.in_channels + block;
      const int n = std::min(16, s.in_channels - block);
      std::copy_n(from, n, packed);
      std::fill(packed + n, packed + 16, 0.0f);
    }
  }
}

SparseGradient sparse_scan(const ConvShape& s, const float* pooled_gradient, float scale, const float* y,
                           const std::uint8_t* argmax, float* scratch) {
  const SparsePlan plan(s);
  auto* masks = reinterpret_cast<std::uint64_t*>(scratch);
  const int count = HWY_DYNAMIC_DISPATCH(sparse_masks)(s, plan.pixels, pooled_gradient, y, argmax, masks);
  return {count, masks, pooled_gradient, scale, argmax, scratch + plan.mask_floats()};
}

}  // namespace tailor::kernels
#endif  // HWY_ONCE
