// Plain loops: the definitions of soft-max and cross-entropy.
#include <cmath>
#include <cstddef>
#include <limits>

#include "tailor/nn/kernels/layers/softmax_loss.h"

namespace tailor::kernels::reference {
namespace {

struct Row {
  double max = -std::numeric_limits<double>::infinity();  // NaN if any logit is
  double sum = 0;                                         // of exp(logit - max)
  int arg_max = 0;
};

template <class Real>
Row examine(const Real* logits, int classes) {
  Row row;
  for (int c = 0; c < classes; ++c) {
    const double z = static_cast<double>(logits[c]);
    if (z > row.max) row.max = z, row.arg_max = c;
    if (std::isnan(z)) row.max = z;
  }
  for (int c = 0; c < classes; ++c) row.sum += std::exp(static_cast<double>(logits[c]) - row.max);
  return row;
}

}  // namespace

template <class Real>
LossSums softmax_cross_entropy(const Real* logits, int rows, int classes, const Targets& targets,
                               float label_smoothing, float gradient_scale, Real* diff_logits) {
  LossSums sums;
  const double smoothing = static_cast<double>(label_smoothing);
  for (int r = 0; r < rows; ++r) {
    const Real* z = logits + static_cast<std::size_t>(r) * classes;
    const Row row = examine(z, classes);
    const double weight = targets.weight ? static_cast<double>(targets.weight[r]) : 1;
    const double cost = targets.cost ? static_cast<double>(targets.cost[r]) : 1;
    sums.correct += !std::isnan(row.max) && row.arg_max == targets.label[r];
    double loss = 0;
    for (int c = 0; c < classes; ++c) {
      double target = smoothing / classes;
      if (c == targets.label[r]) target += (1 - smoothing) * weight;
      if (targets.other && c == targets.other[r]) target += (1 - smoothing) * (1 - weight);
      const double log_probability = static_cast<double>(z[c]) - row.max - std::log(row.sum);
      // 0 * -infinity: a class of probability 0 that is not wanted costs nothing.
      if (target != 0 || std::isnan(log_probability)) loss -= target * log_probability;
      if (diff_logits) {
        diff_logits[static_cast<std::size_t>(r) * classes + c] = static_cast<Real>(
            static_cast<double>(gradient_scale) * cost * (std::exp(log_probability) - target));
      }
    }
    sums.add(cost * loss);
  }
  return sums;
}

template <class Real>
void softmax(const Real* logits, int rows, int classes, Real* probabilities) {
  for (int r = 0; r < rows; ++r) {
    const Real* z = logits + static_cast<std::size_t>(r) * classes;
    Real* p = probabilities + static_cast<std::size_t>(r) * classes;
    const Row row = examine(z, classes);
    for (int c = 0; c < classes; ++c)
      p[c] = static_cast<Real>(std::exp(static_cast<double>(z[c]) - row.max) / row.sum);
  }
}

template LossSums softmax_cross_entropy(const float*, int, int, const Targets&, float, float, float*);
template LossSums softmax_cross_entropy(const double*, int, int, const Targets&, float, float, double*);
template void softmax(const float*, int, int, float*);
template void softmax(const double*, int, int, double*);

}  // namespace tailor::kernels::reference
