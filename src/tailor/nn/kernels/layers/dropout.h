// Dropout with a mask that is never stored: a pure function of a key and a value's number, so that the
// backward pass and any division among threads see the same one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tailor::kernels {

// Value i is kept if mask_bits(key, first + i) >= rate * 2^32 (base/random.h).
struct DropoutMask {
  std::uint32_t key = 0;
  std::uint32_t first = 0;  // number of value 0
  float rate = 0;           // in [0, 1); 0: all are kept
};

// dst[i] = kept ? src[i] * (1 / (1 - rate)) : 0. The backward pass is the same call on gradients. dst may be
// src.
void dropout(const float* src, float* dst, std::size_t n, const DropoutMask& mask);

namespace reference {
void dropout(const float* src, float* dst, std::size_t n, const DropoutMask& mask);
}

}  // namespace tailor::kernels
