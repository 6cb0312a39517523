// Plain loops: the definition of dropout.
#include "tailor/base/random.h"
#include "tailor/nn/kernels/layers/dropout.h"

namespace tailor::kernels::reference {

void dropout(const float* src, float* dst, std::size_t n, const DropoutMask& mask) {
  const float scale = 1 / (1 - mask.rate);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t bits = mask_bits(mask.key, mask.first + static_cast<std::uint32_t>(i));
    dst[i] = bits >= static_cast<double>(mask.rate) * 0x1p32 ? src[i] * scale : 0;
  }
}

}  // namespace tailor::kernels::reference
