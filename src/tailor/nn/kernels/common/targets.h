// Which instruction sets all vector code is compiled for, and loop unrolling. Include before any Highway
// header.
#pragma once

// AVX-512, AVX2 and the portable baseline. Sets better than plain AVX-512 (lower bits) would compile the same
// code again, and nothing that runs this is between SSE2 and AVX2. Vectors are kept in structures and arrays,
// which the sizeless types of SVE and RISC-V forbid; NEON and plain loops serve those machines.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS \
  ((HWY_AVX3 - 1) | HWY_SSSE3 | HWY_SSE4 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

// Before a loop over registers: it must be unrolled fully or the registers become memory.
#if defined(__clang__)
#define TAILOR_UNROLL _Pragma("clang loop unroll(full)")
#else
#define TAILOR_UNROLL _Pragma("GCC unroll 64")
#endif
