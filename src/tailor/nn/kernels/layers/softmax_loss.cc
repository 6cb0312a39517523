// One row at a time, each class in a lane.
#include "tailor/nn/kernels/layers/softmax_loss.h"

#include <cmath>
#include <cstddef>
#include <limits>

#include "tailor/nn/kernels/common/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tailor/nn/kernels/layers/softmax_loss.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tailor/nn/kernels/common/functions-inl.h"
#include "tailor/nn/kernels/common/part-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {
namespace {

using Tag = hn::ScalableTag<float>;
using V = hn::Vec<Tag>;

// The greatest value; NaN if any is.
HWY_INLINE float greatest(const float* z, int classes) {
  const Tag d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  V max = hn::Set(d, -std::numeric_limits<float>::infinity()), nan = hn::Zero(d);
  int c = 0;
  for (; c + lanes <= classes; c += lanes) {
    const V v = hn::LoadU(d, z + c);
    max = hn::Max(max, v);
    nan = hn::IfThenElse(hn::IsNaN(v), v, nan);
  }
  if (c < classes) {
    const std::size_t n = static_cast<std::size_t>(classes - c);
    const V v = load_part(d, z + c, n);
    max = hn::IfThenElse(hn::FirstN(d, n), hn::Max(max, v), max);
    nan = hn::IfThenElse(hn::IsNaN(v), v, nan);
  }
  if (!hn::AllFalse(d, hn::IsNaN(nan))) return std::numeric_limits<float>::quiet_NaN();
  return hn::GetLane(hn::MaxOfLanes(d, max));
}

// p[c] = exp(z[c] - max); returns their sum. p may be z.
HWY_INLINE float exponentials(const float* z, int classes, float max, float* p) {
  const Tag d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  const V top = hn::Set(d, max);
  V sum = hn::Zero(d);
  int c = 0;
  for (; c + lanes <= classes; c += lanes) {
    const V e = exp(d, hn::Sub(hn::LoadU(d, z + c), top));
    hn::StoreU(e, d, p + c);
    sum = hn::Add(sum, e);
  }
  if (c < classes) {
    const std::size_t n = static_cast<std::size_t>(classes - c);
    const V e = hn::IfThenElseZero(hn::FirstN(d, n), exp(d, hn::Sub(load_part(d, z + c, n), top)));
    store_part(e, d, p + c, n);
    sum = hn::Add(sum, e);
  }
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

// Only the sum: for validation, where no gradient is wanted.
HWY_INLINE float exponential_sum(const float* z, int classes, float max) {
  const Tag d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  const V top = hn::Set(d, max);
  V sum = hn::Zero(d);
  int c = 0;
  for (; c + lanes <= classes; c += lanes) sum = hn::Add(sum, exp(d, hn::Sub(hn::LoadU(d, z + c), top)));
  if (c < classes) {
    const std::size_t n = static_cast<std::size_t>(classes - c);
    sum = hn::Add(sum, hn::IfThenElseZero(hn::FirstN(d, n), exp(d, hn::Sub(load_part(d, z + c, n), top))));
  }
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

// p[c] = p[c] * factor - less.
HWY_INLINE void scale(float* p, int classes, float factor, float less) {
  const Tag d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  const V f = hn::Set(d, factor), l = hn::Set(d, less);
  int c = 0;
  for (; c + lanes <= classes; c += lanes) hn::StoreU(hn::MulSub(hn::LoadU(d, p + c), f, l), d, p + c);
  if (c < classes) {
    const std::size_t n = static_cast<std::size_t>(classes - c);
    store_part(hn::MulSub(load_part(d, p + c, n), f, l), d, p + c, n);
  }
}

HWY_INLINE bool first_greatest_is(const float* z, float max, int label) {
  if (z[label] != max) return false;  // also when max is NaN
  for (int c = 0; c < label; ++c)
    if (z[c] == max) return false;
  return true;
}

}  // namespace

LossSums cross_entropy(const float* logits, int rows, int classes, const Targets& targets,
                       float label_smoothing, float gradient_scale, float* diff_logits) {
  LossSums sums;
  const double smoothing = static_cast<double>(label_smoothing), certain = 1 - smoothing;
  for (int r = 0; r < rows; ++r) {
    const float* z = logits + static_cast<std::size_t>(r) * classes;
    const int label = targets.label[r];
    const double weight = targets.weight ? static_cast<double>(targets.weight[r]) : 1;
    const double cost = targets.cost ? static_cast<double>(targets.cost[r]) : 1;
    const float row_scale = targets.cost ? gradient_scale * targets.cost[r] : gradient_scale;
    const float max = greatest(z, classes);
    sums.correct += first_greatest_is(z, max, label);

    // sum over c of target[c] * z[c]; a part of weight 0 is left out, its logit may be infinite.
    double wanted = 0;
    if (certain * weight != 0) wanted += certain * weight * static_cast<double>(z[label]);
    if (targets.other && certain * (1 - weight) != 0) {
      wanted += certain * (1 - weight) * static_cast<double>(z[targets.other[r]]);
    }
    if (smoothing != 0) {
      double all = 0;
      for (int c = 0; c < classes; ++c) all += static_cast<double>(z[c]);
      wanted += smoothing / classes * all;
    }

    float sum;
    if (diff_logits) {
      float* g = diff_logits + static_cast<std::size_t>(r) * classes;
      sum = exponentials(z, classes, max, g);
      scale(g, classes, row_scale / sum, row_scale * label_smoothing / static_cast<float>(classes));
      g[label] -= static_cast<float>(static_cast<double>(row_scale) * certain * weight);
      if (targets.other) {
        g[targets.other[r]] -= static_cast<float>(static_cast<double>(row_scale) * certain * (1 - weight));
      }
    } else {
      sum = exponential_sum(z, classes, max);
    }
    sums.add(cost * (static_cast<double>(max) + std::log(static_cast<double>(sum)) - wanted));
  }
  return sums;
}

void probabilities_of(const float* logits, int rows, int classes, float* probabilities) {
  for (int r = 0; r < rows; ++r) {
    const float* z = logits + static_cast<std::size_t>(r) * classes;
    float* p = probabilities + static_cast<std::size_t>(r) * classes;
    const float sum = exponentials(z, classes, greatest(z, classes), p);
    scale(p, classes, 1 / sum, 0);
  }
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tailor::kernels {

HWY_EXPORT(cross_entropy);
HWY_EXPORT(probabilities_of);

LossSums softmax_cross_entropy(const float* logits, int rows, int classes, const Targets& targets,
                               float label_smoothing, float gradient_scale, float* diff_logits) {
  return HWY_DYNAMIC_DISPATCH(cross_entropy)(logits, rows, classes, targets, label_smoothing, gradient_scale,
                                             diff_logits);
}

void softmax(const float* logits, int rows, int classes, float* probabilities) {
  HWY_DYNAMIC_DISPATCH(probabilities_of)(logits, rows, classes, probabilities);
}

}  // namespace tailor::kernels
#endif  // HWY_ONCE
