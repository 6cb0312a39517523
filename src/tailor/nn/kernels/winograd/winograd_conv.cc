// The Winograd convolution: strips of tiles through input transform, 36 matrix products and output transform.
#include "tailor/nn/kernels/winograd/winograd_conv.h"

#include "tailor/nn/kernels/common/targets.h"
#include "tailor/nn/kernels/winograd/winograd_plan.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tailor/nn/kernels/winograd/winograd_conv.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tailor/nn/kernels/common/vector-inl.h"
#include "tailor/nn/kernels/layers/dropout-inl.h"
#include "tailor/nn/kernels/winograd/winograd_gemm-inl.h"
#include "tailor/nn/kernels/winograd/winograd_inputs-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {
namespace {

using Size = std::size_t;

// What becomes of a tile's 4x4 outputs: the full map.
struct StoreMap {
  bool relu;
  float* y;
  HWY_INLINE void operator()(const ConvShape& s, const WinogradTile& tile, int channel,
                             const Vector (&out)[4][4], Vector bias) const {
    const int top = 4 * tile.row, left = 4 * tile.column;
    const int rows = HWY_MIN(4, s.out_height - top), columns = HWY_MIN(4, s.out_width - left);
    float* map = y + static_cast<Size>(tile.image) * s.out_height * s.out_width * s.out_channels;
    TAILOR_UNROLL
    for (int r = 0; r < 4; ++r) {
      TAILOR_UNROLL
      for (int c = 0; c < 4; ++c) {
        if (r >= rows || c >= columns) continue;
        const Vector sum = hn::Add(out[r][c], bias);
        store_first(relu ? HWY_NAMESPACE::relu(sum) : sum,
                    map + (static_cast<Size>(top + r) * s.out_width + left + c) * s.out_channels + channel,
                    s.out_channels - channel);
      }
    }
  }
};

// … or 2x2 maxima with their places.
template <bool dropping>
struct StorePooled {
  float* y;
  std::uint8_t* argmax;
  Dropout dropout;

  using Indices = hn::RebindToSigned<Floats>;

  static HWY_INLINE void take_larger(Vector value, int place, Vector& best, hn::Vec<Indices>& where) {
    // NaN is larger than everything and stays.
    const auto larger = hn::Or(hn::Gt(value, best), hn::Not(hn::Eq(value, value)));
    best = hn::IfThenElse(larger, value, best);
    where = hn::IfThenElse(hn::RebindMask(Indices(), larger), hn::Set(Indices(), place), where);
  }

  static HWY_INLINE void store_places(hn::Vec<Indices> where, std::uint8_t* to, int n) {
    const hn::Rebind<std::uint8_t, Floats> bytes;
    const auto places = hn::DemoteTo(bytes, where);
    if (n >= vector_width) return hn::StoreU(places, bytes, to);
    HWY_ALIGN std::uint8_t part[16];
    hn::Store(places, bytes, part);
    std::memcpy(to, part, static_cast<Size>(n));
  }

  HWY_INLINE void operator()(const ConvShape& s, const WinogradTile& tile, int channel,
                             const Vector (&out)[4][4], Vector bias) const {
    const int height = s.out_height / 2, width = s.out_width / 2;
    TAILOR_UNROLL
    for (int r = 0; r < 2; ++r) {
      TAILOR_UNROLL
      for (int c = 0; c < 2; ++c) {
        const int row = 2 * tile.row + r, column = 2 * tile.column + c;
        if (row >= height || column >= width) continue;
        Vector best = out[2 * r][2 * c];
        auto where = hn::Zero(Indices());
        take_larger(out[2 * r][2 * c + 1], 1, best, where);
        take_larger(out[2 * r + 1][2 * c], 2, best, where);
        take_larger(out[2 * r + 1][2 * c + 1], 3, best, where);
        const Size to = (static_cast<Size>(row) * width + column) * s.out_channels + channel;
        Vector value = relu(hn::Add(best, bias));
        if constexpr (dropping) value = dropout(static_cast<std::uint32_t>(to), value);
        store_first(value, y + to, s.out_channels - channel);
        store_places(where, argmax + to, s.out_channels - channel);
      }
    }
  }
};

template <class Output>
void transform_outputs(const ConvShape& s, const WinogradPlan& plan, const float* m, const float* bias,
                       int first, int count, int first_channel, int channels, const Output& output) {
  WinogradTile tile = plan.tiles.at(first);
  for (int i = 0; i < count; ++i, plan.tiles.next(tile)) {
    for (int c = 0; c < channels; c += vector_width) {
      const int channel = first_channel + c, n = s.out_channels - channel;
      if (n <= 0) break;
      Vector out[4][4];
      transform_output_tile(m + i * plan.block + c, plan.m_position, out);
      output(s, tile, channel, out, bias ? load_first(bias + channel, n) : hn::Zero(Floats()));
    }
  }
}

template <class Output>
void run(const ConvShape& s, int images, const float* x, const float* transformed, const float* bias,
         float* scratch, const Output& output) {
  const WinogradPlan plan(s, images);
  const int tiles = images * plan.tiles.of_image;
  float* v = scratch;
  float* m = v + 36 * plan.v_position;
  float* patch = m + 36 * plan.m_position;
  for (int first = 0; first < tiles; first += plan.strip) {
    const int count = HWY_MIN(plan.strip, tiles - first);
    transform_inputs(s, plan.tiles, x, first, count, v, plan.v_position, patch);
    for (int channel = 0; channel < plan.out_padded; channel += plan.block) {
      const int channels = HWY_MIN(plan.block, plan.out_padded - channel);
      for (int p = 0; p < 36; ++p) {
        multiply({v + p * plan.v_position,
                  transformed + static_cast<Size>(p) * s.in_channels * plan.out_padded + channel,
                  m + p * plan.m_position, static_cast<Size>(plan.in_padded),
                  static_cast<Size>(plan.out_padded), static_cast<Size>(plan.block), s.in_channels},
                 count, channels);
      }
      transform_outputs(s, plan, m, bias, first, count, channel, channels, output);
    }
  }
}

}  // namespace

void winograd_weights(const ConvShape& s, const float* weights, float* transformed) {
  const int out_padded = round_up(s.out_channels, 16);
  const Size position = static_cast<Size>(s.in_channels) * out_padded,
             row = static_cast<Size>(9) * s.in_channels;
  for (int o = 0; o < out_padded; o += vector_width) {
    for (int i = 0; i < s.in_channels; ++i) {
      HWY_ALIGN float taps[9][vector_width] = {};
      for (int k = 0; k < 9; ++k) {
        for (int lane = 0; lane < vector_width && o + lane < s.out_channels; ++lane) {
          taps[k][lane] =
              weights[static_cast<Size>(o + lane) * row + static_cast<Size>(k * s.in_channels + i)];
        }
      }
      Vector g[3][3];
      for (int k = 0; k < 9; ++k) g[k / 3][k % 3] = hn::Load(Floats(), taps[k]);
      transform_weight_tile(g, transformed + static_cast<Size>(i) * out_padded + o, position);
    }
  }
}

void winograd_map(const ConvShape& s, int images, const float* x, const float* transformed, const float* bias,
                  bool relu, float* y, float* scratch) {
  run(s, images, x, transformed, bias, scratch, StoreMap{relu, y});
}

void winograd_pooled(const ConvShape& s, const float* x, const float* transformed, const float* bias,
                     const DropoutMask& mask, float* y, std::uint8_t* argmax, float* scratch) {
  if (mask.rate > 0) {
    run(s, 1, x, transformed, bias, scratch, StorePooled<true>{y, argmax, Dropout(mask)});
  } else {
    run(s, 1, x, transformed, bias, scratch, StorePooled<false>{y, argmax, Dropout(mask)});
  }
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tailor::kernels {

HWY_EXPORT(winograd_weights);
HWY_EXPORT(winograd_map);
HWY_EXPORT(winograd_pooled);

bool winograd_supports(const ConvShape& s) {
  return s.kernel_height == 3 && s.kernel_width == 3 && s.plain() && (s.padding() == 0 || s.padding() == 1);
}

std::size_t winograd_weight_floats(const ConvShape& s) {
  return static_cast<std::size_t>(36) * s.in_channels * round_up(s.out_channels, 16);
}

std::size_t winograd_scratch_floats(const ConvShape& s, int images) {
  return WinogradPlan(s, images).scratch_floats();
}

void winograd_transform_weights(const ConvShape& shape, const float* weights, float* transformed) {
  HWY_DYNAMIC_DISPATCH(winograd_weights)(shape, weights, transformed);
}

void winograd_forward(const ConvShape& shape, int images, const float* x, const float* transformed,
                      const float* bias, bool relu, float* y, float* scratch) {
  HWY_DYNAMIC_DISPATCH(winograd_map)(shape, images, x, transformed, bias, relu, y, scratch);
}

void winograd_forward_pool(const ConvShape& shape, const float* x, const float* transformed,
                           const float* bias, const DropoutMask& mask, float* y, std::uint8_t* argmax,
                           float* scratch) {
  HWY_DYNAMIC_DISPATCH(winograd_pooled)(shape, x, transformed, bias, mask, y, argmax, scratch);
}

}  // namespace tailor::kernels
#endif  // HWY_ONCE
