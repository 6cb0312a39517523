// The formulas are in the header.
#include "tailor/train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tailor/base/error.h"

namespace tailor {
namespace {

// From `start` to `end` along half a cosine as `share` goes from 0 to 1.
double cosine(double start, double end, double share) {
  return end + (start - end) * (1 + std::cos(std::numbers::pi * share)) / 2;
}

double one_cycle(const Settings& settings, double step, double steps) {
  const double peak = settings.learning_rate;
  const double top = settings.one_cycle_rise * steps - 1;
  if (step < top) return cosine(settings.one_cycle_start * peak, peak, step / top);
  // With a rise shorter than a step the fall takes everything; a fall of no length stays at the peak.
  const double fall = steps - 1 - std::max(top, 0.0);
  const double share = fall > 0 ? std::min(1.0, (step - std::max(top, 0.0)) / fall) : 0;
  return cosine(peak, settings.final_learning_rate * peak, share);
}

// The rate after `done` of the `steps` that follow the warm-up; both may be fractions of a step.
double course(const Settings& settings, double done, double steps, double epochs_done) {
  const double peak = settings.learning_rate;
  const double end = settings.final_learning_rate * peak;
  const double share = steps > 0 ? std::min(1.0, done / steps) : 0;
  if (settings.schedule == "constant") return peak;
  if (settings.schedule == "step") {
    return peak * std::pow(settings.step_factor, std::floor(epochs_done / settings.step_epochs));
  }
  if (settings.schedule == "cosine") return cosine(peak, end, share);
  if (settings.schedule == "linear") return peak + (end - peak) * share;
  if (settings.schedule == "one_cycle") return one_cycle(settings, done, steps);
  throw usage_error("schedule: '{}' is not one of constant, step, cosine, linear, one_cycle",
                    settings.schedule);
}

}  // namespace

double learning_rate(const Settings& settings, std::int64_t step, std::int64_t steps_per_epoch, int epochs) {
  const double s = static_cast<double>(step);
  const double per_epoch = static_cast<double>(steps_per_epoch);
  const double warmup = settings.warmup_epochs * per_epoch;
  const double rise = s + 1 < warmup ? (s + 1) / warmup : 1;
  return rise * course(settings, std::max(0.0, s - warmup), per_epoch * epochs - warmup, s / per_epoch);
}

}  // namespace tailor
