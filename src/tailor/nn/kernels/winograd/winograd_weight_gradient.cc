// The Winograd weight gradient: strips of tiles through both transforms and 36 sums of outer products.
#include "tailor/nn/kernels/winograd/winograd_weight_gradient.h"

#include <algorithm>

#include "tailor/base/rounding.h"
#include "tailor/nn/kernels/common/targets.h"
#include "tailor/nn/kernels/winograd/winograd_plan.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tailor/nn/kernels/winograd/winograd_weight_gradient.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tailor/nn/kernels/common/vector-inl.h"
#include "tailor/nn/kernels/winograd/winograd_inputs-inl.h"
#include "tailor/nn/kernels/winograd/winograd_outer-inl.h"

#ifndef TAILOR_WINOGRAD_GRADIENT_PLAN
#define TAILOR_WINOGRAD_GRADIENT_PLAN
namespace tailor::kernels {

// How the weight gradient is cut up.
struct WinogradGradientPlan {
  WinogradTiles tiles;
  std::size_t in_padded, out_padded;
  int strip;                           // tiles that are transformed together
  std::size_t v_position, g_position;  // floats from one of the 36 positions to the next in V and G
  std::size_t sum_position;

  explicit WinogradGradientPlan(const ConvShape& s) : tiles(s) {
    in_padded = round_up(static_cast<std::size_t>(s.in_channels), std::size_t{16});
    out_padded = round_up(static_cast<std::size_t>(s.out_channels), std::size_t{16});
    // V and G of a strip stay in L2, in floats, beside the sums where these are small; long enough for sums to be worth
    // their way to memory and back.
    constexpr std::size_t budget = 150 * 1024;
    strip = static_cast<int>(std::clamp<std::size_t>(budget / (36 * (in_padded + out_padded)), 32, 64));
    v_position = strip * in_padded + 16;
    g_position = strip * out_padded + 16;
    sum_position = in_padded * out_padded;
  }
};

}  // namespace tailor::kernels
#endif  // TAILOR_WINOGRAD_GRADIENT_PLAN

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {
namespace {

// Tiles [first, first + count) of the gradients dy to G [36][count][out_padded].
void transform_gradients(const ConvShape& s, const WinogradGradientPlan& plan, const float* dy, int first,
                         int count, float* g, float* patch) {
  const std::size_t row = static_cast<std::size_t>(s.out_width) * s.out_channels,
                    column = static_cast<std::size_t>(s.out_channels), image = row * s.out_height;
  const bool whole_vectors = s.out_channels % vector_width == 0;
  WinogradTile tile = plan.tiles.at(first);
  for (int i = 0; i < count; ++i, plan.tiles.next(tile)) {
    const int top = 4 * tile.row, left = 4 * tile.column;
    const float* from = dy + tile.image * image;
    const bool straight = whole_vectors && top + 4 <= s.out_height && left + 4 <= s.out_width;
    if (straight) {
      from += top * row + left * column;
    } else {
      copy_patch<4>(from, s.out_height, s.out_width, s.out_channels, top, left, plan.out_padded, patch);
      from = patch;
    }
    float* to = g + i * plan.out_padded;
    for (int c = 0; c < s.out_channels; c += vector_width)
      transform_gradient_tile(from + c, straight ? row : 4 * plan.out_padded,
                              straight ? column : plan.out_padded, to + c, plan.g_position);
  }
}

// Channels behind the last whole block of 16 that no transform writes.
void clear_padding(float* v, std::size_t position, int tiles, int channels, std::size_t padded) {
  const std::size_t written =
      round_up(static_cast<std::size_t>(channels), static_cast<std::size_t>(vector_width));
  if (written == padded) return;
  for (std::size_t p = 0; p < 36; ++p)
    for (int i = 0; i < tiles; ++i)
      std::memset(v + p * position + i * padded + written, 0, (padded - written) * sizeof(float));
}

}  // namespace

void winograd_gradient_sums(const ConvShape& s, int images, const float* x, const float* dy, float* sum,
                            float* scratch) {
  const WinogradGradientPlan plan(s);
  float* v = scratch;
  float* g = v + 36 * plan.v_position;
  float* patch = g + 36 * plan.g_position;
  const int tiles = images * plan.tiles.of_image;
  clear_padding(v, plan.v_position, plan.strip, s.in_channels, plan.in_padded);
  clear_padding(g, plan.g_position, plan.strip, s.out_channels, plan.out_padded);
  for (int first = 0; first < tiles; first += plan.strip) {
    const int count = HWY_MIN(plan.strip, tiles - first);
    transform_inputs(s, plan.tiles, x, first, count, v, plan.v_position, patch);
    transform_gradients(s, plan, dy, first, count, g, patch);
    for (std::size_t p = 0; p < 36; ++p)
      add_outer_products({g + p * plan.g_position, v + p * plan.v_position, sum + p * plan.sum_position,
                          plan.out_padded, plan.in_padded, count});
  }
}

void winograd_gradient_back(const ConvShape& s, const float* sum, float* diff_weights) {
  const WinogradGradientPlan plan(s);
  const std::size_t in = static_cast<std::size_t>(s.in_channels);
  for (int o = 0; o < s.out_channels; ++o) {
    for (std::size_t c = 0; c < in; c += vector_width) {
      Vector taps[3][3];
      transform_gradient_sums(
          [&](std::size_t p) HWY_ATTR {
            return load_outer_sums(sum + p * plan.sum_position, plan.in_padded, static_cast<std::size_t>(o),
                                   c);
          },
          taps);
      float* to = diff_weights + static_cast<std::size_t>(o) * 9 * in + c;
      for (std::size_t k = 0; k < 9; ++k) store_first(taps[k / 3][k % 3], to + k * in, in - c);
    }
  }
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tailor::kernels {

HWY_EXPORT(winograd_gradient_sums);
HWY_EXPORT(winograd_gradient_back);

std::size_t winograd_gradient_sum_floats(const ConvShape& s) {
  return 36 * WinogradGradientPlan(s).sum_position;
}

std::size_t winograd_gradient_scratch_floats(const ConvShape& s) {
  const WinogradGradientPlan plan(s);
  return 36 * (plan.v_position + plan.g_position + std::max(plan.in_padded, plan.out_padded));
}

void winograd_gradient_add(const ConvShape& shape, int images, const float* x, const float* dy, float* sum,
                           float* scratch) {
  HWY_DYNAMIC_DISPATCH(winograd_gradient_sums)(shape, images, x, dy, sum, scratch);
}

void winograd_gradient_finish(const ConvShape& shape, const float* sum, float* diff_weights) {
  HWY_DYNAMIC_DISPATCH(winograd_gradient_back)(shape, sum, diff_weights);
}

}  // namespace tailor::kernels
#endif  // HWY_ONCE
