// Minimises a smooth function in a box. Used for the Gaussian process's hyperparameters and its acquisition
// function.
#pragma once

#include <functional>
#include <span>
#include <vector>

namespace tailor {

// The function's value at x; writes its gradient.
using Differentiable = std::function<double(std::span<const double> x, std::span<double> gradient)>;

struct MinimizeOptions {
  int evaluations = 100;      // at most
  double tolerance = 1e-5;    // on the largest component of the projected gradient
  double least_decrease = 0;  // stop when a step gains less than this
};

// L-BFGS (Nocedal, "Updating quasi-Newton matrices with limited storage", 1980) on the coordinates that are
// not held at a bound by the gradient, with a projected backtracking line search. Moves x to the best point
// met and returns its value. A value that is not finite counts as too far.
double minimize(const Differentiable& f, std::vector<double>& x, std::span<const double> low,
                std::span<const double> high, const MinimizeOptions& options = {});

}  // namespace tailor
