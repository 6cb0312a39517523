// Batch normalisation in blocks of rows that stay in the first cache, one vector of channels at a time. Sums
// are floats within a block and doubles across blocks.
#include "tailor/nn/kernels/layers/batch_norm.h"

#include <algorithm>

#include "tailor/nn/kernels/common/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tailor/nn/kernels/layers/batch_norm.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tailor/nn/kernels/common/columns-inl.h"
#include "tailor/nn/kernels/common/part-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {
namespace {

using Tag = hn::ScalableTag<float>;
using V = hn::Vec<Tag>;

HWY_INLINE V masked(V dy, const float* dst, std::size_t at, std::size_t n) {
  const Tag d;
  return dst ? hn::IfThenZeroElse(hn::Le(load_up_to(d, dst + at, n), hn::Zero(d)), dy) : dy;
}

}  // namespace

void sums_of(const float* src, std::size_t rows, int channels, double* sums) {
  std::fill_n(sums, channels, 0.0);
  for_columns(rows, channels, [&](const Column& column) HWY_ATTR {
    const Tag d;
    const float* at = src + column.offset;
    V sum = hn::Zero(d), other = sum;
    std::size_t r = 0;
    for (; r + 2 <= column.rows; r += 2, at += 2 * column.stride) {
      sum = hn::Add(sum, load_up_to(d, at, column.count));
      other = hn::Add(other, load_up_to(d, at + column.stride, column.count));
    }
    if (r < column.rows) sum = hn::Add(sum, load_up_to(d, at, column.count));
    add_lanes(hn::Add(sum, other), column, sums);
  });
}

void centered_squares_of(const float* src, const float* mean, std::size_t rows, int channels, double* sums) {
  std::fill_n(sums, channels, 0.0);
  for_columns(rows, channels, [&](const Column& column) HWY_ATTR {
    const Tag d;
    const V center = load_up_to(d, mean + column.channel, column.count);
    V sum = hn::Zero(d), other = sum;
    const float* at = src + column.offset;
    std::size_t r = 0;
    for (; r + 2 <= column.rows; r += 2, at += 2 * column.stride) {
      const V a = hn::Sub(load_up_to(d, at, column.count), center);
      const V b = hn::Sub(load_up_to(d, at + column.stride, column.count), center);
      sum = hn::MulAdd(a, a, sum);
      other = hn::MulAdd(b, b, other);
    }
    if (r < column.rows) {
      const V a = hn::Sub(load_up_to(d, at, column.count), center);
      sum = hn::MulAdd(a, a, sum);
    }
    add_lanes(hn::Add(sum, other), column, sums);
  });
}

void apply(const float* src, std::size_t rows, int channels, const float* mean,
           const float* inverse_deviation, const float* scale, const float* shift, bool relu, float* dst) {
  for_columns(rows, channels, [&](const Column& column) HWY_ATTR {
    const Tag d;
    const std::size_t n = column.count, c = column.channel;
    const V center = load_up_to(d, mean + c, n), base = load_up_to(d, shift + c, n);
    const V factor = hn::Mul(load_up_to(d, inverse_deviation + c, n), load_up_to(d, scale + c, n));
    for (std::size_t r = 0, at = column.offset; r < column.rows; ++r, at += column.stride) {
      V y = hn::MulAdd(hn::Sub(load_up_to(d, src + at, n), center), factor, base);
      if (relu) y = hn::IfThenZeroElse(hn::Le(y, hn::Zero(d)), y);
      store_up_to(y, d, dst + at, n);
    }
  });
}

void backward_sums(const float* src, const float* diff_dst, const float* dst, std::size_t rows, int channels,
                   const float* mean, const float* inverse_deviation, double* sum_dy, double* sum_dy_xhat) {
  std::fill_n(sum_dy, channels, 0.0);
  std::fill_n(sum_dy_xhat, channels, 0.0);
  for_columns(rows, channels, [&](const Column& column) HWY_ATTR {
    const Tag d;
    const std::size_t n = column.count, c = column.channel;
    const V center = load_up_to(d, mean + c, n), inverse = load_up_to(d, inverse_deviation + c, n);
    V sum = hn::Zero(d), product = sum;
    for (std::size_t r = 0, at = column.offset; r < column.rows; ++r, at += column.stride) {
      const V dy = masked(load_up_to(d, diff_dst + at, n), dst, at, n);
      sum = hn::Add(sum, dy);
      product = hn::MulAdd(dy, hn::Sub(load_up_to(d, src + at, n), center), product);
    }
    add_lanes(sum, column, sum_dy);
    add_lanes(hn::Mul(product, inverse), column, sum_dy_xhat);
  });
}

// diff_src = factor * (dy - less - (src - mean) * slope), the channel's constants being computed once for
// each block.
void backward_data(const float* src, const float* diff_dst, const float* dst, std::size_t rows, int channels,
                   const float* mean, const float* inverse_deviation, const float* scale,
                   const double* sum_dy, const double* sum_dy_xhat, std::size_t total_rows, float* diff_src) {
  const double share = 1 / static_cast<double>(total_rows);
  for_columns(rows, channels, [&](const Column& column) HWY_ATTR {
    const Tag d;
    const std::size_t n = column.count, c = column.channel;
    HWY_ALIGN float means[HWY_MAX_BYTES / sizeof(float)] = {}, slopes[HWY_MAX_BYTES / sizeof(float)] = {};
    for (std::size_t i = 0; i < n; ++i) {
      means[i] = static_cast<float>(sum_dy[c + i] * share);
      slopes[i] =
          static_cast<float>(sum_dy_xhat[c + i] * share * static_cast<double>(inverse_deviation[c + i]));
    }
    const V less = hn::Load(d, means), slope = hn::Load(d, slopes), center = load_up_to(d, mean + c, n);
    const V factor = hn::Mul(load_up_to(d, inverse_deviation + c, n), load_up_to(d, scale + c, n));
    for (std::size_t r = 0, at = column.offset; r < column.rows; ++r, at += column.stride) {
      const V dy = hn::Sub(masked(load_up_to(d, diff_dst + at, n), dst, at, n), less);
      const V centered = hn::NegMulAdd(hn::Sub(load_up_to(d, src + at, n), center), slope, dy);
      store_up_to(hn::Mul(factor, centered), d, diff_src + at, n);
    }
  });
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tailor::kernels {

HWY_EXPORT(sums_of);
HWY_EXPORT(centered_squares_of);
HWY_EXPORT(apply);
HWY_EXPORT(backward_sums);
HWY_EXPORT(backward_data);

void channel_sums(const float* src, std::size_t rows, int channels, double* sums) {
  HWY_DYNAMIC_DISPATCH(sums_of)(src, rows, channels, sums);
}

void channel_centered_squares(const float* src, const float* mean, std::size_t rows, int channels,
                              double* sums) {
  HWY_DYNAMIC_DISPATCH(centered_squares_of)(src, mean, rows, channels, sums);
}

void batch_norm_apply(const float* src, std::size_t rows, int channels, const float* mean,
                      const float* inverse_deviation, const float* scale, const float* shift, bool relu,
                      float* dst) {
  HWY_DYNAMIC_DISPATCH(apply)(src, rows, channels, mean, inverse_deviation, scale, shift, relu, dst);
}

void batch_norm_backward_sums(const float* src, const float* diff_dst, const float* dst, std::size_t rows,
                              int channels, const float* mean, const float* inverse_deviation, double* sum_dy,
                              double* sum_dy_xhat) {
  HWY_DYNAMIC_DISPATCH(backward_sums)
  (src, diff_dst, dst, rows, channels, mean, inverse_deviation, sum_dy, sum_dy_xhat);
}

void batch_norm_backward_data(const float* src, const float* diff_dst, const float* dst, std::size_t rows,
                              int channels, const float* mean, const float* inverse_deviation,
                              const float* scale, const double* sum_dy, const double* sum_dy_xhat,
                              std::size_t total_rows, float* diff_src) {
  HWY_DYNAMIC_DISPATCH(backward_data)
  (src, diff_dst, dst, rows, channels, mean, inverse_deviation, scale, sum_dy, sum_dy_xhat, total_rows,
   diff_src);
}

}  // namespace tailor::kernels
#endif  // HWY_ONCE
