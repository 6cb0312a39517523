// The weight gradient of the sparse convolution: one output channel's 3x3 filter at a time stays in registers
// while the image under each of its non-zero gradients is added to it.
#include "tailor/nn/kernels/common/targets.h"
#include "tailor/nn/kernels/sparse/sparse_conv.h"
#include "tailor/nn/kernels/sparse/sparse_conv_plan.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tailor/nn/kernels/sparse/sparse_conv_weights.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tailor/base/rounding.h"
#include "tailor/nn/kernels/sparse/nonzeros-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {
namespace {

using Size = std::size_t;

// The image as it is read: rows of pixels of whole vectors of channels.
struct Image {
  const float* x;
  int row, pixel;  // floats
};

// Up to 64 pooled pixels whose gradients are summed together.
struct Strip {
  const float* gradient;       // [pixels][out], from the strip's first pixel on
  float scale;                 // of the gradient
  const std::uint8_t* argmax;  // the same
  const int* corner;           // [pixels]: the first pixel under the window, in floats from the image's start
  const std::uint64_t* masks;  // [out]: which pixels' gradients are not zero
  int places[4];               // from the corner to each place of the window
  int out_channels;
};

// Bit j of word i to bit i of word j (Warren, "Hacker's Delight", 7-3).
HWY_INLINE void transpose_bits(std::uint64_t (&words)[64]) {
  std::uint64_t low = 0x00000000ffffffff;
  for (int half = 32; half != 0; half >>= 1, low ^= low << half) {
    for (int i = 0; i < 64; i += 2 * half) {
      for (int j = i; j < i + half; ++j) {
        const std::uint64_t swap = ((words[j] >> half) ^ words[j + half]) & low;
        words[j] ^= swap << half;
        words[j + half] ^= swap;
      }
    }
  }
}

// The non-zeros of `pixels` pooled pixels from `first` on, by output channel: masks [out rounded up to 64].
void collect(int out_channels, const SparseGradient& g, int first, int pixels, std::uint64_t* masks) {
  const int words = ceil_div(out_channels, 64);
  for (int word = 0; word < words; ++word) {
    std::uint64_t block[64] = {};
    for (int p = 0; p < pixels; ++p) {
      const std::uint64_t* at = g.masks + static_cast<Size>(first + p) * 4 * words + word;
      block[p] = at[0] | at[words] | at[2 * words] | at[3 * words];
    }
    transpose_bits(block);
    std::memcpy(masks + 64 * word, block, sizeof(block));
  }
}

// dw [9][in_channels], from the first of `vectors` vectors of channels on, += the sum over the strip's
// gradients of output channel o; n: channels from there, at least all of the vectors' if `whole`. Returns the
// sum of the gradients.
template <int vectors, bool whole>
HWY_INLINE float add_filter(const Image& image, const Strip& strip, int o, int in_channels, Size n,
                            float* dw) {
  // From zero, so that the first products need not wait for dw.
  Vector sum[9][vectors], total = hn::Zero(Floats());
  TAILOR_UNROLL
  for (int k = 0; k < 9 * vectors; ++k) sum[k / vectors][k % vectors] = hn::Zero(Floats());
  const float* gradient = strip.gradient + o;
  const std::uint8_t* argmax = strip.argmax + o;
  for (std::uint64_t mask = strip.masks[o]; mask != 0; mask &= mask - 1) {
    const int p = lowest_bit(mask);
    const Vector g = broadcast(strip.scale * gradient[static_cast<Size>(p) * strip.out_channels]);
    const float* x =
        image.x + strip.corner[p] + strip.places[argmax[static_cast<Size>(p) * strip.out_channels]];
    total = hn::Add(total, g);
    TAILOR_UNROLL
    for (int r = 0; r < 3; ++r, x += image.row) {
      TAILOR_UNROLL
      for (int c = 0; c < 3; ++c) {
        TAILOR_UNROLL
        for (int j = 0; j < vectors; ++j) {
          sum[3 * r + c][j] = hn::MulAdd(g, load(x + c * image.pixel + j * vector_width), sum[3 * r + c][j]);
        }
      }
    }
  }
  TAILOR_UNROLL
  for (int k = 0; k < 9; ++k) {
    TAILOR_UNROLL
    for (Size j = 0; j < vectors * vector_width; j += vector_width) {
      float* to = dw + k * in_channels + j;
      if (whole) {
        store(hn::Add(load(to), sum[k][j / vector_width]), to);
      } else {
        store_first(hn::Add(load_first(to, n - j), sum[k][j / vector_width]), to, n - j);
      }
    }
  }
  return hn::GetLane(total);
}

// All output channels' filters, `vectors` vectors of input channels from `channel` on; db, if not null, too.
template <int vectors, bool whole>
HWY_NOINLINE void add_filters(const ConvShape& s, Image image, const Strip& strip, int channel, float* dw,
                              float* db) {
  image.x += channel;
  dw += channel;
  for (int o = 0; o < s.out_channels; ++o, dw += 9 * s.in_channels) {
    if (strip.masks[o] == 0) continue;
    const float total =
        add_filter<vectors, whole>(image, strip, o, s.in_channels, s.in_channels - channel, dw);
    if (db) db[o] += total;
  }
}

template <int vectors>
void add_filters(const ConvShape& s, const Image& image, const Strip& strip, int channel, float* dw,
                 float* db) {
  if (s.in_channels - channel >= vectors * vector_width) {
    add_filters<vectors, true>(s, image, strip, channel, dw, db);
  } else {
    add_filters<vectors, false>(s, image, strip, channel, dw, db);
  }
}

// A copy with a zero border and whole vectors of channels.
Image copy_image(const ConvShape& s, const SparsePlan& plan, const float* x, float* copy) {
  std::memset(copy, 0, plan.copy_floats() * sizeof(float));
  for (int i = 0; i < s.in_height * s.in_width; ++i, x += s.in_channels) {
    const int row = i / s.in_width + s.padding(), column = i % s.in_width + s.padding();
    std::memcpy(copy + (static_cast<Size>(row) * plan.width + column) * plan.in_padded, x,
                static_cast<Size>(s.in_channels) * sizeof(float));
  }
  return {copy, plan.width * plan.in_padded, plan.in_padded};
}

}  // namespace

void sparse_weights(const ConvShape& s, const float* x, const SparseGradient& g, float* dw, float* db) {
  const SparsePlan plan(s);
  const Image image = plan.needs_copy(s) ? copy_image(s, plan, x, g.work)
                                         : Image{x, s.in_width * s.in_channels, s.in_channels};
  // 9 x 3 + 1 of 32 registers, or 9 x 1 + 1 of 16.
  constexpr int most = HWY_CAP_GE512 ? 3 : 1;
  auto* masks = reinterpret_cast<std::uint64_t*>(g.work + plan.copy_floats());
  auto* corner = reinterpret_cast<int*>(masks + round_up(s.out_channels, 64));
  for (int first = 0; first < plan.pixels; first += plan.strip) {
    const int pixels = HWY_MIN(plan.strip, plan.pixels - first);
    for (int p = 0; p < pixels; ++p) {
      const int row = (first + p) / plan.pooled_width, column = (first + p) % plan.pooled_width;
      corner[p] = 2 * (row * image.row + column * image.pixel);
    }
    collect(s.out_channels, g, first, pixels, masks);
    const Size at = static_cast<Size>(first) * s.out_channels;
    const Strip strip{g.gradient + at, g.scale, g.argmax + at,
                      corner,          masks,   {0, image.pixel, image.row, image.row + image.pixel},
                      s.out_channels};
    for (int channel = 0; channel < s.in_channels;) {
      const int left = ceil_div(s.in_channels - channel, vector_width);
      const int vectors = most == 1 || left == 1 ? 1 : left == 3 ? 3 : 2;
      if (vectors == 1) {
        add_filters<1>(s, image, strip, channel, dw, channel == 0 ? db : nullptr);
      } else if (vectors == 2) {
        add_filters<most == 1 ? 1 : 2>(s, image, strip, channel, dw, channel == 0 ? db : nullptr);
      } else {
        add_filters<most == 1 ? 1 : 3>(s, image, strip, channel, dw, channel == 0 ? db : nullptr);
      }
      channel += vectors * vector_width;
    }
  }
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tailor::kernels {

HWY_EXPORT(sparse_weights);

void sparse_weight_gradient(const ConvShape& shape, const float* x, const SparseGradient& gradient, float* dw,
                            float* db) {
  HWY_DYNAMIC_DISPATCH(sparse_weights)(shape, x, gradient, dw, db);
}

}  // namespace tailor::kernels
#endif  // HWY_ONCE
