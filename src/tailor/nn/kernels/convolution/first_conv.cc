// The first layer's convolution: several pixels by vectors of output channels in registers going forward,
// several taps by vectors of output channels for the gradient of the weights.
#include "tailor/nn/kernels/convolution/first_conv.h"

#include <algorithm>

#include "tailor/nn/kernels/common/dispatch.h"
#include "tailor/nn/kernels/common/targets.h"
#include "tailor/nn/kernels/convolution/first_conv_plan.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tailor/nn/kernels/convolution/first_conv.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tailor/base/rounding.h"
#include "tailor/nn/kernels/common/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {
namespace {

using Size = std::size_t;

// The image with its zero border, and what follows from the shape.
struct Input {
  const float* x;
  Size row;            // floats from one row to the next
  int channels, taps;  // in a pixel; under one row of the kernel
};

Input bordered(const ConvShape& s, const float* x, float* scratch) {
  const int channels = s.in_channels, taps = s.kernel_width * channels;
  const Size row = static_cast<Size>(s.in_width) * channels;
  if (s.padding() == 0) return {x, row, channels, taps};
  const Size bordered_row = row + 2 * static_cast<Size>(s.padding()) * channels;
  std::memset(scratch, 0, bordered_row * (s.in_height + 2 * s.padding()) * sizeof(float));
  for (int i = 0; i < s.in_height; ++i) {
    std::memcpy(scratch + bordered_row * (i + s.padding()) + static_cast<Size>(s.padding()) * channels,
                x + i * row, row * sizeof(float));
  }
  return {scratch, bordered_row, channels, taps};
}

// --- forward ---

// 8 x 2 + 2 + 1 of 32 registers, or 6 x 2 + 2 + 1 of 16.
constexpr int most_pixels = HWY_CAP_GE512 ? 8 : 6;

struct Layer {
  const float* packed;
  const float* bias;
  bool relu;
  int kernel_height, out_channels, out_padded;
};

// `pixels` neighbours in a row, `vectors` vectors of output channels from `channel` on.
template <int pixels, int vectors>
HWY_INLINE void convolve(const Input& in, const float* x, const Layer& layer, int channel, float* y) {
  Vector sum[pixels][vectors];
  const Size left = static_cast<Size>(layer.out_channels - channel);
  TAILOR_UNROLL
  for (Size j = 0; j < vectors; ++j) {
    const Vector start = layer.bias
                             ? load_first(layer.bias + channel + j * vector_width, left - j * vector_width)
                             : hn::Zero(Floats());
    TAILOR_UNROLL
    for (int p = 0; p < pixels; ++p) sum[p][j] = start;
  }
  const float* w = layer.packed + channel;
  for (int r = 0; r < layer.kernel_height; ++r, x += in.row) {
    for (int t = 0; t < in.taps; ++t, w += layer.out_padded) {
      Vector weights[vectors];
      TAILOR_UNROLL
      for (int j = 0; j < vectors; ++j) weights[j] = load(w + j * vector_width);
      TAILOR_UNROLL
      for (int p = 0; p < pixels; ++p) {
        const Vector value = broadcast(x[p * in.channels + t]);
        TAILOR_UNROLL
        for (int j = 0; j < vectors; ++j) sum[p][j] = hn::MulAdd(value, weights[j], sum[p][j]);
      }
    }
  }
  TAILOR_UNROLL
  for (int p = 0; p < pixels; ++p) {
    TAILOR_UNROLL
    for (Size j = 0; j < vectors; ++j) {
      store_first(layer.relu ? relu(sum[p][j]) : sum[p][j],
                  y + static_cast<Size>(p) * layer.out_channels + channel + j * vector_width,
                  left - j * vector_width);
    }
  }
}

template <int vectors>
HWY_INLINE void convolve_block(const Input& in, const float* x, const Layer& layer, int channel, int width,
                               float* y) {
  switch (width) {
    case 1:
      return convolve<1, vectors>(in, x, layer, channel, y);
    case 2:
      return convolve<2, vectors>(in, x, layer, channel, y);
    case 3:
      return convolve<3, vectors>(in, x, layer, channel, y);
    case 4:
      return convolve<4, vectors>(in, x, layer, channel, y);
    case 5:
      return convolve<5, vectors>(in, x, layer, channel, y);
    case 6:
      return convolve<6, vectors>(in, x, layer, channel, y);
    case 7:
      return convolve<HWY_MIN(7, most_pixels), vectors>(in, x, layer, channel, y);
    default:
      return convolve<most_pixels, vectors>(in, x, layer, channel, y);
  }
}

// A row of `width` outputs, in blocks of nearly the same width: short ones could not hide the
// multiplications' latency.
template <int vectors>
HWY_NOINLINE void convolve_row(const Input& in, const float* x, const Layer& layer, int channel, int width,
                               float* y) {
  const int blocks = ceil_div(width, most_pixels), block = ceil_div(width, blocks);
  for (int done = 0; done < width; done += block) {
    convolve_block<vectors>(in, x + done * in.channels, layer, channel, HWY_MIN(block, width - done),
                            y + static_cast<Size>(done) * layer.out_channels);
  }
}

// --- gradient of the weights ---

// Some rows of the outputs and their gradients.
struct Gradient {
  const float* y;
  const float* dy;
  int height, width, channels;
  Size readable;  // floats from dy on
};

// Sums over the image: [kernel_height][taps][out_padded], the taps and rows from one on.
struct Sums {
  float* first;
  Size tap, row;
  float* total;  // of the gradients [out_padded], or null
};

// rows x taps neighbouring taps, the first of them under in.x, += their sums over the output rows.
template <int rows, int taps, int vectors>
HWY_NOINLINE void add_taps(const Input& in, const Gradient& out, int channel, const Sums& to) {
  Vector sum[rows][taps][vectors], total[vectors];
  TAILOR_UNROLL
  for (Size j = 0; j < vectors; ++j) {
    total[j] = to.total ? load(to.total + channel + j * vector_width) : hn::Zero(Floats());
    TAILOR_UNROLL
    for (int i = 0; i < rows * taps; ++i) {
      sum[i / taps][i % taps][j] =
          load(to.first + i / taps * to.row + i % taps * to.tap + channel + j * vector_width);
    }
  }
  Size readable = out.readable - channel;
  const float* dy = out.dy + channel;
  const float* y = out.y ? out.y + channel : nullptr;
  for (int row = 0; row < out.height; ++row) {
    const float* x = in.x + static_cast<Size>(row) * in.row;
    for (int column = 0; column < out.width; ++column, x += in.channels, dy += out.channels) {
      Vector g[vectors];
      // Lanes beyond this pixel's channels are never used, but must not be read behind the array.
      TAILOR_UNROLL
      for (Size j = 0; j < vectors; ++j) {
        g[j] = load_first(dy + j * vector_width, readable - j * vector_width);
        if (y) {
          const Vector output = load_first(y + j * vector_width, readable - j * vector_width);
          g[j] = hn::IfThenZeroElse(hn::Le(output, hn::Zero(Floats())), g[j]);
        }
        total[j] = hn::Add(total[j], g[j]);
      }
      if (y) y += out.channels;
      readable -= out.channels;
      TAILOR_UNROLL
      for (int r = 0; r < rows; ++r) {
        TAILOR_UNROLL
        for (int t = 0; t < taps; ++t) {
          const Vector value = broadcast(x[static_cast<Size>(r) * in.row + t]);
          TAILOR_UNROLL
          for (int j = 0; j < vectors; ++j) sum[r][t][j] = hn::MulAdd(value, g[j], sum[r][t][j]);
        }
      }
    }
  }
  TAILOR_UNROLL
  for (Size j = 0; j < vectors; ++j) {
    if (to.total) store(total[j], to.total + channel + j * vector_width);
    TAILOR_UNROLL
    for (int i = 0; i < rows * taps; ++i) {
      store(sum[i / taps][i % taps][j],
            to.first + i / taps * to.row + i % taps * to.tap + channel + j * vector_width);
    }
  }
}

// `taps` <= 9 neighbouring taps of a row of the kernel.
template <int vectors>
void add_row(const Input& in, const Gradient& out, int channel, int taps, const Sums& to) {
  switch (taps) {
    case 1:
      return add_taps<1, 1, vectors>(in, out, channel, to);
    case 2:
      return add_taps<1, 2, vectors>(in, out, channel, to);
    case 3:
      return add_taps<1, 3, vectors>(in, out, channel, to);
    case 4:
      return add_taps<1, 4, vectors>(in, out, channel, to);
    case 5:
      return add_taps<1, 5, vectors>(in, out, channel, to);
    case 6:
      return add_taps<1, 6, vectors>(in, out, channel, to);
    case 7:
      return add_taps<1, 7, vectors>(in, out, channel, to);
    case 8:
      return add_taps<1, 8, vectors>(in, out, channel, to);
    default:
      return add_taps<1, 9, vectors>(in, out, channel, to);
  }
}

// Grey 3x3 has all taps at once.
bool single_pass(const ConvShape& s) { return s.kernel_height == 3 && s.kernel_width * s.in_channels == 3; }

template <int vectors>
void add_channels(const ConvShape& s, const Input& in, const Gradient& out, int channel, const Sums& to) {
  if (single_pass(s)) return add_taps<3, 3, vectors>(in, out, channel, to);
  for (int r = 0; r < s.kernel_height; ++r) {
    for (int t = 0; t < in.taps; t += 9) {
      const Input part{in.x + static_cast<Size>(r) * in.row + t, in.row, in.channels, in.taps};
      add_row<vectors>(
          part, out, channel, HWY_MIN(9, in.taps - t),
          {to.first + r * to.row + t * to.tap, to.tap, to.row, r == 0 && t == 0 ? to.total : nullptr});
    }
  }
}

}  // namespace

void first_forward(const ConvShape& s, const float* x, const float* packed, const float* bias, bool with_relu,
                   float* y, float* scratch) {
  const Input in = bordered(s, x, scratch);
  const Layer layer{packed, bias, with_relu, s.kernel_height, s.out_channels, padded_channels(s)};
  for (int row = 0; row < s.out_height; ++row) {
    const float* from = in.x + static_cast<Size>(row) * in.row;
    float* to = y + static_cast<Size>(row) * s.out_width * s.out_channels;
    for (int channel = 0; channel < s.out_channels; channel += 2 * vector_width) {
      if (s.out_channels - channel > vector_width) {
        convolve_row<2>(in, from, layer, channel, s.out_width, to);
      } else {
        convolve_row<1>(in, from, layer, channel, s.out_width, to);
      }
    }
  }
}

void first_weights(const ConvShape& s, const float* x, const float* y, const float* dy, float* dw, float* db,
                   float* scratch) {
  const Input in = bordered(s, x, scratch);
  const Size padded = static_cast<Size>(padded_channels(s)),
             taps = static_cast<Size>(s.kernel_height) * in.taps;
  const Size outputs = static_cast<Size>(s.out_width) * s.out_channels;  // of a row
  float* first = scratch + bordered_floats(s);
  const Sums sums{first, padded, padded * in.taps, first + taps * padded};
  std::memset(first, 0, (taps + 1) * padded * sizeof(float));

  // 9 x 2 + 4 + 1 of 32 registers, or 9 + 2 + 1 of 16.
  constexpr int most = HWY_CAP_GE512 ? 2 : 1;
  // Several passes go over a few rows at a time, which stay in L1.
  const bool once = single_pass(s) && s.out_channels <= most * vector_width;
  const int strip = once ? s.out_height : HWY_MAX(1, static_cast<int>(3 * 1024 / outputs));
  for (int row = 0; row < s.out_height; row += strip) {
    const Size done = static_cast<Size>(row) * outputs;
    const Input part{in.x + static_cast<Size>(row) * in.row, in.row, in.channels, in.taps};
    const Gradient out{y ? y + done : nullptr,
                       dy + done,
                       HWY_MIN(strip, s.out_height - row),
                       s.out_width,
                       s.out_channels,
                       s.out_height * outputs - done};
    for (int channel = 0; channel < s.out_channels; channel += most * vector_width) {
      if (s.out_channels - channel > vector_width) {
        add_channels<most>(s, part, out, channel, sums);
      } else {
        add_channels<1>(s, part, out, channel, sums);
      }
    }
  }
  for (Size o = 0; o < static_cast<Size>(s.out_channels); ++o) {
    for (Size t = 0; t < taps; ++t) dw[o * taps + t] += first[t * padded + o];
    if (db) db[o] += sums.total[o];
  }
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tailor::kernels {

HWY_EXPORT(first_forward);
HWY_EXPORT(first_weights);

bool first_conv_supports(const ConvShape& s) { return s.plain(); }

std::size_t first_conv_weight_floats(const ConvShape& s) {
  return static_cast<std::size_t>(s.kernel_height) * s.kernel_width * s.in_channels * padded_channels(s);
}

std::size_t first_conv_scratch_floats(const ConvShape& s) {
  return bordered_floats(s) + first_conv_weight_floats(s) + static_cast<std::size_t>(padded_channels(s));
}

void first_conv_pack_weights(const ConvShape& s, const float* weights, float* packed) {
  const std::size_t taps = static_cast<std::size_t>(s.kernel_height) * s.kernel_width * s.in_channels;
  const std::size_t channels = static_cast<std::size_t>(s.out_channels);
  const std::size_t padded = static_cast<std::size_t>(padded_channels(s));
  std::fill_n(packed, taps * padded, 0.0f);
  for (std::size_t o = 0; o < channels; ++o) {
    for (std::size_t t = 0; t < taps; ++t) packed[t * padded + o] = weights[o * taps + t];
  }
}

void first_conv_forward(const ConvShape& shape, const float* x, const float* packed, const float* bias,
                        bool relu, float* y, float* scratch) {
  HWY_DYNAMIC_DISPATCH(first_forward)(shape, x, packed, bias, relu, y, scratch);
}

void first_conv_weight_gradient(const ConvShape& shape, const float* x, const float* y, const float* dy,
                                float* dw, float* db, float* scratch) {
  HWY_DYNAMIC_DISPATCH(first_weights)(shape, x, y, dy, dw, db, scratch);
}

}  // namespace tailor::kernels
#endif  // HWY_ONCE
