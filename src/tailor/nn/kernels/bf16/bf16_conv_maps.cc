// Images and gradients into the orders that tiles are loaded from.
#include <cstring>

#include "tailor/nn/kernels/bf16/amx-inl.h"
#include "tailor/nn/kernels/bf16/bf16_conv.h"
#include "tailor/nn/kernels/bf16/bf16_conv_plan.h"

namespace tailor::kernels {
namespace {

// Zeros around the part of a map that will be written: `pixels` of each row of `height` rows, from (top,
// left).
void clear_border(Bf16* map, int rows, int row_pixels, int channels, int top, int left, int height,
                  int pixels) {
  const auto clear = [&](int row, int first, int last) {
    std::memset(map + (static_cast<std::size_t>(row) * row_pixels + first) * channels, 0,
                static_cast<std::size_t>(last - first) * channels * sizeof(Bf16));
  };
  for (int row = 0; row < rows; ++row) {
    if (row < top || row >= top + height) {
      clear(row, 0, row_pixels);
      continue;
    }
    clear(row, 0, left);
    clear(row, left + pixels, row_pixels);
  }
}

// The two orders of a gradient, filled 16 channels of two neighbours in a row at a time until height x width
// of them are.
class GradientMaps {
 public:
  TAILOR_AMX GradientMaps(const ConvShape& s, int height, int width, Bf16* map, Bf16* pairs)
      : border_(data_gradient_shape(s).padding()),
        plan_(s),
        back_(data_gradient_shape(s)),
        map_(map),
        pairs_(pairs) {
    const int written = (width + 1) / 2 * 2;
    const std::size_t behind = static_cast<std::size_t>(height) * plan_.row_pixels * 16;
    for (int tile = 0; tile < plan_.output_tiles; ++tile) {
      Bf16* to = pairs + static_cast<std::size_t>(tile) * plan_.tile_pairs();
      clear_border(to, height, plan_.row_pixels, 16, 0, 0, height, written);
      std::memset(to + behind, 0, (plan_.tile_pairs() - behind) * sizeof(Bf16));
    }
    // Channels that only round 16 up to 32 are never written.
    if (map && back_.channels > plan_.outputs)
      std::memset(map, 0, bf16_map_size(data_gradient_shape(s)) * sizeof(Bf16));
    else if (map)
      clear_border(map, back_.rows, back_.row_pixels, back_.channels, border_, border_, height, width);
  }

  // Of the pixels (row, column), where `column` is even, and (row, column + 1), if there is a second one.
  TAILOR_AMX_INLINE void put(int row, int column, int channel, __m256i left, __m256i right, bool second) {
    const std::size_t pixel = static_cast<std::size_t>(row) * plan_.row_pixels + column;
    _mm512_store_si512(
        pairs_ + static_cast<std::size_t>(channel / 16) * plan_.tile_pairs() + pixel * 16,
        _mm512_or_si512(_mm512_cvtepu16_epi32(left), _mm512_slli_epi32(_mm512_cvtepu16_epi32(right), 16)));
    if (map_ == nullptr) return;
    Bf16* to = map_ + back_.pixel(row + border_, column + border_) + channel;
    _mm256_store_si256(reinterpret_cast<__m256i*>(to), left);
    if (second) _mm256_store_si256(reinterpret_cast<__m256i*>(to + back_.channels), right);
  }

 private:
  int border_;
  Bf16ConvPlan plan_, back_;
  Bf16* map_;
  Bf16* pairs_;
};

TAILOR_AMX_INLINE __m256i rounded(__m512 values) {
  return reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(values));
}

// 16 values of a gradient, zero where y is not positive (NaN is: what it silences nobody knows).
TAILOR_AMX_INLINE __m512 passing(const float* dy, const float* y, std::size_t at, __mmask16 lanes) {
  if (y)
    lanes = _mm512_mask_cmp_ps_mask(lanes, _mm512_maskz_loadu_ps(lanes, y + at), _mm512_setzero_ps(),
                                    _CMP_NLE_UQ);
  return _mm512_maskz_loadu_ps(lanes, dy + at);
}

}  // namespace

std::size_t bf16_map_size(const ConvShape& s) {
  const Bf16ConvPlan plan(s);
  return plan.map_pixels() * plan.channels;
}

TAILOR_AMX void bf16_round_image(const ConvShape& s, const float* x, Bf16* map) {
  const Bf16ConvPlan plan(s);
  clear_border(map, plan.rows, plan.row_pixels, plan.channels, s.padding(), s.padding(), s.in_height,
               s.in_width);
  for (int row = 0; row < s.in_height; ++row) {
    Bf16* to = map + plan.pixel(row + s.padding(), s.padding());
    if (s.in_channels == plan.channels) {  // without gaps
      const int values = s.in_width * s.in_channels;
      for (int i = 0; i < values; i += 32)
        _mm512_store_si512(to + i, round_both(_mm512_loadu_ps(x + i), _mm512_loadu_ps(x + i + 16)));
      x += values;
      continue;
    }
    for (int column = 0; column < s.in_width; ++column, x += s.in_channels, to += plan.channels) {
      for (int c = 0; c < plan.channels; c += 32) {
        const __mmask16 low = first_lanes(s.in_channels - c), high = first_lanes(s.in_channels - c - 16);
        _mm512_store_si512(
            to + c, round_both(_mm512_maskz_loadu_ps(low, x + c), _mm512_maskz_loadu_ps(high, x + c + 16)));
      }
    }
  }
}

std::size_t bf16_pairs_size(const ConvShape& s) {
  const Bf16ConvPlan plan(s);
  return plan.tile_pairs() * plan.output_tiles;
}

TAILOR_AMX void bf16_spread_gradient(const ConvShape& s, const float* dy, const float* y, Bf16* map,
                                     Bf16* pairs, float* db) {
  GradientMaps maps(s, s.out_height, s.out_width, map, pairs);
  for (int c = 0; c < s.out_channels; c += 16) {
    const __mmask16 lanes = first_lanes(s.out_channels - c);
    __m512 sum = _mm512_setzero_ps();
    for (int row = 0; row < s.out_height; ++row) {
      for (int column = 0; column < s.out_width; column += 2) {
        const std::size_t at = (static_cast<std::size_t>(row) * s.out_width + column) * s.out_channels + c;
        const bool second = column + 1 < s.out_width;
        const __m512 left = passing(dy, y, at, lanes);
        const __m512 right = second ? passing(dy, y, at + static_cast<std::size_t>(s.out_channels), lanes)
                                    : _mm512_setzero_ps();
        sum = _mm512_add_ps(sum, _mm512_add_ps(left, right));
        maps.put(row, column, c, rounded(left), rounded(right), second);
      }
    }
    if (db) _mm512_mask_storeu_ps(db + c, lanes, _mm512_add_ps(sum, _mm512_maskz_loadu_ps(lanes, db + c)));
  }
}

TAILOR_AMX void bf16_spread_pooled_gradient(const ConvShape& s, const float* dy, const float* y,
                                            const std::uint8_t* argmax, Bf16* map, Bf16* pairs, float* db) {
  const int height = s.out_height / 2, width = s.out_width / 2;
  GradientMaps maps(s, 2 * height, 2 * width, map, pairs);
  for (int c = 0; c < s.out_channels; c += 16) {
    const __mmask16 lanes = first_lanes(s.out_channels - c);
    __m512 sum = _mm512_setzero_ps();
    for (int row = 0; row < height; ++row) {
      for (int column = 0; column < width; ++column) {
        const std::size_t at = (static_cast<std::size_t>(row) * width + column) * s.out_channels + c;
        const __m512 g = passing(dy, y, at, lanes);
        const __m128i place = _mm_maskz_loadu_epi8(lanes, argmax + at);
        sum = _mm512_add_ps(sum, g);
        const __m256i bits = rounded(g);
        __m256i at_place[4];
        for (int k = 0; k < 4; ++k)
          at_place[k] =
              _mm256_maskz_mov_epi16(_mm_cmpeq_epi8_mask(place, _mm_set1_epi8(static_cast<char>(k))), bits);
        maps.put(2 * row, 2 * column, c, at_place[0], at_place[1], true);
        maps.put(2 * row + 1, 2 * column, c, at_place[2], at_place[3], true);
      }
    }
    if (db) _mm512_mask_storeu_ps(db + c, lanes, _mm512_add_ps(sum, _mm512_maskz_loadu_ps(lanes, db + c)));
  }
}

std::size_t bf16_transposed_size(const ConvShape& s) {
  const Bf16ConvPlan plan(s);
  return static_cast<std::size_t>(plan.channels) * plan.transposed_pixels;
}

// 16 channels of 16 pairs of pixels at a time; zeros behind the last pixel.
TAILOR_AMX void bf16_transpose_map(const ConvShape& s, const Bf16* map, Bf16* transposed) {
  const Bf16ConvPlan plan(s);
  const int pairs = static_cast<int>(plan.map_pixels() / 2);
  for (int c = 0; c < plan.channels; c += 16) {
    for (int first = 0; first < static_cast<int>(plan.transposed_pixels / 2); first += 16) {
      __m512i rows[16];
      for (int r = 0; r < 16; ++r) {
        if (first + r >= pairs) {
          rows[r] = _mm512_setzero_si512();
          continue;
        }
        const Bf16* from = map + static_cast<std::size_t>(first + r) * 2 * plan.channels + c;
        const __m512i left = _mm512_cvtepu16_epi32(_mm256_load_si256(reinterpret_cast<const __m256i*>(from)));
        const __m512i right =
            _mm512_cvtepu16_epi32(_mm256_load_si256(reinterpret_cast<const __m256i*>(from + plan.channels)));
        rows[r] = _mm512_or_si512(left, _mm512_slli_epi32(right, 16));
      }
      transpose(rows);
      for (int r = 0; r < 16; ++r)
        _mm512_store_si512(transposed + static_cast<std::size_t>(c + r) * plan.transposed_pixels + first * 2,
                           rows[r]);
    }
  }
}

}  // namespace tailor::kernels
