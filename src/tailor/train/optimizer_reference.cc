// The optimisers in plain loops: what optimizer_fast.cc must equal.
#include <cmath>

#include "tailor/train/optimizer_pass.h"

namespace tailor {
namespace {

float sign(float x) { return static_cast<float>((x > 0) - (x < 0)); }

// The change of element i that the rule asks for, before `step`; updates the rule's state.
float direction(const OptimizerPass& p, std::size_t i, float g) {
  switch (p.rule) {
    case UpdateRule::sgd:
      return g;
    case UpdateRule::momentum:
      return p.first[i] = p.momentum * p.first[i] + g;
    case UpdateRule::nesterov:
      p.first[i] = p.momentum * p.first[i] + g;
      return g + p.momentum * p.first[i];
    case UpdateRule::adam:
      p.first[i] += p.first_gain * (g - p.first[i]);
      p.second[i] = p.second_decay * p.second[i] + p.second_gain * g * g;
      return p.first[i] / (std::sqrt(p.second[i]) * p.root_scale + p.epsilon);
    case UpdateRule::rmsprop:
      p.second[i] = p.second_decay * p.second[i] + p.second_gain * g * g;
      return g / (std::sqrt(p.second[i]) + p.epsilon);
    case UpdateRule::rmsprop_momentum:
      p.second[i] = p.second_decay * p.second[i] + p.second_gain * g * g;
      return p.first[i] = p.momentum * p.first[i] + g / (std::sqrt(p.second[i]) + p.epsilon);
    case UpdateRule::lion:
      break;
  }
  const float d = sign(p.first_decay * p.first[i] + p.first_gain * g);
  p.first[i] += p.second_gain * (g - p.first[i]);
  return d;
}

}  // namespace

void optimizer_pass_reference(const OptimizerPass& p, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float g = p.gradients[i] * p.gradient_scale + p.l2 * p.values[i];
    p.values[i] = p.values[i] * p.shrink - p.step * direction(p, i, g);
    if (p.average) p.average[i] += p.average_gain * (p.values[i] - p.average[i]);
  }
}

double sum_of_squares_reference(const float* x, std::size_t count) {
  double sums[8] = {};
  for (std::size_t i = 0; i < count; ++i)
    sums[i % 8] += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

}  // namespace tailor
