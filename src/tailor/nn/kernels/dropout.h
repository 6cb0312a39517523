// Dropout with a mask that is never stored: a pure function of a key and a value's number, so that the
// backward pass and any division among threads see the same one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tailor::kernels {

// dst[i] = mask_bits(key, first + i) >= rate * 2^32 ? src[i] * (1 / (1 - rate)) : 0 (base/random.h); rate in
// [0, 1). The backward pass is the same call on gradients. dst may be src.
void dropout(const float* src, float* dst, std::size_t n, std::uint32_t key, std::uint32_t first, float rate);

namespace reference {
void dropout(const float* src, float* dst, std::size_t n, std::uint32_t key, std::uint32_t first, float rate);
}

}  // namespace tailor::kernels
