// Gaussian process regression with a Matern 5/2 kernel, a length scale for each parameter, signal and noise
// variance: fitting its hyperparameters, predicting, and expected improvement. Used by the GP sampler, which
// encodes settings as rows of numbers.
//
// k(a, b) = s (1 + t + t^2 / 3) exp(-t), t^2 = 5 sum_c d_c(a, b)^2 / l_c^2, where d_c is the difference in
// column c or, for a category, 0 if equal and 1 if not, and l_c the length scale of the column's parameter.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace tailor {

struct GpColumn {
  std::size_t parameter = 0;  // whose length scale it has
  bool category = false;
};

struct GpShape {
  std::vector<GpColumn> columns;
  std::size_t parameters = 0;
};

struct GpData {
  std::vector<double> x;  // [n][columns], numbers within about [0, 1]
  std::vector<double> y;  // [n], of mean 0 and variance 1
};

// Logarithms of the length scales, of the signal's and of the noise's variance: [parameters + 2].
using GpHyperparameters = std::vector<double>;

GpHyperparameters default_hyperparameters(const GpShape& shape);

// Minus the logarithm of marginal likelihood times prior, without constants; writes its gradient. The prior
// is that of Optuna's GPSampler: exp(-0.1 (l^2 + l^-2)) for length scales, Gamma(2, 1) for the signal's
// variance, Gamma(1.1, 30) for the noise's.
double gp_loss(const GpShape& shape, const GpData& data, std::span<const double> hyperparameters,
               std::span<double> gradient);

// The least gp_loss that is found from `start` and from the defaults.
GpHyperparameters fit_gp(const GpShape& shape, const GpData& data, const GpHyperparameters& start);

struct GpDifference {
  double mean = 0, variance = 0;
};

class GpPosterior {
 public:
  GpPosterior(const GpShape& shape, const GpData& data, const GpHyperparameters& hyperparameters);
  ~GpPosterior();
  GpPosterior(GpPosterior&&) noexcept;
  GpPosterior& operator=(GpPosterior&&) noexcept;

  // Of the noiseless function at rows [m][columns].
  void predict(std::span<const double> rows, std::span<double> mean, std::span<double> variance) const;
  // Of the noiseless function at row a less that at row b.
  GpDifference difference(std::span<const double> a, std::span<const double> b) const;
  // Logarithm of the expected improvement below `best` at each row.
  std::vector<double> log_improvement(std::span<const double> rows, double best) const;
  // The same at one row; writes the gradient with respect to the columns (0 for categories).
  double log_improvement(std::span<const double> row, double best, std::span<double> gradient) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// log(E[max(0, z + N(0, 1))]), also where the expectation underflows (Ament et al., "Unexpected improvements
// to expected improvement for Bayesian optimization", NeurIPS 2023).
double log_expected_improvement(double z);

}  // namespace tailor
