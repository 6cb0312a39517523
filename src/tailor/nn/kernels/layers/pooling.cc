// Pooling with one vector of channels at a time: a window's values are neighbours in memory only along
// channels.
#include "tailor/nn/kernels/layers/pooling.h"

#include <cstddef>
#include <cstring>

#include "tailor/nn/kernels/common/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tailor/nn/kernels/layers/pooling.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tailor/nn/kernels/common/part-inl.h"
#include "tailor/nn/kernels/layers/pooling_window.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {
namespace {

using Tag = hn::ScalableTag<float>;
using Indices = hn::RebindToSigned<Tag>;
using Bytes = hn::Rebind<std::uint8_t, Tag>;
using V = hn::Vec<Tag>;

HWY_INLINE std::size_t offset(int row, int column, int columns, int channels) {
  return (static_cast<std::size_t>(row) * columns + column) * channels;
}

// No input lies under two windows: gradients need not be added up.
HWY_INLINE bool windows_apart(const PoolShape& s) {
  return s.stride_height > (s.kernel_height - 1) * s.dilation_height &&
         s.stride_width > (s.kernel_width - 1) * s.dilation_width;
}

HWY_INLINE std::size_t inputs(const PoolShape& s) { return offset(s.in_height, 0, s.in_width, s.channels); }

HWY_INLINE std::size_t outputs(const PoolShape& s) {
  return offset(s.out_height, 0, s.out_width, s.channels);
}

// Fewer than Lanes values go through a buffer: there is no masked access to bytes everywhere.
template <class D>
HWY_INLINE void store_part(hn::Vec<D> v, D d, hn::TFromD<D>* to, std::size_t n) {
  if (n >= hn::Lanes(d)) return hn::StoreU(v, d, to);
  HWY_ALIGN hn::TFromD<D> lanes[HWY_MAX_BYTES / sizeof(hn::TFromD<D>)];
  hn::Store(v, d, lanes);
  std::memcpy(to, lanes, n * sizeof *to);
}

template <class D>
HWY_INLINE hn::Vec<D> load_part(D d, const hn::TFromD<D>* from, std::size_t n) {
  if (n >= hn::Lanes(d)) return hn::LoadU(d, from);
  HWY_ALIGN hn::TFromD<D> lanes[HWY_MAX_BYTES / sizeof(hn::TFromD<D>)] = {};
  std::memcpy(lanes, from, n * sizeof *from);
  return hn::Load(d, lanes);
}

HWY_INLINE void store_places(hn::Vec<Indices> v, std::uint8_t* to, std::size_t n) {
  store_part(hn::DemoteTo(Bytes(), v), Bytes(), to, n);
}
HWY_INLINE void store_places(hn::Vec<Indices> v, std::int32_t* to, std::size_t n) {
  store_part(v, Indices(), to, n);
}

HWY_INLINE hn::Vec<Indices> load_places(const std::uint8_t* from, std::size_t n) {
  return hn::PromoteTo(Indices(), load_part(Bytes(), from, n));
}
HWY_INLINE hn::Vec<Indices> load_places(const std::int32_t* from, std::size_t n) {
  return load_part(Indices(), from, n);
}

// Where the window's tap (ky, kx) lies in the image.
HWY_INLINE std::size_t tap_offset(const PoolShape& s, const PoolWindow& w, int ky, int kx) {
  return offset(w.top + ky * s.dilation_height, w.left + kx * s.dilation_width, s.in_width, s.channels);
}

// Channels [c, c + n) of one window.
template <class Argmax>
HWY_INLINE void max_window(const PoolShape& s, const PoolWindow& w, const float* src, int c, std::size_t n,
                           float* dst, Argmax* argmax) {
  const Tag d;
  const Indices di;
  const float* corner = src + c;
  const auto load = [&](int ky, int kx)
                        HWY_ATTR { return load_up_to(d, corner + tap_offset(s, w, ky, kx), n); };
  V best = load(w.row_begin, w.column_begin);
  auto place = hn::Set(di, w.row_begin * s.kernel_width + w.column_begin);
  for (int ky = w.row_begin; ky < w.row_end; ++ky)
    for (int kx = w.column_begin; kx < w.column_end; ++kx) {
      const V v = load(ky, kx);
      // Greater, or NaN; nothing beats an earlier NaN.
      const auto wins = hn::AndNot(hn::IsNaN(best), hn::Not(hn::Le(v, best)));
      best = hn::IfThenElse(wins, v, best);
      place = hn::IfThenElse(hn::RebindMask(di, wins), hn::Set(di, ky * s.kernel_width + kx), place);
    }
  store_up_to(best, d, dst + c, n);
  store_places(place, argmax + c, n);
}

template <class Argmax>
void max_forward(const PoolShape& s, const float* src, float* dst, Argmax* argmax) {
  const int lanes = static_cast<int>(hn::Lanes(Tag()));
  for (int y = 0; y < s.out_height; ++y)
    for (int x = 0; x < s.out_width; ++x) {
      const PoolWindow w(s, y, x);
      for (int c = 0; c < s.channels; c += lanes)
        max_window(s, w, src, c, static_cast<std::size_t>(s.channels - c), dst, argmax);
      dst += s.channels;
      argmax += s.channels;
    }
}

template <class Argmax>
void max_backward(const PoolShape& s, const float* diff_dst, const Argmax* argmax, float* diff_src) {
  const Tag d;
  const Indices di;
  const int lanes = static_cast<int>(hn::Lanes(d));
  const bool apart = windows_apart(s);
  std::memset(diff_src, 0, inputs(s) * sizeof(float));  // what no window covers
  for (int y = 0; y < s.out_height; ++y)
    for (int x = 0; x < s.out_width; ++x) {
      const PoolWindow w(s, y, x);
      for (int c = 0; c < s.channels; c += lanes) {
        const std::size_t n = static_cast<std::size_t>(s.channels - c);
        const V g = load_up_to(d, diff_dst + c, n);
        const auto place = load_places(argmax + c, n);
        for (int ky = w.row_begin; ky < w.row_end; ++ky)
          for (int kx = w.column_begin; kx < w.column_end; ++kx) {
            float* to = diff_src + tap_offset(s, w, ky, kx) + c;
            const auto won = hn::RebindMask(d, hn::Eq(place, hn::Set(di, ky * s.kernel_width + kx)));
            const V mine = hn::IfThenElseZero(won, g);
            store_up_to(apart ? mine : hn::Add(load_up_to(d, to, n), mine), d, to, n);
          }
      }
      diff_dst += s.channels;
      argmax += s.channels;
    }
}

}  // namespace

void max_forward_byte(const PoolShape& s, const float* src, float* dst, std::uint8_t* argmax) {
  max_forward(s, src, dst, argmax);
}
void max_forward_wide(const PoolShape& s, const float* src, float* dst, std::int32_t* argmax) {
  max_forward(s, src, dst, argmax);
}
void max_backward_byte(const PoolShape& s, const float* diff_dst, const std::uint8_t* argmax,
                       float* diff_src) {
  max_backward(s, diff_dst, argmax, diff_src);
}
void max_backward_wide(const PoolShape& s, const float* diff_dst, const std::int32_t* argmax,
                       float* diff_src) {
  max_backward(s, diff_dst, argmax, diff_src);
}

void average_forward(const PoolShape& s, const float* src, float* dst) {
  const Tag d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  const float *const src_end = src + inputs(s), *const dst_end = dst + outputs(s);
  for (int y = 0; y < s.out_height; ++y)
    for (int x = 0; x < s.out_width; ++x) {
      const PoolWindow w(s, y, x);
      const V share = hn::Set(d, 1.0f / static_cast<float>(w.count));
      for (int c = 0; c < s.channels; c += lanes) {
        // What a vector writes too much lies in the next windows' place, which are written later.
        const float* last =
            src + offset(w.top + w.row_end - 1, w.left + w.column_end - 1, s.in_width, s.channels) + c;
        const auto n = static_cast<std::size_t>(HWY_MIN(src_end - last, dst_end - dst - c));
        V sum = hn::Zero(d);
        for (int ky = w.row_begin; ky < w.row_end; ++ky)
          for (int kx = w.column_begin; kx < w.column_end; ++kx)
            sum = hn::Add(
                sum, load_up_to(d, src + offset(w.top + ky, w.left + kx, s.in_width, s.channels) + c, n));
        store_up_to(hn::Mul(sum, share), d, dst + c, n);
      }
      dst += s.channels;
    }
}

// Windows side by side, without gaps, none cut off by an edge.
HWY_INLINE bool tiled(const PoolShape& s) {
  return !s.adaptive && s.padding_top == 0 && s.padding_left == 0 && s.stride_height == s.kernel_height &&
         s.stride_width == s.kernel_width && s.out_height * s.kernel_height <= s.in_height &&
         s.out_width * s.kernel_width <= s.in_width;
}

// Each row of inputs is written from left to right, where a later store
// mends what the vector before wrote too much.
void average_backward_tiled(const PoolShape& s, const float* diff_dst, float* diff_src) {
  const Tag d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  const V share = hn::Set(d, 1.0f / static_cast<float>(s.kernel_height * s.kernel_width));
  const float* const diff_dst_end = diff_dst + outputs(s);
  for (int row = 0; row < s.out_height * s.kernel_height; ++row) {
    const float* g = diff_dst + offset(row / s.kernel_height, 0, s.out_width, s.channels);
    float* to = diff_src + offset(row, 0, s.in_width, s.channels);
    float* const end = to + s.out_width * s.kernel_width * s.channels;
    for (int x = 0; x < s.out_width; ++x, g += s.channels)
      for (int kx = 0; kx < s.kernel_width; ++kx, to += s.channels)
        for (int c = 0; c < s.channels; c += lanes) {
          const auto n = static_cast<std::size_t>(HWY_MIN(diff_dst_end - g, end - to) - c);
          store_up_to(hn::Mul(load_up_to(d, g + c, n), share), d, to + c, n);
        }
  }
}

void average_backward(const PoolShape& s, const float* diff_dst, float* diff_src) {
  const Tag d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  std::memset(diff_src, 0, inputs(s) * sizeof(float));
  if (tiled(s)) return average_backward_tiled(s, diff_dst, diff_src);
  for (int y = 0; y < s.out_height; ++y)
    for (int x = 0; x < s.out_width; ++x) {
      const PoolWindow w(s, y, x);
      const V share = hn::Set(d, 1.0f / static_cast<float>(w.count));
      for (int c = 0; c < s.channels; c += lanes) {
        const std::size_t n = static_cast<std::size_t>(s.channels - c);
        const V g = hn::Mul(load_up_to(d, diff_dst + c, n), share);
        for (int ky = w.row_begin; ky < w.row_end; ++ky)
          for (int kx = w.column_begin; kx < w.column_end; ++kx) {
            float* to = diff_src + offset(w.top + ky, w.left + kx, s.in_width, s.channels) + c;
            store_up_to(hn::Add(load_up_to(d, to, n), g), d, to, n);
          }
      }
      diff_dst += s.channels;
    }
}

void global_forward(int rows, int channels, const float* src, float* dst) {
  const Tag d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  const V share = hn::Set(d, 1.0f / static_cast<float>(rows));
  for (int c = 0; c < channels; c += lanes) {
    const std::size_t n = static_cast<std::size_t>(channels - c);
    const auto row = [&](int r) HWY_ATTR { return load_up_to(d, src + offset(r, 0, 1, channels) + c, n); };
    // Four sums: shorter chains of additions, and of rounding errors.
    V s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
    int r = 0;
    for (; r + 4 <= rows; r += 4) {
      s0 = hn::Add(s0, row(r));
      s1 = hn::Add(s1, row(r + 1));
      s2 = hn::Add(s2, row(r + 2));
      s3 = hn::Add(s3, row(r + 3));
    }
    for (; r < rows; ++r) s0 = hn::Add(s0, row(r));
    store_up_to(hn::Mul(hn::Add(hn::Add(s0, s1), hn::Add(s2, s3)), share), d, dst + c, n);
  }
}

void global_backward(int rows, int channels, const float* diff_dst, float* diff_src) {
  const Tag d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  const V share = hn::Set(d, 1.0f / static_cast<float>(rows));
  for (int c = 0; c < channels; c += lanes) {
    const std::size_t n = static_cast<std::size_t>(channels - c);
    const V g = hn::Mul(load_up_to(d, diff_dst + c, n), share);
    for (int r = 0; r < rows; ++r) store_up_to(g, d, diff_src + offset(r, 0, 1, channels) + c, n);
  }
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tailor::kernels {

HWY_EXPORT(max_forward_byte);
HWY_EXPORT(max_forward_wide);
HWY_EXPORT(max_backward_byte);
HWY_EXPORT(max_backward_wide);
HWY_EXPORT(average_forward);
HWY_EXPORT(average_backward);
HWY_EXPORT(global_forward);
HWY_EXPORT(global_backward);

template <>
void max_pool_forward(const PoolShape& shape, const float* src, float* dst, std::uint8_t* argmax) {
  HWY_DYNAMIC_DISPATCH(max_forward_byte)(shape, src, dst, argmax);
}
template <>
void max_pool_forward(const PoolShape& shape, const float* src, float* dst, std::int32_t* argmax) {
  HWY_DYNAMIC_DISPATCH(max_forward_wide)(shape, src, dst, argmax);
}

template <>
void max_pool_backward(const PoolShape& shape, const float* diff_dst, const std::uint8_t* argmax,
                       float* diff_src) {
  HWY_DYNAMIC_DISPATCH(max_backward_byte)(shape, diff_dst, argmax, diff_src);
}
template <>
void max_pool_backward(const PoolShape& shape, const float* diff_dst, const std::int32_t* argmax,
                       float* diff_src) {
  HWY_DYNAMIC_DISPATCH(max_backward_wide)(shape, diff_dst, argmax, diff_src);
}

void average_pool_forward(const PoolShape& shape, const float* src, float* dst) {
  HWY_DYNAMIC_DISPATCH(average_forward)(shape, src, dst);
}

void average_pool_backward(const PoolShape& shape, const float* diff_dst, float* diff_src) {
  HWY_DYNAMIC_DISPATCH(average_backward)(shape, diff_dst, diff_src);
}

void global_average_forward(int rows, int channels, const float* src, float* dst) {
  HWY_DYNAMIC_DISPATCH(global_forward)(rows, channels, src, dst);
}

void global_average_backward(int rows, int channels, const float* diff_dst, float* diff_src) {
  HWY_DYNAMIC_DISPATCH(global_backward)(rows, channels, diff_dst, diff_src);
}

}  // namespace tailor::kernels
#endif  // HWY_ONCE
