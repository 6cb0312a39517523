#include "tailor/nn/kernels/bf16/bf16_dense.h"

#include <cstring>

#include "tailor/base/rounding.h"
#include "tailor/nn/kernels/bf16/amx-inl.h"

namespace tailor::kernels {
namespace {

// Matrices are cut into tiles of 16 rows or columns, and 32 in depth; what is missing is zero.
constexpr int tiles16(int n) { return ceil_div(n, 16); }
constexpr int tiles32(int n) { return ceil_div(n, 32); }
constexpr int even(int n) { return (n + 1) / 2 * 2; }

constexpr int inputs_backward = 128;  // whose operands pass together

std::size_t size(int a, int b, std::size_t tile) { return static_cast<std::size_t>(a) * b * tile; }

// Rows of a matrix [rows][width] as tiles [rows / 16][columns / 32][16][32].
TAILOR_AMX void pack_rows(const float* from, int rows, std::size_t width, int columns, Bf16* to) {
  for (int r = 0; r < tiles16(rows) * 16; ++r) {
    for (int k = 0; k < tiles32(columns); ++k) {
      Bf16* tile = to + (static_cast<std::size_t>(r / 16) * tiles32(columns) + k) * tile_values +
                   static_cast<std::size_t>(r % 16) * tile_depth;
      const __mmask16 low = first_lanes(r < rows ? columns - 32 * k : 0),
                      high = first_lanes(r < rows ? columns - 32 * k - 16 : 0);
      const float* values = from + static_cast<std::size_t>(r) * width + 32 * k;
      _mm512_store_si512(
          tile, round_both(_mm512_maskz_loadu_ps(low, values), _mm512_maskz_loadu_ps(high, values + 16)));
    }
  }
}

// A matrix [depth][width] as tiles [depth / 32][columns / 16][16 pairs][16][2].
TAILOR_AMX void pack_columns(const float* from, int depth, std::size_t width, int columns, Bf16* to) {
  for (int k = 0; k < tiles32(depth) * 16; ++k) {
    const float* values = from + static_cast<std::size_t>(2 * k) * width;
    for (int c = 0; c < tiles16(columns); ++c) {
      Bf16* tile = to + (static_cast<std::size_t>(k / 16) * tiles16(columns) + c) * tile_values +
                   static_cast<std::size_t>(k % 16) * tile_depth;
      const __mmask16 low = first_lanes(2 * k < depth ? columns - 16 * c : 0),
                      high = first_lanes(2 * k + 1 < depth ? columns - 16 * c : 0);
      _mm512_store_si512(tile, round_pairs(_mm512_maskz_loadu_ps(low, values + 16 * c),
                                           _mm512_maskz_loadu_ps(high, values + width + 16 * c)));
    }
  }
}

// The transpose of a matrix [rows][width], of which `columns` count, as pack_columns has it: depth is along
// its columns. Tiles [columns / 32][rows / 16].
TAILOR_AMX void pack_columns_transposed(const float* from, int rows, std::size_t width, int columns,
                                        Bf16* to) {
  for (int k = 0; k < tiles32(columns); ++k) {
    const __mmask16 low = first_lanes(columns - 32 * k), high = first_lanes(columns - 32 * k - 16);
    for (int r = 0; r < tiles16(rows); ++r, to += tile_values) {
      __m512i lines[16];
      for (int i = 0; i < 16; ++i) {
        const bool there = 16 * r + i < rows;
        const float* values = from + static_cast<std::size_t>(16 * r + i) * width + 32 * k;
        lines[i] = round_both(_mm512_maskz_loadu_ps(static_cast<__mmask16>(there ? low : 0), values),
                              _mm512_maskz_loadu_ps(static_cast<__mmask16>(there ? high : 0), values + 16));
      }
      transpose(lines);
      for (int i = 0; i < 16; ++i) _mm512_store_si512(to + i * tile_depth, lines[i]);
    }
  }
}

// The transpose of a matrix [depth][width] as pack_rows has it: tiles [columns / 16][depth / 32].
TAILOR_AMX void pack_rows_transposed(const float* from, int depth, std::size_t width, int columns, Bf16* to) {
  for (int c = 0; c < tiles16(columns); ++c) {
    const __mmask16 lanes = first_lanes(columns - 16 * c);
    for (int k = 0; k < tiles32(depth); ++k, to += tile_values) {
      __m512i lines[16];
      for (int i = 0; i < 16; ++i) {
        const int d = 32 * k + 2 * i;
        const float* values = from + static_cast<std::size_t>(d) * width + 16 * c;
        lines[i] = round_pairs(
            _mm512_maskz_loadu_ps(static_cast<__mmask16>(d < depth ? lanes : 0), values),
            _mm512_maskz_loadu_ps(static_cast<__mmask16>(d + 1 < depth ? lanes : 0), values + width));
      }
      transpose(lines);
      for (int i = 0; i < 16; ++i) _mm512_store_si512(to + i * tile_depth, lines[i]);
    }
  }
}

// Two by two tiles of sums: rows [.][depth][tile] times columns [depth][columns][tile]. A missing second row
// or column is computed as the first again.
struct Block {
  const Bf16 *upper, *lower, *left, *right;
  std::size_t column_step;  // values from a depth to the next
  int depth;
};

TAILOR_AMX_INLINE void multiply_block(const Block& b) {
  for (int k = 0; k < b.depth; ++k) {
    const std::size_t rows = static_cast<std::size_t>(k) * tile_values,
                      columns = static_cast<std::size_t>(k) * b.column_step;
    multiply_tiles<true>(b.upper + rows, b.lower + rows, line_bytes, b.left + columns, b.right + columns);
  }
}

TAILOR_AMX_INLINE Block block(const Bf16* rows, int row_tile, int row_tiles, const Bf16* columns,
                              int column_tile, int column_tiles, int depth) {
  const std::size_t row_step = size(depth, 1, tile_values);
  const Bf16* upper = rows + static_cast<std::size_t>(row_tile) * row_step;
  const Bf16* left = columns + static_cast<std::size_t>(column_tile) * tile_values;
  return {upper,
          row_tile + 1 < row_tiles ? upper + row_step : upper,
          left,
          column_tile + 1 < column_tiles ? left + tile_values : left,
          size(column_tiles, 1, tile_values),
          depth};
}

// The intrinsic wants the number itself.
template <int Register>
TAILOR_AMX_INLINE void store_register(float* to, std::size_t row_bytes) {
  if constexpr (Register == 0) _tile_stored(0, to, row_bytes);
  if constexpr (Register == 1) _tile_stored(1, to, row_bytes);
  if constexpr (Register == 2) _tile_stored(2, to, row_bytes);
  if constexpr (Register == 3) _tile_stored(3, to, row_bytes);
}

// A tile of sums to a matrix: whole lines where it fits, else through a buffer.
template <int Register>
TAILOR_AMX_INLINE void store_tile(float* to, std::size_t width, int rows, int columns) {
  if (rows <= 0 || columns <= 0) return;
  if (rows >= 16 && columns >= 16) {
    store_register<Register>(to, width * sizeof(float));
    return;
  }
  alignas(64) float sums[tile_sums];
  store_register<Register>(sums, line_bytes);
  const __mmask16 lanes = first_lanes(columns);
  for (int r = 0; r < std::min(rows, 16); ++r)
    _mm512_mask_storeu_ps(to + static_cast<std::size_t>(r) * width, lanes, _mm512_load_ps(sums + r * 16));
}

}  // namespace

std::size_t bf16_dense_sums_floats(int rows, int out) {
  return size(even(tiles16(rows)), even(tiles16(out)), tile_sums);
}

std::size_t bf16_dense_forward_scratch(int rows, int out) {
  return size(tiles16(rows) + tiles16(out), tiles32(bf16_inputs_at_once), tile_values) * sizeof(Bf16);
}

TAILOR_AMX void bf16_dense_forward(const float* x, const float* w, int rows, int in, int out, int first,
                                   int count, float* sums, std::byte* scratch) {
  const int row_tiles = tiles16(rows), column_tiles = tiles16(out);
  Bf16* packed_x = reinterpret_cast<Bf16*>(scratch);
  Bf16* packed_w = packed_x + size(row_tiles, tiles32(bf16_inputs_at_once), tile_values);
  std::memset(sums, 0, bf16_dense_sums_floats(rows, out) * sizeof(float));
  const TileRegisters registers;
  for (int at = first; at < first + count; at += bf16_inputs_at_once) {
    const int inputs = std::min(bf16_inputs_at_once, first + count - at);
    pack_rows(x + at, rows, static_cast<std::size_t>(in), inputs, packed_x);
    pack_columns(w + static_cast<std::size_t>(at) * out, inputs, static_cast<std::size_t>(out), out,
                 packed_w);
    finish_writes();
    float* to = sums;  // blocks of two by two tiles
    for (int r = 0; r < row_tiles; r += 2) {
      for (int c = 0; c < column_tiles; c += 2, to += 4 * tile_sums) {
        load_tiles<true>(to, tile_sums, 2 * tile_sums);
        multiply_block(block(packed_x, r, row_tiles, packed_w, c, column_tiles, tiles32(inputs)));
        store_tiles<true>(to, tile_sums, 2 * tile_sums);
      }
    }
  }
}

TAILOR_AMX void bf16_dense_add_parts(const float* sums, int parts, const float* bias, int rows, int out,
                                     float* y) {
  const std::size_t step = bf16_dense_sums_floats(rows, out);
  const int blocks = even(tiles16(out)) / 2;
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < tiles16(out); ++c) {
      const std::size_t tile = (size(r / 32, blocks, 1) + static_cast<std::size_t>(c / 2)) * 4 +
                               static_cast<std::size_t>(r / 16 % 2 * 2 + c % 2);
      const float* from = sums + tile * tile_sums + static_cast<std::size_t>(r % 16) * 16;
      const __mmask16 lanes = first_lanes(out - 16 * c);
      __m512 sum = bias ? _mm512_maskz_loadu_ps(lanes, bias + 16 * c) : _mm512_setzero_ps();
      for (int p = 0; p < parts; ++p)
        sum = _mm512_add_ps(sum, _mm512_load_ps(from + static_cast<std::size_t>(p) * step));
      _mm512_mask_storeu_ps(y + static_cast<std::size_t>(r) * out + 16 * c, lanes, sum);
    }
  }
}

// First dy by rows (for dx), then by columns (for dw).
std::size_t bf16_dense_gradient_size(int rows, int out) {
  return size(tiles16(rows), tiles32(out), tile_values) + size(tiles32(rows), tiles16(out), tile_values);
}

TAILOR_AMX void bf16_dense_pack_gradient(const float* dy, int rows, int out, Bf16* packed) {
  pack_rows(dy, rows, static_cast<std::size_t>(out), out, packed);
  pack_columns(dy, rows, static_cast<std::size_t>(out), out,
               packed + size(tiles16(rows), tiles32(out), tile_values));
}

std::size_t bf16_dense_backward_scratch(int rows, int out) {
  return (size(tiles16(inputs_backward), tiles32(rows), tile_values) +
          size(tiles16(inputs_backward), tiles32(out), tile_values)) *
         sizeof(Bf16);
}

TAILOR_AMX void bf16_dense_backward(const Bf16* packed, const float* x, const float* w, int rows, int in,
                                    int out, int first, int count, float* dw, float* dx, std::byte* scratch) {
  const std::size_t width = static_cast<std::size_t>(in), outputs = static_cast<std::size_t>(out);
  const Bf16* dy_rows = packed;
  const Bf16* dy_columns = packed + size(tiles16(rows), tiles32(out), tile_values);
  Bf16* packed_x = reinterpret_cast<Bf16*>(scratch);
  Bf16* packed_w = packed_x + size(tiles16(inputs_backward), tiles32(rows), tile_values);
  const TileRegisters registers;
  for (int at = first; at < first + count; at += inputs_backward) {
    const int inputs = std::min(inputs_backward, first + count - at), input_tiles = tiles16(inputs);
    pack_rows_transposed(x + at, rows, width, inputs, packed_x);
    if (dx)
      pack_columns_transposed(w + static_cast<std::size_t>(at) * outputs, inputs, outputs, out, packed_w);
    finish_writes();
    for (int i = 0; i < input_tiles; i += 2) {
      for (int o = 0; o < tiles16(out); o += 2) {
        zero_tiles<true>();
        multiply_block(block(packed_x, i, input_tiles, dy_columns, o, tiles16(out), tiles32(rows)));
        float* to = dw + static_cast<std::size_t>(at + 16 * i) * outputs + 16 * o;
        store_tile<0>(to, outputs, inputs - 16 * i, out - 16 * o);
        store_tile<1>(to + 16, outputs, inputs - 16 * i, out - 16 * o - 16);
        store_tile<2>(to + 16 * outputs, outputs, inputs - 16 * i - 16, out - 16 * o);
        store_tile<3>(to + 16 * outputs + 16, outputs, inputs - 16 * i - 16, out - 16 * o - 16);
      }
    }
    if (!dx) continue;
    for (int r = 0; r < tiles16(rows); r += 2) {
      for (int i = 0; i < input_tiles; i += 2) {
        zero_tiles<true>();
        multiply_block(block(dy_rows, r, tiles16(rows), packed_w, i, input_tiles, tiles32(out)));
        float* to = dx + static_cast<std::size_t>(16 * r) * width + at + 16 * i;
        store_tile<0>(to, width, rows - 16 * r, inputs - 16 * i);
        store_tile<1>(to + 16, width, rows - 16 * r, inputs - 16 * i - 16);
        store_tile<2>(to + 16 * width, width, rows - 16 * r - 16, inputs - 16 * i);
        store_tile<3>(to + 16 * width + 16, width, rows - 16 * r - 16, inputs - 16 * i - 16);
      }
    }
  }
}

}  // namespace tailor::kernels
