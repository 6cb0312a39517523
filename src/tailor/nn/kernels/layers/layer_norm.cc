// Layer normalisation along the channels, which are neighbours in memory; see layer_norm_reference.cc for the
// formulas.
#include "tailor/nn/kernels/layers/layer_norm.h"

#include <algorithm>
#include <cmath>

#include "tailor/nn/kernels/common/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tailor/nn/kernels/layers/layer_norm.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tailor/nn/kernels/common/columns-inl.h"
#include "tailor/nn/kernels/common/part-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {
namespace {

using RowTag = hn::ScalableTag<float>;
using RowVector = hn::Vec<RowTag>;

// The sum over a row of body(first channel, how many): a vector whose lanes beyond these are left out.
template <class Body>
HWY_INLINE double row_sum(std::size_t channels, const Body& body) {
  const RowTag d;
  const std::size_t lanes = hn::Lanes(d);
  RowVector sum = hn::Zero(d);
  for (std::size_t c = 0; c < channels; c += lanes) {
    const std::size_t n = std::min(lanes, channels - c);
    sum = hn::Add(sum, hn::IfThenElseZero(hn::FirstN(d, n), body(c, n)));
  }
  return static_cast<double>(hn::GetLane(hn::SumOfLanes(d, sum)));
}

}  // namespace

void rows_forward(const float* src, std::size_t rows, int channels, double epsilon, const float* scale,
                  const float* shift, float* dst, float* mean, float* inverse_deviation) {
  const RowTag d;
  const std::size_t width = static_cast<std::size_t>(channels), lanes = hn::Lanes(d);
  for (std::size_t r = 0; r < rows; ++r) {
    const float* x = src + r * width;
    float* y = dst + r * width;
    const double sum =
        row_sum(width, [&](std::size_t c, std::size_t n) HWY_ATTR { return load_up_to(d, x + c, n); });
    mean[r] = static_cast<float>(sum / channels);
    const RowVector center = hn::Set(d, mean[r]);
    const double squares = row_sum(width, [&](std::size_t c, std::size_t n) HWY_ATTR {
      const RowVector difference = hn::Sub(load_up_to(d, x + c, n), center);
      return hn::Mul(difference, difference);
    });
    inverse_deviation[r] = static_cast<float>(1 / std::sqrt(squares / channels + epsilon));
    const RowVector inverse = hn::Set(d, inverse_deviation[r]);
    for (std::size_t c = 0; c < width; c += lanes) {
      const std::size_t n = std::min(lanes, width - c);
      const RowVector normal = hn::Mul(hn::Sub(load_up_to(d, x + c, n), center), inverse);
      store_up_to(hn::MulAdd(normal, load_up_to(d, scale + c, n), load_up_to(d, shift + c, n)), d, y + c, n);
    }
  }
}

void rows_backward_sums(const float* src, const float* diff_dst, std::size_t rows, int channels,
                        const float* mean, const float* inverse_deviation, float* scale_sums,
                        float* shift_sums) {
  for_columns(rows, channels, [&](const Column& column) HWY_ATTR {
    const RowTag d;
    const std::size_t n = column.count;
    RowVector sum = hn::Zero(d), product = sum;
    for (std::size_t r = 0, at = column.offset; r < column.rows; ++r, at += column.stride) {
      const RowVector dy = load_up_to(d, diff_dst + at, n);
      const RowVector centered = hn::Sub(load_up_to(d, src + at, n), hn::Set(d, mean[column.row + r]));
      sum = hn::Add(sum, dy);
      product = hn::MulAdd(hn::Mul(dy, hn::Set(d, inverse_deviation[column.row + r])), centered, product);
    }
    add_lanes(sum, column, shift_sums);
    add_lanes(product, column, scale_sums);
  });
}

void rows_backward_data(const float* src, const float* diff_dst, std::size_t rows, int channels,
                        const float* mean, const float* inverse_deviation, const float* scale,
                        float* diff_src) {
  const RowTag d;
  const std::size_t width = static_cast<std::size_t>(channels), lanes = hn::Lanes(d);
  for (std::size_t r = 0; r < rows; ++r) {
    const float* x = src + r * width;
    const float* dy = diff_dst + r * width;
    float* dx = diff_src + r * width;
    const RowVector center = hn::Set(d, mean[r]), inverse = hn::Set(d, inverse_deviation[r]);
    const auto scaled = [&](std::size_t c, std::size_t n) HWY_ATTR {
      return hn::Mul(load_up_to(d, dy + c, n), load_up_to(d, scale + c, n));
    };
    const auto normal = [&](std::size_t c, std::size_t n)
                            HWY_ATTR { return hn::Mul(hn::Sub(load_up_to(d, x + c, n), center), inverse); };
    const double sum = row_sum(width, scaled);
    const double product = row_sum(
        width, [&](std::size_t c, std::size_t n) HWY_ATTR { return hn::Mul(scaled(c, n), normal(c, n)); });
    const RowVector less = hn::Set(d, static_cast<float>(sum / channels));
    const RowVector slope = hn::Set(d, static_cast<float>(product / channels));
    for (std::size_t c = 0; c < width; c += lanes) {
      const std::size_t n = std::min(lanes, width - c);
      const RowVector centered = hn::NegMulAdd(normal(c, n), slope, hn::Sub(scaled(c, n), less));
      store_up_to(hn::Mul(inverse, centered), d, dx + c, n);
    }
  }
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tailor::kernels {

HWY_EXPORT(rows_forward);
HWY_EXPORT(rows_backward_sums);
HWY_EXPORT(rows_backward_data);

void layer_norm_forward(const float* src, std::size_t rows, int channels, double epsilon, const float* scale,
                        const float* shift, float* dst, float* mean, float* inverse_deviation) {
  HWY_DYNAMIC_DISPATCH(rows_forward)
  (src, rows, channels, epsilon, scale, shift, dst, mean, inverse_deviation);
}

void layer_norm_backward(const float* src, const float* diff_dst, std::size_t rows, int channels,
                         const float* mean, const float* inverse_deviation, const float* scale,
                         float* diff_src, float* scale_sums, float* shift_sums) {
  HWY_DYNAMIC_DISPATCH(rows_backward_sums)
  (src, diff_dst, rows, channels, mean, inverse_deviation, scale_sums, shift_sums);
  if (!diff_src) return;
  HWY_DYNAMIC_DISPATCH(rows_backward_data)
  (src, diff_dst, rows, channels, mean, inverse_deviation, scale, diff_src);
}

}  // namespace tailor::kernels
#endif  // HWY_ONCE
