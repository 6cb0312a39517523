// Plain loops: the focal loss, its gradient derived beside it.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "tailor/nn/kernels/layers/softmax_loss.h"

namespace tailor::kernels {

// With q = 1 - p, a class' loss is f(p) = -q^gamma log p, and p f'(p) = gamma q^(gamma - 1) p log p - q^gamma. As
// dp[c] / dz[j] = p[c] ((c = j) - p[j]), the gradient of sum over c of t[c] f(p[c]) by z[j] is a[j] - p[j] * (sum of
// a), with a[c] = t[c] p[c] f'(p[c]).
LossSums focal_cross_entropy(const float* logits, int rows, int classes, const Targets& targets,
                             float label_smoothing, double gamma, float gradient_scale, float* diff_logits) {
  LossSums sums;
  const double smoothing = static_cast<double>(label_smoothing);
  std::vector<double> p(static_cast<std::size_t>(classes)), a(static_cast<std::size_t>(classes));
  for (int r = 0; r < rows; ++r) {
    const float* z = logits + static_cast<std::size_t>(r) * classes;
    const float* greatest = std::max_element(z, z + classes);
    const bool is_number = std::none_of(z, z + classes, [](float x) { return std::isnan(x); });
    const double max = is_number ? static_cast<double>(*greatest) : std::nan("");
    double sum = 0;
    for (int c = 0; c < classes; ++c) sum += std::exp(static_cast<double>(z[c]) - max);
    const double weight = targets.weight ? static_cast<double>(targets.weight[r]) : 1;
    const double cost = targets.cost ? static_cast<double>(targets.cost[r]) : 1;
    sums.correct += is_number && greatest - z == targets.label[r];

    double loss = 0, sum_a = 0;
    for (int c = 0; c < classes; ++c) {
      const std::size_t at = static_cast<std::size_t>(c);
      double target = smoothing / classes;
      if (c == targets.label[r]) target += (1 - smoothing) * weight;
      if (targets.other && c == targets.other[r]) target += (1 - smoothing) * (1 - weight);
      const double log_p = static_cast<double>(z[c]) - max - std::log(sum);
      p[at] = std::exp(log_p), a[at] = 0;
      if (target == 0 && !std::isnan(log_p)) continue;
      const double q = -std::expm1(log_p), focus = std::pow(q, gamma);
      loss -= target * focus * log_p;
      // Where q is nothing, log p is -q to the first order: q^(gamma - 1) log p is -q^gamma.
      a[at] = target * ((q > 0 ? gamma * focus / q * log_p : -gamma * focus) * p[at] - focus);
      sum_a += a[at];
    }
    sums.add(cost * loss);
    if (!diff_logits) continue;
    float* g = diff_logits + static_cast<std::size_t>(r) * classes;
    for (int c = 0; c < classes; ++c) {
      const std::size_t at = static_cast<std::size_t>(c);
      g[c] = static_cast<float>(static_cast<double>(gradient_scale) * cost * (a[at] - p[at] * sum_a));
    }
  }
  return sums;
}

}  // namespace tailor::kernels
