// The weight gradient of the sparse convolution: one output channel's 3x3 filter at a time stays in registers
// while the image under each of its non-zero gradients is added to it.
#include "tailor/nn/kernels/conv_targets.h"
#include "tailor/nn/kernels/sparse_conv.h"
#include "tailor/nn/kernels/sparse_conv_plan.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tailor/nn/kernels/sparse_conv_weights.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tailor/nn/kernels/conv_vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {
namespace {

using Size = std::size_t;

// A gradient and the first pixel of the 3x3 under it, in floats from the image's start.
struct Entry {
  int offset;
  float value;
};
static_assert(sizeof(Entry) == 2 * sizeof(float));

// The image as it is read: rows of pixels of whole vectors of channels.
struct Image {
  const float* x;
  int row, pixel;  // floats
};

// A strip's non-zeros by output channel: [out][capacity], and one past each channel's last.
struct Strip {
  Entry* entries;
  Entry** end;
  Size capacity;
  const Entry* begin(int channel) const { return entries + static_cast<Size>(channel) * capacity; }
};

// The non-zeros of pooled rows [first, last).
void collect(const ConvShape& s, const SparsePlan& plan, const Image& image, const SparseGradient& g,
             int first, int last, const Strip& strip) {
  for (int o = 0; o < s.out_channels; ++o)
    strip.end[o] = strip.entries + static_cast<Size>(o) * strip.capacity;
  const int words = (s.out_channels + 63) / 64;
  const int places[4] = {0, image.pixel, image.row, image.row + image.pixel};
  for (int q = first * plan.pooled_width; q < last * plan.pooled_width; ++q) {
    const int corner = q / plan.pooled_width * 2 * image.row + q % plan.pooled_width * 2 * image.pixel;
    const std::uint64_t* masks = g.masks + static_cast<Size>(q) * 4 * words;
    for (int word = 0; word < words; ++word, ++masks) {
      const Size at = static_cast<Size>(q) * s.out_channels + 64 * word;
      Entry** const end = strip.end + 64 * word;
      std::uint64_t mask = masks[0] | masks[words] | masks[2 * words] | masks[3 * words];
      for (; mask != 0; mask &= mask - 1) {
        const Size channel = hwy::Num0BitsBelowLS1Bit_Nonzero64(mask);
        *end[channel]++ = {corner + places[g.argmax[at + channel]], g.gradient[at + channel]};
      }
    }
  }
}

// dw [9][in_channels], from the first of `vectors` vectors of channels on, += the sum over the entries; n:
// channels from there, at least all of the vectors' if `whole`. Returns the sum of the gradients.
template <int vectors, bool whole>
HWY_INLINE float add_filter(const Image& image, const Entry* entries, const Entry* end, int in_channels,
                            Size n, float* dw) {
  Vector sum[9][vectors], total = hn::Zero(Floats());
  TAILOR_UNROLL
  for (int k = 0; k < 9; ++k) {
    TAILOR_UNROLL
    for (Size j = 0; j < vectors * lane_count; j += lane_count) {
      const float* from = dw + k * in_channels + j;
      sum[k][j / lane_count] = whole ? load(from) : load_first(from, n - j);
    }
  }
  for (; entries < end; ++entries) {
    const Vector g = broadcast(entries->value);
    const float* x = image.x + entries->offset;
    total = hn::Add(total, g);
    TAILOR_UNROLL
    for (int r = 0; r < 3; ++r, x += image.row) {
      TAILOR_UNROLL
      for (int c = 0; c < 3; ++c) {
        TAILOR_UNROLL
        for (int j = 0; j < vectors; ++j) {
          sum[3 * r + c][j] = hn::MulAdd(g, load(x + c * image.pixel + j * lane_count), sum[3 * r + c][j]);
        }
      }
    }
  }
  TAILOR_UNROLL
  for (int k = 0; k < 9; ++k) {
    TAILOR_UNROLL
    for (Size j = 0; j < vectors * lane_count; j += lane_count) {
      float* to = dw + k * in_channels + j;
      if (whole) {
        store(sum[k][j / lane_count], to);
      } else {
        store_first(sum[k][j / lane_count], to, n - j);
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
    if (strip.begin(o) == strip.end[o]) continue;
    const float total = add_filter<vectors, whole>(image, strip.begin(o), strip.end[o], s.in_channels,
                                                   s.in_channels - channel, dw);
    if (db) db[o] += total;
  }
}

template <int vectors>
void add_filters(const ConvShape& s, const Image& image, const Strip& strip, int channel, float* dw,
                 float* db) {
  if (s.in_channels - channel >= vectors * lane_count) {
    add_filters<vectors, true>(s, image, strip, channel, dw, db);
  } else {
    add_filters<vectors, false>(s, image, strip, channel, dw, db);
  }
}

// A copy with a zero border and whole vectors of channels.
Image copy_image(const ConvShape& s, const SparsePlan& plan, const float* x, float* copy) {
  std::memset(copy, 0, plan.copy_floats() * sizeof(float));
  for (int i = 0; i < s.in_height * s.in_width; ++i, x += s.in_channels) {
    const int row = i / s.in_width + s.padding, column = i % s.in_width + s.padding;
    std::memcpy(copy + (static_cast<Size>(row) * plan.width + column) * plan.in_padded, x,
                static_cast<Size>(s.in_channels) * sizeof(float));
  }
  return {copy, plan.width * plan.in_padded, plan.in_padded};
}

}  // namespace

void sparse_weights(const ConvShape& s, const float* x, const SparseGradient& g, float* dw, float* db) {
  const SparsePlan plan(s);
  Strip strip{};
  strip.capacity = plan.strip_entries();
  strip.entries = reinterpret_cast<Entry*>(g.work + plan.copy_floats());
  strip.end = reinterpret_cast<Entry**>(strip.entries + static_cast<Size>(s.out_channels) * strip.capacity);
  const Image image = plan.needs_copy(s) ? copy_image(s, plan, x, g.work)
                                         : Image{x, s.in_width * s.in_channels, s.in_channels};
  // 9 x 3 + 1 of 32 registers, or 9 x 1 + 1 of 16.
  constexpr int most = HWY_CAP_GE512 ? 3 : 1;
  for (int first = 0; first < plan.pooled_height; first += plan.strip) {
    collect(s, plan, image, g, first, HWY_MIN(first + plan.strip, plan.pooled_height), strip);
    for (int channel = 0; channel < s.in_channels;) {
      const int left = (s.in_channels - channel + lane_count - 1) / lane_count;
      const int vectors = most == 1 || left == 1 ? 1 : left == 3 ? 3 : 2;
      if (vectors == 1) {
        add_filters<1>(s, image, strip, channel, dw, channel == 0 ? db : nullptr);
      } else if (vectors == 2) {
        add_filters<most == 1 ? 1 : 2>(s, image, strip, channel, dw, channel == 0 ? db : nullptr);
      } else {
        add_filters<most == 1 ? 1 : 3>(s, image, strip, channel, dw, channel == 0 ? db : nullptr);
      }
      channel += vectors * lane_count;
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
