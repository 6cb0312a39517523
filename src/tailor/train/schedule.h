// The learning rate's course over a training: a pure function of the step, so that resuming needs no state.
//
// With T = steps_per_epoch * epochs steps in all, the first W = warmup_epochs * steps_per_epoch (a real
// number) rise linearly to the first rate of what follows: rate(s) = first * (s + 1) / W while s + 1 < W
// (Goyal et al., arXiv:1706.02677, section 2.2). After them, with n = T - W steps left of which s' = s - W
// are done, and end = final_learning_rate * peak:
//   constant   peak
//   step       peak * step_factor ^ floor(epochs done / step_epochs), epochs counted from the training's
//   start, through
//              the warm-up too (PyTorch StepLR)
//   cosine     end + (peak - end) * (1 + cos(pi * s' / n)) / 2 (Loshchilov and Hutter, arXiv:1608.03983, no
//   restarts;
//              PyTorch CosineAnnealingLR stepped after each batch with T_max = n)
//   linear     peak + (end - peak) * s' / n (PyTorch LinearLR from 1)
//   one_cycle  cosine from one_cycle_start * peak to peak, reached at s' = one_cycle_rise * n - 1, then
//   cosine to end at
//              s' = n - 1: PyTorch OneCycleLR with two phases (Smith, arXiv:1708.07120). The momentum is left
//              alone.
// Cosine and linear reach `end` one step after the last, so that no step is wasted on a rate of 0.
#pragma once

#include <cstdint>

#include "tailor/train/settings.h"

namespace tailor {

// The rate for step `step` >= 0 (from 0, over all epochs). steps_per_epoch and epochs are at least 1; steps
// past the end get the last step's rate of one_cycle, the end rate of cosine and linear.
double learning_rate(const Settings& settings, std::int64_t step, std::int64_t steps_per_epoch, int epochs);

}  // namespace tailor
