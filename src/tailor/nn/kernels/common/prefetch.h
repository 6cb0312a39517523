// Asking for memory before it is used, where the processor does not look ahead by itself.
#pragma once

namespace tailor::kernels {

// The lines of n floats, a whole number of lines, into the second-level cache: long before they are used, or
// written.
[[gnu::always_inline]] inline void prefetch_early(const float* from, int n) {
  for (int i = 0; i < n; i += 16) __builtin_prefetch(from + i, 0, 2);
}

// … into the first: within some hundred cycles.
[[gnu::always_inline]] inline void prefetch_soon(const float* from, int n) {
  for (int i = 0; i < n; i += 16) __builtin_prefetch(from + i, 0, 3);
}

}  // namespace tailor::kernels
