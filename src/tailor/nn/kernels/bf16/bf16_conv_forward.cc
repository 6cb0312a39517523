// Convolutions of an image, forward and (with the flipped weights) of a gradient.
#include "tailor/base/rounding.h"
#include "tailor/nn/kernels/bf16/amx-inl.h"
#include "tailor/nn/kernels/bf16/bf16_conv.h"
#include "tailor/nn/kernels/bf16/bf16_conv_plan.h"

namespace tailor::kernels {
namespace {

// Sums of up to 16 pixels of two rows of the output, for up to two tiles of 16 outputs.
struct Sums {
  alignas(64) float of[2][2][tile_sums];  // [upper, lower row][tile of outputs][pixel][output]
};

// Where the results of one call go.
struct OutputBlock {
  int row, column;  // of the upper left output
  int pixels;       // in each row
  int tile;         // of outputs
};

class Convolve {
 public:
  TAILOR_AMX Convolve(const ConvShape& s, const Bf16* map, const Bf16* packed, const float* bias)
      : s_(s), plan_(s), map_(map), packed_(packed), bias_(bias) {}

  // Calls finish(sums, place, tiles) for two rows and a part of the width at a time until height x width
  // outputs are done. An odd last row is computed twice; parts may overlap.
  template <class Finish>
  TAILOR_AMX void run(int height, int width, bool even, const Finish& finish) const {
    const int parts = ceil_div(width, tile_rows);
    int pixels = ceil_div(width, parts);
    if (even) pixels += pixels % 2;
    const TileRegisters registers(pixels);
    finish_writes();
    Sums sums;
    for (int tile = 0; tile < plan_.output_tiles; tile += 2) {
      const bool both = tile + 1 < plan_.output_tiles;
      for (int row = 0; row < height; row += 2) {
        for (int part = 0; part < parts; ++part) {
          const OutputBlock place{row, std::min(part * pixels, width - pixels), pixels, tile};
          if (both)
            multiply<true>(place, std::min(row + 1, height - 1), sums);
          else
            multiply<false>(place, std::min(row + 1, height - 1), sums);
          finish(sums, place, both ? 2 : 1);
        }
      }
    }
  }

  TAILOR_AMX __m512 bias(int tile) const {
    if (bias_ == nullptr) return _mm512_setzero_ps();
    return _mm512_maskz_loadu_ps(lanes(tile), bias_ + tile * 16);
  }
  TAILOR_AMX __mmask16 lanes(int tile) const { return first_lanes(s_.out_channels - tile * 16); }

 private:
  template <bool Both>
  TAILOR_AMX void multiply(const OutputBlock& place, int lower_row, Sums& sums) const {
    const std::size_t step = static_cast<std::size_t>(plan_.output_tiles) * tile_values;
    const Bf16* weights = packed_ + static_cast<std::size_t>(place.tile) * tile_values;
    zero_tiles<Both>();
    for (int i = 0; i < s_.kernel_height; ++i) {
      for (int j = 0; j < s_.kernel_width; ++j) {
        const Bf16* upper = map_ + plan_.pixel(place.row + i, place.column + j);
        const Bf16* lower = map_ + plan_.pixel(lower_row + i, place.column + j);
        for (int c = 0; c < plan_.channels; c += tile_depth, weights += step)
          multiply_tiles<Both>(upper + c, lower + c, static_cast<std::size_t>(plan_.channels) * sizeof(Bf16),
                               weights, weights + tile_values);
      }
    }
    store_tiles<Both>(sums.of[0][0], tile_sums, 2 * tile_sums);
  }

  const ConvShape& s_;
  Bf16ConvPlan plan_;
  const Bf16* map_;
  const Bf16* packed_;
  const float* bias_;
};

struct Store {
  TAILOR_AMX void operator()(const Sums& sums, const OutputBlock& place, int tiles) const {
    for (int t = 0; t < tiles; ++t) {
      const __m512 bias = convolve.bias(place.tile + t);
      const __mmask16 lanes = convolve.lanes(place.tile + t);
      for (int r = 0; r < std::min(2, s.out_height - place.row); ++r) {
        float* to = y +
                    (static_cast<std::size_t>(place.row + r) * s.out_width + place.column) * s.out_channels +
                    (place.tile + t) * 16;
        for (int p = 0; p < place.pixels; ++p, to += s.out_channels) {
          __m512 v = _mm512_add_ps(_mm512_load_ps(sums.of[r][t] + p * 16), bias);
          // Not "v > 0": NaN must stay.
          if (relu) v = _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(v, _mm512_setzero_ps(), _CMP_NLE_UQ), v);
          _mm512_mask_storeu_ps(to, lanes, v);
        }
      }
    }
  }
  const ConvShape& s;
  const Convolve& convolve;
  bool relu;
  float* y;
};

struct Pool {
  // Replaces `best` where v is larger, or where v is NaN and `best` is not.
  TAILOR_AMX_INLINE static void compare(__m512 v, int number, __m512& best, __m512i& place) {
    const __mmask16 larger = static_cast<__mmask16>(_mm512_cmp_ps_mask(v, best, _CMP_GT_OQ) |
                                                    _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q));
    best = _mm512_mask_mov_ps(best, larger, v);
    place = _mm512_mask_mov_epi32(place, larger, _mm512_set1_epi32(number));
  }
  TAILOR_AMX void operator()(const Sums& sums, const OutputBlock& at, int tiles) const {
    for (int t = 0; t < tiles; ++t) {
      const __m512 bias = convolve.bias(at.tile + t);
      const __mmask16 lanes = convolve.lanes(at.tile + t);
      std::size_t to =
          (static_cast<std::size_t>(at.row / 2) * (s.out_width / 2) + at.column / 2) * s.out_channels +
          (at.tile + t) * 16;
      for (int p = 0; p < at.pixels; p += 2, to += s.out_channels) {
        const float *upper = sums.of[0][t] + p * 16, *lower = sums.of[1][t] + p * 16;
        __m512 best = _mm512_load_ps(upper);
        __m512i place = _mm512_setzero_si512();
        compare(_mm512_load_ps(upper + 16), 1, best, place);
        compare(_mm512_load_ps(lower), 2, best, place);
        compare(_mm512_load_ps(lower + 16), 3, best, place);
        best = _mm512_add_ps(best, bias);
        best = _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(best, _mm512_setzero_ps(), _CMP_NLE_UQ), best);
        _mm512_mask_storeu_ps(y + to, lanes, best);
        _mm512_mask_cvtepi32_storeu_epi8(argmax + to, lanes, place);
      }
    }
  }
  const ConvShape& s;
  const Convolve& convolve;
  float* y;
  std::uint8_t* argmax;
};

}  // namespace

bool bf16_conv_supports(const ConvShape& s) {
  return s.plain() && s.padding() < s.kernel_height && data_gradient_shape(s).plain();
}

TAILOR_AMX void bf16_forward(const ConvShape& s, const Bf16* map, const Bf16* packed, const float* bias,
                             bool relu, float* y) {
  const Convolve convolve(s, map, packed, bias);
  convolve.run(s.out_height, s.out_width, false, Store{s, convolve, relu, y});
}

TAILOR_AMX void bf16_forward_pool(const ConvShape& s, const Bf16* map, const Bf16* packed, const float* bias,
                                  float* y, std::uint8_t* argmax) {
  const Convolve convolve(s, map, packed, bias);
  convolve.run(s.out_height / 2 * 2, s.out_width / 2 * 2, true, Pool{s, convolve, y, argmax});
}

}  // namespace tailor::kernels
