// A Parzen estimator: the density of settings over a space as a mixture of one kernel for each trial of a
// group and a uniform one. Used by the TPE sampler, one estimator for good and one for bad trials.
//
// A kernel is a product over parameters, so the estimator is multivariate; it covers the whole conditional
// space: a parameter which the kernel's trial does not have (inactive there, or not in the space then, or out
// of today's range) is uniform under it. Numbers: a normal on the parameter's scale, truncated to the range;
// discrete ones have its mass over the value's cell. Categories: the trial's, or with a small chance any.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tailor/base/random.h"
#include "tailor/tune/space/space.h"

namespace tailor {

class Parzen {
 public:
  // trials and their weights, > 0; a trial is a setting of `space` (or of an earlier one, as
  // StudyView::assignment gives it). The uniform kernel has weight 1. `space` must outlive this object.
  Parzen(const Space& space, std::span<const Assignment* const> trials, std::span<const double> weights);

  Assignment sample(Key key) const;
  // Natural logarithm of the density (of the mass, for discrete parameters) at each of the settings of the
  // space; real parameters are measured on their scale, as a share of the range.
  std::vector<double> log_density(std::span<const Assignment> settings) const;

  std::size_t kernels() const { return log_weights_.size(); }
  // Of a numeric parameter, as a share of its scale's range; of a category: the chance to take any.
  double bandwidth(std::size_t i) const { return axes_[i].bandwidth; }

 private:
  // What all kernels have in common in one parameter. Positions are shares of the scale's range.
  struct Axis {
    const Distribution* distribution = nullptr;
    double low = 0, width = 1;  // of the scale
    std::uint64_t values = 0;   // 0: real without steps
    bool categorical = false;
    double bandwidth = 1;
    std::vector<double> center;         // [kernels]; uniform_kernel where the kernel is uniform
    std::vector<double> precision;      // [kernels] 1 / bandwidth, 0 where uniform
    std::vector<double> log_scale;      // [kernels] logarithm of the truncated normal's greatest density
    std::vector<std::uint32_t> number;  // tabulated: [kernels] the center's value, `values` where uniform
    bool tabulated() const { return values > 0 && values <= most_tabulated; }
    std::pair<double, double> cell(double value) const;
  };
  static constexpr std::uint64_t most_tabulated = 64;

  void place_kernels(Axis& axis, std::size_t i, std::span<const Assignment* const> trials);
  std::vector<double> log_masses(const Axis& axis, std::uint64_t value) const;
  void add_factor(const Axis& axis, double value, std::vector<double>& terms) const;

  const Space& space_;
  std::vector<double> log_weights_;  // normalised; the uniform kernel is the last
  std::vector<double> cumulative_;   // of the weights
  std::vector<Axis> axes_;
};

}  // namespace tailor
