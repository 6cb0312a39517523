// One vector of channels at a time; see channelwise_reference.cc for the definitions.
#include "tailor/nn/kernels/layers/channelwise.h"

#include "tailor/nn/kernels/common/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tailor/nn/kernels/layers/channelwise.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tailor/nn/kernels/common/columns-inl.h"
#include "tailor/nn/kernels/common/part-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {
namespace {

using ChannelTag = hn::ScalableTag<float>;
using ChannelVector = hn::Vec<ChannelTag>;

}  // namespace

void factors_forward(const float* src, std::size_t rows, int channels, const float* factors, float* dst) {
  for_columns(rows, channels, [&](const Column& column) HWY_ATTR {
    const ChannelTag d;
    const std::size_t n = column.count;
    const ChannelVector factor = load_up_to(d, factors + column.channel, n);
    for (std::size_t r = 0, at = column.offset; r < column.rows; ++r, at += column.stride) {
      store_up_to(hn::Mul(load_up_to(d, src + at, n), factor), d, dst + at, n);
    }
  });
}

void products_of(const float* a, const float* b, std::size_t rows, int channels, float* sums) {
  for_columns(rows, channels, [&](const Column& column) HWY_ATTR {
    const ChannelTag d;
    const std::size_t n = column.count;
    ChannelVector sum = hn::Zero(d);
    for (std::size_t r = 0, at = column.offset; r < column.rows; ++r, at += column.stride) {
      sum = hn::MulAdd(load_up_to(d, a + at, n), load_up_to(d, b + at, n), sum);
    }
    add_lanes(sum, column, sums);
  });
}

void slopes_forward(const float* src, std::size_t rows, int channels, const float* slopes, float* dst) {
  for_columns(rows, channels, [&](const Column& column) HWY_ATTR {
    const ChannelTag d;
    const std::size_t n = column.count;
    const ChannelVector slope = load_up_to(d, slopes + column.channel, n);
    for (std::size_t r = 0, at = column.offset; r < column.rows; ++r, at += column.stride) {
      const ChannelVector x = load_up_to(d, src + at, n);
      store_up_to(hn::IfThenElse(hn::Gt(x, hn::Zero(d)), x, hn::Mul(slope, x)), d, dst + at, n);
    }
  });
}

void slopes_backward(const float* src, const float* diff_dst, std::size_t rows, int channels,
                     const float* slopes, float* diff_src, float* sums) {
  for_columns(rows, channels, [&](const Column& column) HWY_ATTR {
    const ChannelTag d;
    const std::size_t n = column.count;
    const ChannelVector slope = load_up_to(d, slopes + column.channel, n);
    ChannelVector sum = hn::Zero(d);
    for (std::size_t r = 0, at = column.offset; r < column.rows; ++r, at += column.stride) {
      const ChannelVector x = load_up_to(d, src + at, n), dy = load_up_to(d, diff_dst + at, n);
      const auto positive = hn::Gt(x, hn::Zero(d));
      sum = hn::Add(sum, hn::IfThenZeroElse(positive, hn::Mul(dy, x)));
      if (diff_src) store_up_to(hn::IfThenElse(positive, dy, hn::Mul(slope, dy)), d, diff_src + at, n);
    }
    add_lanes(sum, column, sums);
  });
}

void combine(const float* x, const float* y, std::size_t rows, int channels, const float* a, const float* b,
             const float* center, const float* e, float* dst) {
  for_columns(rows, channels, [&](const Column& column) HWY_ATTR {
    const ChannelTag d;
    const std::size_t n = column.count, c = column.channel;
    const ChannelVector va = load_up_to(d, a + c, n), vb = load_up_to(d, b + c, n);
    const ChannelVector middle = load_up_to(d, center + c, n), ve = load_up_to(d, e + c, n);
    for (std::size_t r = 0, at = column.offset; r < column.rows; ++r, at += column.stride) {
      const ChannelVector sum = hn::MulAdd(vb, hn::Sub(load_up_to(d, y + at, n), middle), ve);
      store_up_to(hn::MulAdd(va, load_up_to(d, x + at, n), sum), d, dst + at, n);
    }
  });
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tailor::kernels {

HWY_EXPORT(factors_forward);
HWY_EXPORT(products_of);
HWY_EXPORT(slopes_forward);
HWY_EXPORT(slopes_backward);
HWY_EXPORT(combine);

void scale_channels(const float* src, std::size_t rows, int channels, const float* factors, float* dst) {
  HWY_DYNAMIC_DISPATCH(factors_forward)(src, rows, channels, factors, dst);
}

void add_channel_products(const float* a, const float* b, std::size_t rows, int channels, float* sums) {
  HWY_DYNAMIC_DISPATCH(products_of)(a, b, rows, channels, sums);
}

void prelu_forward(const float* src, std::size_t rows, int channels, const float* slopes, float* dst) {
  HWY_DYNAMIC_DISPATCH(slopes_forward)(src, rows, channels, slopes, dst);
}

void prelu_backward(const float* src, const float* diff_dst, std::size_t rows, int channels,
                    const float* slopes, float* diff_src, float* sums) {
  HWY_DYNAMIC_DISPATCH(slopes_backward)(src, diff_dst, rows, channels, slopes, diff_src, sums);
}

void combine_channels(const float* x, const float* y, std::size_t rows, int channels, const float* a,
                      const float* b, const float* center, const float* e, float* dst) {
  HWY_DYNAMIC_DISPATCH(combine)(x, y, rows, channels, a, b, center, e, dst);
}

}  // namespace tailor::kernels
#endif  // HWY_ONCE
