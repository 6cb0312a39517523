// Optimisers over one flat arena of parameters: decay, update rule and weight averaging in one pass over
// values, gradients and state. Called by the trainer after each batch; the state's arena and the step count
// are the trainer's.
//
// With g = gradient * gradient_scale, p the value, lr the rate, wd the weight decay of p's range, t the step
// from 1:
//   decay, coupled    g += wd * p           (L2: sgd, adam, rmsprop)
//   decay, decoupled  p *= 1 - lr * wd      (adamw, lion; the others if decoupled_weight_decay)
//
//   sgd               b  = momentum * b + g
//                     p -= lr * (nesterov ? g + momentum * b : b)
//   adam, adamw       m += (1 - beta1) * (g - m)
//                     v  = beta2 * v + (1 - beta2) * g * g
//                     p -= lr / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + epsilon)
//   rmsprop           v  = rho * v + (1 - rho) * g * g
//                     b  = rmsprop_momentum * b + g / (sqrt(v) + epsilon)
//                     p -= lr * b
//   lion              p -= lr * sign(beta1 * m + (1 - beta1) * g)
//                     m += (1 - lion_beta2) * (g - m)
//
//   average           a += (1 - weight_average) * (p - a)
//
// These are PyTorch's semantics (torch.optim.SGD, Adam, AdamW, RMSprop; swa_utils.get_ema_avg_fn); Lion is
// Chen et al., arXiv:2302.06675, algorithm 2. All in f32 without fused multiply-adds, so results are the same
// on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tailor/train/settings.h"

namespace tailor {

// A named tensor's place in the arena.
struct ParameterRange {
  std::size_t offset = 0;
  std::size_t size = 0;
  // A weight; biases and batch norms' scales and shifts decay only with decay_biases_and_norms.
  bool decays = true;
};

class Optimizer {
 public:
  // `ranges` cover [0, parameters) in order, without gaps; anything else is a std::invalid_argument.
  Optimizer(const Settings& settings, std::size_t parameters, std::vector<ParameterRange> ranges);

  // Floats of state to keep, zero before the first step: a multiple of the number of parameters, 0 for plain
  // sgd.
  std::size_t state_floats() const { return slots_ * parameters_; }

  // One step for the elements [first, first + count) of all arenas; the pointers are the arenas' starts.
  // However a step is split into calls, on however many threads, the result is the same bit for bit.
  // `average` may be null; t >= 1.
  void step(std::size_t first, std::size_t count, float* values, const float* gradients, float* state,
            float* average, double learning_rate, std::int64_t t, float gradient_scale = 1) const;

 private:
  Settings settings_;
  std::size_t parameters_ = 0;
  std::vector<ParameterRange> ranges_;
  std::size_t slots_ = 0;
};

// The Euclidean norm, accumulated in double in an order that depends on nothing but the size.
double gradient_norm(const float* gradients, std::size_t count);

// The factor that brings a gradient of this norm to clip_norm; 1 if it is shorter or clip_norm is 0
// (torch.nn.utils.clip_grad_norm_, whose 1e-6 keeps it finite).
float clip_scale(double norm, double clip_norm);

}  // namespace tailor
