// What the bf16 kernels share: the tiles' configuration and the orders that tiles want their operands in.
//
// Eight tile registers hold up to 16 rows of 64 bytes. _tile_dpbf16ps(c, a, b) adds a b to c: c [16][16]
// float, a [16][32] bf16, b [32][16] bf16 as pairs of rows: [16][16][2]. The time of a product is that of a's
// rows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <immintrin.h>

#include "tailor/nn/kernels/bf16/bf16.h"

#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes the undefined vectors within its own intrinsics for mistakes (its bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

// Every function that uses these instructions is compiled for them; nobody calls one without
// bf16_supported().
#define TAILOR_AMX __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16,amx-tile,amx-bf16")))
#define TAILOR_AMX_INLINE TAILOR_AMX __attribute__((always_inline)) inline

namespace tailor::kernels {

constexpr int tile_rows = 16, tile_depth = 32;
constexpr std::size_t tile_values = 512;  // bf16 values in a tile of operands
constexpr std::size_t tile_sums = 256;    // floats in a tile of sums
constexpr int line_bytes = 64;

// The registers' shapes for the time of a kernel: 0 to 3 are sums (0, 1: the upper rows; 2, 3: the lower
// ones), 4 and 5 the rows, of which there are `rows` each, 6 and 7 the columns. Gives the registers back at
// the end, so that the system need not save them.
class TileRegisters {
 public:
  TAILOR_AMX explicit TileRegisters(int rows = tile_rows) {
    struct alignas(64) {
      std::uint8_t palette = 1, start = 0, reserved[14] = {};
      std::uint16_t row_bytes[16] = {};
      std::uint8_t rows[16] = {};
    } config;
    for (int i = 0; i < 8; ++i) {
      config.row_bytes[i] = line_bytes;
      config.rows[i] = static_cast<std::uint8_t>(i < 6 ? rows : tile_rows);
    }
    _tile_loadconfig(&config);
  }
  TAILOR_AMX ~TileRegisters() { _tile_release(); }
  TileRegisters(const TileRegisters&) = delete;
  TileRegisters& operator=(const TileRegisters&) = delete;
};

// Compilers do not know that a tile's load reads memory: what was written before must be there.
inline void finish_writes() { asm volatile("" ::: "memory"); }

// Sums (0 and 2, with `Both` also 1 and 3) += rows at `upper`, `lower` times columns at `left`, `right`. A
// row of the former follows the other after row_bytes; columns are tiles without gaps.
template <bool Both>
TAILOR_AMX_INLINE void multiply_tiles(const Bf16* upper, const Bf16* lower, std::size_t row_bytes,
                                      const Bf16* left, const Bf16* right) {
  _tile_loadd(4, upper, row_bytes);
  _tile_loadd(6, left, line_bytes);
  _tile_dpbf16ps(0, 4, 6);
  _tile_loadd(5, lower, row_bytes);
  _tile_dpbf16ps(2, 5, 6);
  if constexpr (Both) {
    _tile_loadd(7, right, line_bytes);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(3, 5, 7);
  }
}

template <bool Both>
TAILOR_AMX_INLINE void zero_tiles() {
  _tile_zero(0);
  _tile_zero(2);
  if constexpr (Both) {
    _tile_zero(1);
    _tile_zero(3);
  }
}

// Tiles of sums without gaps; the right ones and the lower ones lie that many floats behind.
template <bool Both>
TAILOR_AMX_INLINE void load_tiles(const float* sums, std::size_t right, std::size_t lower) {
  _tile_loadd(0, sums, line_bytes);
  _tile_loadd(2, sums + lower, line_bytes);
  if constexpr (Both) {
    _tile_loadd(1, sums + right, line_bytes);
    _tile_loadd(3, sums + lower + right, line_bytes);
  }
}

template <bool Both>
TAILOR_AMX_INLINE void store_tiles(float* sums, std::size_t right, std::size_t lower) {
  _tile_stored(0, sums, line_bytes);
  _tile_stored(2, sums + lower, line_bytes);
  if constexpr (Both) {
    _tile_stored(1, sums + right, line_bytes);
    _tile_stored(3, sums + lower + right, line_bytes);
  }
}

// A mask of the first n of 16 lanes; all of them for n >= 16, none for n <= 0.
TAILOR_AMX_INLINE __mmask16 first_lanes(int n) {
  return static_cast<__mmask16>(n >= 16 ? 0xffff : n <= 0 ? 0 : (1 << n) - 1);
}

// 32 floats to bf16, `low` first.
TAILOR_AMX_INLINE __m512i round_both(__m512 low, __m512 high) {
  return reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(high, low));
}

// Lane i: low[i] in the lower half, high[i] in the upper one: a pair as tiles want it.
TAILOR_AMX_INLINE __m512i round_pairs(__m512 low, __m512 high) {
  const __m512i interleave = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8,
                                              23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  return _mm512_permutexvar_epi16(interleave, round_both(low, high));
}

// r[i] lane j becomes r[j] lane i, of 16 vectors of 16 32-bit lanes.
TAILOR_AMX_INLINE void transpose(__m512i (&r)[16]) {
  __m512i t[16];
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (int i = 0; i < 4; ++i) {
    t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
    t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
  }
  for (int i = 0; i < 4; ++i) {
    r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
    r[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
    r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
    r[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xdd);
  }
}

}  // namespace tailor::kernels
