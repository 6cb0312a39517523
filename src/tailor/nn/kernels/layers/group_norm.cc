// Group normalisation from batch norm's sums over each channel of one image.
#include "tailor/nn/kernels/layers/group_norm.h"

#include <cmath>

#include "tailor/nn/kernels/layers/batch_norm.h"
#include "tailor/nn/kernels/layers/channelwise.h"

namespace tailor::kernels {
namespace {

std::size_t unsigned_count(int n) { return static_cast<std::size_t>(n); }

// f(first channel, channel behind the last) of each group.
template <class Function>
void each_group(int channels, int groups, Function f) {
  const std::size_t width = unsigned_count(channels / groups);
  for (std::size_t first = 0; first < unsigned_count(channels); first += width) f(first, first + width);
}

}  // namespace

// Two sums for each channel, and three coefficients as floats.
std::size_t group_norm_scratch(int channels) { return 4 * unsigned_count(channels); }

void group_norm_forward(const float* src, std::size_t positions, int channels, int groups, double epsilon,
                        const float* scale, const float* shift, float* dst, float* mean,
                        float* inverse_deviation, double* scratch) {
  const double n = static_cast<double>(positions) * (channels / groups);
  double* sums = scratch;
  const auto total = [&](std::size_t first, std::size_t last) {
    double sum = 0;
    for (std::size_t c = first; c < last; ++c) sum += sums[c];
    return sum;
  };
  channel_sums(src, positions, channels, sums);
  each_group(channels, groups, [&](std::size_t first, std::size_t last) {
    const float center = static_cast<float>(total(first, last) / n);
    for (std::size_t c = first; c < last; ++c) mean[c] = center;
  });
  channel_centered_squares(src, mean, positions, channels, sums);
  each_group(channels, groups, [&](std::size_t first, std::size_t last) {
    const float inverse = static_cast<float>(1 / std::sqrt(total(first, last) / n + epsilon));
    for (std::size_t c = first; c < last; ++c) inverse_deviation[c] = inverse;
  });
  batch_norm_apply(src, positions, channels, mean, inverse_deviation, scale, shift, false, dst);
}

void group_norm_backward(const float* src, const float* diff_dst, std::size_t positions, int channels,
                         int groups, const float* mean, const float* inverse_deviation, const float* scale,
                         float* diff_src, float* scale_sums, float* shift_sums, double* scratch) {
  double *sum_dy = scratch, *sum_dy_xhat = sum_dy + channels;
  batch_norm_backward_sums(src, diff_dst, nullptr, positions, channels, mean, inverse_deviation, sum_dy,
                           sum_dy_xhat);
  for (std::size_t c = 0; c < unsigned_count(channels); ++c) {
    shift_sums[c] += static_cast<float>(sum_dy[c]);
    scale_sums[c] += static_cast<float>(sum_dy_xhat[c]);
  }
  if (!diff_src) return;
  // diff_src = inverse * (scale * dy - mean of (scale * dy) - xhat * mean of (scale * dy * xhat)), the means
  // over the group.
  const double n = static_cast<double>(positions) * (channels / groups);
  float *of_dy = reinterpret_cast<float*>(sum_dy_xhat + channels), *of_x = of_dy + channels,
        *constant = of_x + channels;
  each_group(channels, groups, [&](std::size_t first, std::size_t last) {
    double sum = 0, product = 0;
    for (std::size_t c = first; c < last; ++c) {
      sum += static_cast<double>(scale[c]) * sum_dy[c];
      product += static_cast<double>(scale[c]) * sum_dy_xhat[c];
    }
    const double inverse = static_cast<double>(inverse_deviation[first]);
    for (std::size_t c = first; c < last; ++c) {
      of_dy[c] = static_cast<float>(inverse * static_cast<double>(scale[c]));
      of_x[c] = static_cast<float>(-inverse * inverse * product / n);
      constant[c] = static_cast<float>(-inverse * sum / n);
    }
  });
  combine_channels(diff_dst, src, positions, channels, of_dy, of_x, mean, constant, diff_src);
}

}  // namespace tailor::kernels
