// Weights into the tiles' order, and their gradient.
#include "tailor/nn/kernels/bf16/amx-inl.h"
#include "tailor/nn/kernels/bf16/bf16_conv.h"
#include "tailor/nn/kernels/bf16/bf16_conv_plan.h"

namespace tailor::kernels {
namespace {

std::size_t tap_floats(const ConvShape& s) {  // from one output's weights to the next
  return static_cast<std::size_t>(s.kernel_height) * s.kernel_width * s.in_channels;
}

// Steps whose operands stay in the first cache while all taps pass.
constexpr int steps_at_once = 7;

template <bool Both>
TAILOR_AMX void multiply_steps(const Bf16* upper, const Bf16* lower, std::size_t row_bytes, const Bf16* left,
                               const Bf16* right, int steps, float* sums, std::size_t lower_sums) {
  load_tiles<Both>(sums, tile_sums, lower_sums);
  for (int k = 0; k < steps; ++k) {
    multiply_tiles<Both>(upper, lower, row_bytes, left, right);
    upper += tile_depth, lower += tile_depth;
    left += tile_values, right += tile_values;
  }
  store_tiles<Both>(sums, tile_sums, lower_sums);
}

}  // namespace

std::size_t bf16_weights_size(const ConvShape& s) {
  const Bf16ConvPlan plan(s);
  return static_cast<std::size_t>(plan.taps) * plan.channel_tiles * plan.output_tiles * tile_values;
}

// Pairs of inputs lie side by side in an output's weights: transposed as 32-bit values they are in order.
TAILOR_AMX void bf16_pack_weights(const ConvShape& s, const float* weights, Bf16* packed) {
  const Bf16ConvPlan plan(s);
  for (int tap = 0; tap < plan.taps; ++tap) {
    for (int c = 0; c < plan.channels; c += tile_depth) {
      const __mmask16 low = first_lanes(s.in_channels - c), high = first_lanes(s.in_channels - c - 16);
      for (int o = 0; o < plan.outputs; o += 16, packed += tile_values) {
        __m512i rows[16];
        for (int r = 0; r < 16; ++r) {
          if (o + r >= s.out_channels) {
            rows[r] = _mm512_setzero_si512();
            continue;
          }
          const float* from = weights + static_cast<std::size_t>(o + r) * tap_floats(s) +
                              static_cast<std::size_t>(tap) * s.in_channels + c;
          rows[r] = round_both(_mm512_maskz_loadu_ps(low, from), _mm512_maskz_loadu_ps(high, from + 16));
        }
        transpose(rows);
        for (int r = 0; r < 16; ++r) _mm512_store_si512(packed + r * tile_depth, rows[r]);
      }
    }
  }
}

TAILOR_AMX void bf16_pack_flipped_weights(const ConvShape& s, const float* weights, Bf16* packed) {
  const Bf16ConvPlan plan(data_gradient_shape(s));
  for (int tap = 0; tap < plan.taps; ++tap) {
    for (int o = 0; o < plan.channels; o += tile_depth) {
      for (int c = 0; c < plan.outputs; c += 16) {
        const __mmask16 lanes = first_lanes(s.in_channels - c);
        for (int pair = 0; pair < 16; ++pair, packed += tile_depth) {
          const int output = o + 2 * pair;
          const float* from = weights + static_cast<std::size_t>(output) * tap_floats(s) +
                              static_cast<std::size_t>(plan.taps - 1 - tap) * s.in_channels + c;
          const __mmask16 second = static_cast<__mmask16>(output + 1 < s.out_channels ? lanes : 0);
          const __mmask16 first = static_cast<__mmask16>(output < s.out_channels ? lanes : 0);
          _mm512_store_si512(packed, round_pairs(_mm512_maskz_loadu_ps(first, from),
                                                 _mm512_maskz_loadu_ps(second, from + tap_floats(s))));
        }
      }
    }
  }
}

std::size_t bf16_sums_floats(const ConvShape& s) {
  const Bf16ConvPlan plan(s);
  return static_cast<std::size_t>(plan.taps) * (plan.channels / 16) * plan.output_tiles * tile_sums;
}

TAILOR_AMX void bf16_weight_gradient(const ConvShape& s, const Bf16* transposed, const Bf16* pairs,
                                     float* sums) {
  const Bf16ConvPlan plan(s);
  const std::size_t row_bytes = plan.transposed_pixels * sizeof(Bf16),
                    lower_sums = static_cast<std::size_t>(plan.output_tiles) * tile_sums;
  const TileRegisters registers;
  finish_writes();
  for (int step = 0; step < plan.gradient_steps; step += steps_at_once) {
    const int steps = std::min(steps_at_once, plan.gradient_steps - step);
    for (int o = 0; o < plan.output_tiles; o += 2) {
      const Bf16* left = pairs + static_cast<std::size_t>(o) * plan.tile_pairs() +
                         static_cast<std::size_t>(step) * tile_values;
      const Bf16* right = left + plan.tile_pairs();
      for (int tap = 0; tap < plan.taps; ++tap) {
        const int shift = tap / s.kernel_width * plan.row_pixels + tap % s.kernel_width;
        for (int c = 0; c < plan.channels / 16; c += 2) {
          const Bf16* upper = transposed + static_cast<std::size_t>(c) * 16 * plan.transposed_pixels +
                              step * tile_depth + shift;
          const Bf16* lower = upper + 16 * plan.transposed_pixels;
          float* to =
              sums +
              (static_cast<std::size_t>(tap * (plan.channels / 16) + c) * plan.output_tiles + o) * tile_sums;
          if (o + 1 < plan.output_tiles)
            multiply_steps<true>(upper, lower, row_bytes, left, right, steps, to, lower_sums);
          else
            multiply_steps<false>(upper, lower, row_bytes, left, right, steps, to, lower_sums);
        }
      }
    }
  }
}

void bf16_unpack_gradient(const ConvShape& s, const float* sums, float* dw) {
  const Bf16ConvPlan plan(s);
  for (int o = 0; o < s.out_channels; ++o)
    for (int tap = 0; tap < plan.taps; ++tap)
      for (int c = 0; c < s.in_channels; ++c) {
        const std::size_t tile =
            static_cast<std::size_t>(tap * (plan.channels / 16) + c / 16) * plan.output_tiles + o / 16;
        *dw++ = sums[tile * tile_sums + static_cast<std::size_t>(c % 16 * 16 + o % 16)];
      }
}

}  // namespace tailor::kernels
