// Turns settings and a step's number into the constants of a pass, and cuts a step along the ranges.
#include "tailor/train/optimizer.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "tailor/base/assert.h"
#include "tailor/base/error.h"
#include "tailor/train/optimizer_pass.h"

namespace tailor {
namespace {

UpdateRule update_rule(const Settings& s) {
  if (s.optimizer == "sgd") {
    if (s.momentum == 0) return UpdateRule::sgd;
    return s.nesterov ? UpdateRule::nesterov : UpdateRule::momentum;
  }
  if (s.optimizer == "adam" || s.optimizer == "adamw") return UpdateRule::adam;
  if (s.optimizer == "rmsprop")
    return s.rmsprop_momentum == 0 ? UpdateRule::rmsprop : UpdateRule::rmsprop_momentum;
  if (s.optimizer == "lion") return UpdateRule::lion;
  throw usage_error("optimizer: '{}' is not one of sgd, adam, adamw, rmsprop, lion", s.optimizer);
}

// How many floats of state each parameter has: `first`, then `second`.
std::pair<std::size_t, std::size_t> slots(UpdateRule rule) {
  switch (rule) {
    case UpdateRule::sgd:
      return {0, 0};
    case UpdateRule::momentum:
    case UpdateRule::nesterov:
    case UpdateRule::lion:
      return {1, 0};
    case UpdateRule::rmsprop:
      return {0, 1};
    case UpdateRule::adam:
    case UpdateRule::rmsprop_momentum:
      break;
  }
  return {1, 1};
}

bool decoupled(const Settings& s) {
  return s.decoupled_weight_decay || s.optimizer == "adamw" || s.optimizer == "lion";
}

// Constants are made in double and rounded once.
OptimizerPass constants(const Settings& s, double learning_rate, std::int64_t t, float gradient_scale) {
  OptimizerPass pass;
  pass.rule = update_rule(s);
  pass.gradient_scale = gradient_scale;
  const double n = static_cast<double>(t);
  double step = learning_rate, second = s.beta2;
  if (pass.rule == UpdateRule::adam) {
    step = learning_rate / (1 - std::pow(s.beta1, n));
    pass.root_scale = static_cast<float>(1 / std::sqrt(1 - std::pow(s.beta2, n)));
  } else if (pass.rule == UpdateRule::lion) {
    second = s.lion_beta2;
  } else {
    second = s.rho;
  }
  pass.step = static_cast<float>(step);
  pass.momentum = static_cast<float>(s.optimizer == "rmsprop" ? s.rmsprop_momentum : s.momentum);
  pass.first_decay = static_cast<float>(s.beta1);
  pass.first_gain = static_cast<float>(1 - s.beta1);
  pass.second_decay = static_cast<float>(second);
  pass.second_gain = static_cast<float>(1 - second);
  pass.epsilon = static_cast<float>(s.epsilon);
  pass.average_gain = static_cast<float>(1 - s.weight_average);
  return pass;
}

}  // namespace

Optimizer::Optimizer(const Settings& settings, std::size_t parameters, std::vector<ParameterRange> ranges)
    : settings_(settings), parameters_(parameters), ranges_(std::move(ranges)) {
  std::size_t covered = 0;
  for (const ParameterRange& range : ranges_) {
    if (range.offset != covered)
      throw std::invalid_argument("parameter ranges must follow each other without gaps");
    covered += range.size;
  }
  if (covered != parameters_) throw std::invalid_argument("parameter ranges must cover all parameters");
  const auto [first, second] = slots(update_rule(settings_));
  slots_ = first + second;
}

void Optimizer::step(std::size_t first, std::size_t count, float* values, const float* gradients,
                     float* state, float* average, double learning_rate, std::int64_t t,
                     float gradient_scale) const {
  TAILOR_ASSERT(first <= parameters_ && count <= parameters_ - first && t >= 1);
  OptimizerPass pass = constants(settings_, learning_rate, t, gradient_scale);
  const auto [first_slots, second_slots] = slots(pass.rule);
  // The first range that ends behind `first`; empty ranges fall out by themselves.
  auto range = std::find_if(ranges_.begin(), ranges_.end(),
                            [first](const ParameterRange& r) { return r.offset + r.size > first; });
  for (const std::size_t end = first + count; first < end; ++range) {
    const std::size_t part = std::min(end, range->offset + range->size) - first;
    const double decay = range->decays || settings_.decay_biases_and_norms ? settings_.weight_decay : 0;
    pass.l2 = static_cast<float>(decoupled(settings_) ? 0 : decay);
    pass.shrink = static_cast<float>(decoupled(settings_) ? 1 - learning_rate * decay : 1);
    pass.values = values + first;
    pass.gradients = gradients + first;
    pass.first = first_slots ? state + first : nullptr;
    pass.second = second_slots ? state + first_slots * parameters_ + first : nullptr;
    pass.average = average ? average + first : nullptr;
    optimizer_pass_fast(pass, part);
    first += part;
  }
}

double gradient_norm(const float* gradients, std::size_t count) {
  return std::sqrt(sum_of_squares_fast(gradients, count));
}

float clip_scale(double norm, double clip_norm) {
  if (clip_norm <= 0) return 1;
  return static_cast<float>(std::min(1.0, clip_norm / (norm + 1e-6)));
}

}  // namespace tailor
