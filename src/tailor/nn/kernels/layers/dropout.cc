// Dropout: the mask is computed in registers beside the values.
#include "tailor/nn/kernels/layers/dropout.h"

#include "tailor/nn/kernels/common/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tailor/nn/kernels/layers/dropout.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tailor/nn/kernels/common/part-inl.h"
#include "tailor/nn/kernels/layers/dropout-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {

void apply_dropout(const float* src, float* dst, std::size_t n, const DropoutMask& mask) {
  const Dropout::Values d;
  const Dropout dropped(mask);
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    hn::StoreU(dropped(static_cast<std::uint32_t>(i), hn::LoadU(d, src + i)), d, dst + i);
  }
  if (i < n) {
    store_part(dropped(static_cast<std::uint32_t>(i), load_part(d, src + i, n - i)), d, dst + i, n - i);
  }
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tailor::kernels {

HWY_EXPORT(apply_dropout);

void dropout(const float* src, float* dst, std::size_t n, const DropoutMask& mask) {
  HWY_DYNAMIC_DISPATCH(apply_dropout)(src, dst, n, mask);
}

}  // namespace tailor::kernels
#endif  // HWY_ONCE
