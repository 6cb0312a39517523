// The inner loop of an optimiser step over elements that share one decay: prepared constants and arenas in,
// plain loops (optimizer_reference.cc) or vectors (optimizer_fast.cc) over them, equal bit for bit. Internal
// to optimizer.cc and its tests.
#pragma once

#include <cstddef>

namespace tailor {

enum class UpdateRule { sgd, momentum, nesterov, adam, rmsprop, rmsprop_momentum, lion };

// All pointers are at the first element of the pass.
struct OptimizerPass {
  UpdateRule rule = UpdateRule::sgd;
  float gradient_scale = 1;
  float l2 = 0;            // coupled weight decay
  float shrink = 1;        // decoupled: 1 - learning rate * weight decay
  float step = 0;          // sgd, rmsprop, lion: the learning rate; adam: that / (1 - beta1^t)
  float momentum = 0;      // sgd, rmsprop
  float first_decay = 0;   // lion: beta1
  float first_gain = 0;    // adam, lion: 1 - beta1
  float second_decay = 0;  // adam: beta2; rmsprop: rho
  float second_gain = 0;   // 1 - second_decay; lion: 1 - lion_beta2
  float root_scale = 1;    // adam: 1 / sqrt(1 - beta2^t)
  float epsilon = 0;
  float average_gain = 0;  // 1 - weight_average

  float* values = nullptr;
  const float* gradients = nullptr;
  float* first = nullptr;    // sgd, adam, lion: mean gradient; rmsprop: its momentum
  float* second = nullptr;   // adam, rmsprop: mean squared gradient
  float* average = nullptr;  // may be null
};

void optimizer_pass_reference(const OptimizerPass& pass, std::size_t count);
void optimizer_pass_fast(const OptimizerPass& pass, std::size_t count);

// Sum of squares in eight running sums, element i into sum i % 8, added up in order.
double sum_of_squares_reference(const float* x, std::size_t count);
double sum_of_squares_fast(const float* x, std::size_t count);

}  // namespace tailor
