#include "tailor/math/gaussian_process.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "tailor/math/minimize.h"
#include "tailor/math/normal.h"

namespace tailor {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;
using Index = Eigen::Index;
using Rows = Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

constexpr double least_noise = 1e-6;  // added to the noise's variance: keeps the covariance well conditioned
constexpr double least_variance = 1e-12;  // of a prediction, where rounding leaves less

Rows rows_of(std::span<const double> x, std::size_t columns) {
  return {x.data(), static_cast<Index>(columns == 0 ? 0 : x.size() / columns), static_cast<Index>(columns)};
}

Vector vector_of(std::span<const double> y) {
  return Eigen::Map<const Vector>(y.data(), static_cast<Index>(y.size()));
}

Matrix squared_distances(const Vector& column, bool category) {
  Matrix d(column.size(), column.size());
  for (Index j = 0; j < column.size(); ++j) {
    if (category) {
      d.col(j) = (column.array() != column(j)).cast<double>();
    } else {
      d.col(j) = (column.array() - column(j)).square();
    }
  }
  return d;
}

// The loss as a function of the hyperparameters alone.
class Loss {
 public:
  Loss(const GpShape& shape, const GpData& data)
      : y_(vector_of(data.y)), distances_(shape.parameters, Matrix::Zero(y_.size(), y_.size())) {
    const Rows x = rows_of(data.x, shape.columns.size());
    for (std::size_t c = 0; c < shape.columns.size(); ++c) {
      const GpColumn& column = shape.columns[c];
      distances_[column.parameter] += squared_distances(x.col(static_cast<Index>(c)), column.category);
    }
  }

  double operator()(std::span<const double> theta, std::span<double> gradient) const {
    const std::size_t p = distances_.size();
    const double signal = std::exp(theta[p]), noise = std::exp(theta[p + 1]);
    Matrix t = Matrix::Zero(y_.size(), y_.size());
    for (std::size_t i = 0; i < p; ++i) t += 5 * std::exp(-2 * theta[i]) * distances_[i];
    t = t.cwiseSqrt();
    const Matrix decay = signal * (-t.array()).exp();
    const Matrix kernel = decay.array() * (1 + t.array() + t.array().square() / 3);
    Matrix covariance = kernel;
    covariance.diagonal().array() += noise + least_noise;
    const Eigen::LLT<Matrix> cholesky(covariance);
    if (cholesky.info() != Eigen::Success) return std::numeric_limits<double>::infinity();
    const Vector alpha = cholesky.solve(y_);

    // With G = C^-1 - alpha alpha': d loss / d theta = tr(G dC / d theta) / 2, and dk / d(t^2) = -decay (1 +
    // t) / 6.
    Matrix g = cholesky.solve(Matrix::Identity(y_.size(), y_.size()));
    g.noalias() -= alpha * alpha.transpose();
    const Matrix slope = g.array() * decay.array() * (1 + t.array()) / -6;
    for (std::size_t i = 0; i < p; ++i) {
      gradient[i] = -5 * std::exp(-2 * theta[i]) * slope.cwiseProduct(distances_[i]).sum();
    }
    gradient[p] = 0.5 * g.cwiseProduct(kernel).sum();
    gradient[p + 1] = 0.5 * g.trace() * noise;
    const double log_determinant = 2 * cholesky.matrixLLT().diagonal().array().log().sum();
    return 0.5 * y_.dot(alpha) + 0.5 * log_determinant + add_prior(theta, gradient);
  }

 private:
  static double add_prior(std::span<const double> theta, std::span<double> gradient) {
    const std::size_t p = theta.size() - 2;
    double loss = 0;
    for (std::size_t i = 0; i < p; ++i) {
      const double square = std::exp(2 * theta[i]);
      loss += 0.1 * (square + 1 / square);
      gradient[i] += 0.2 * (square - 1 / square);
    }
    const double signal = std::exp(theta[p]), noise = std::exp(theta[p + 1]);
    gradient[p] += signal - 1;
    gradient[p + 1] += 30 * noise - 0.1;
    return loss + signal - theta[p] + 30 * noise - 0.1 * theta[p + 1];
  }

  Vector y_;
  std::vector<Matrix> distances_;  // squared, of each parameter
};

}  // namespace

GpHyperparameters default_hyperparameters(const GpShape& shape) {
  const double length =
      std::log(0.4 * std::sqrt(static_cast<double>(std::max<std::size_t>(shape.parameters, 1))));
  GpHyperparameters theta(shape.parameters, length);
  theta.push_back(0);
  theta.push_back(std::log(0.01));
  return theta;
}

double gp_loss(const GpShape& shape, const GpData& data, std::span<const double> hyperparameters,
               std::span<double> gradient) {
  return Loss(shape, data)(hyperparameters, gradient);
}

GpHyperparameters fit_gp(const GpShape& shape, const GpData& data, const GpHyperparameters& start) {
  const Loss loss(shape, data);
  const auto f = [&loss](std::span<const double> theta, std::span<double> gradient) {
    return loss(theta, gradient);
  };
  std::vector<double> low(start.size(), -7), high(start.size(), 7);
  low.back() = -16;
  high.back() = 3;
  const MinimizeOptions options = {.evaluations = 40, .tolerance = 1e-3, .least_decrease = 1e-3};
  GpHyperparameters warm = start, cold = default_hyperparameters(shape);
  const double warm_loss = minimize(f, warm, low, high, options);
  if (start == cold) return warm;
  return minimize(f, cold, low, high, options) < warm_loss ? cold : warm;
}

struct GpPosterior::State {
  std::vector<GpColumn> columns;
  Vector precision;  // [columns] sqrt(5) / length scale
  Matrix x;          // [n][columns], numeric columns times their precision
  Vector alpha;
  Eigen::LLT<Matrix> cholesky;
  Matrix inverse;  // of the covariance
  double signal = 1;

  bool category(Index c) const { return columns[static_cast<std::size_t>(c)].category; }

  Vector scaled(Vector row) const {
    for (Index c = 0; c < row.size(); ++c) {
      if (!category(c)) row(c) *= precision(c);
    }
    return row;
  }

  // t between a scaled row and each of x.
  Vector distances(const Vector& row) const {
    Vector t = Vector::Zero(x.rows());
    for (Index c = 0; c < x.cols(); ++c) {
      if (category(c)) {
        t.array() += (x.col(c).array() != row(c)).cast<double>() * (precision(c) * precision(c));
      } else {
        t.array() += (x.col(c).array() - row(c)).square();
      }
    }
    return t.cwiseSqrt();
  }

  // Between x and rows: [n][m].
  Matrix kernel(const Rows& rows) const {
    Matrix t(x.rows(), rows.rows());
    for (Index j = 0; j < rows.rows(); ++j) t.col(j) = distances(scaled(rows.row(j).transpose()));
    return signal * (-t.array()).exp() * (1 + t.array() + t.array().square() / 3);
  }
};

GpPosterior::GpPosterior(const GpShape& shape, const GpData& data, const GpHyperparameters& hyperparameters)
    : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.columns = shape.columns;
  s.signal = std::exp(hyperparameters[shape.parameters]);
  const Rows rows = rows_of(data.x, shape.columns.size());
  s.x = rows;
  s.precision.resize(s.x.cols());
  for (Index c = 0; c < s.x.cols(); ++c) {
    s.precision(c) =
        std::sqrt(5.0) * std::exp(-hyperparameters[s.columns[static_cast<std::size_t>(c)].parameter]);
    if (!s.category(c)) s.x.col(c) *= s.precision(c);
  }
  Matrix covariance = s.kernel(rows);
  covariance.diagonal().array() += std::exp(hyperparameters[shape.parameters + 1]) + least_noise;
  s.cholesky.compute(covariance);
  s.alpha = s.cholesky.solve(vector_of(data.y));
  s.inverse = s.cholesky.solve(Matrix::Identity(covariance.rows(), covariance.cols()));
}

GpPosterior::~GpPosterior() = default;
GpPosterior::GpPosterior(GpPosterior&&) noexcept = default;
GpPosterior& GpPosterior::operator=(GpPosterior&&) noexcept = default;

void GpPosterior::predict(std::span<const double> rows, std::span<double> mean,
                          std::span<double> variance) const {
  const State& s = *state_;
  const Matrix kernel = s.kernel(rows_of(rows, s.columns.size()));
  const Vector means = kernel.transpose() * s.alpha;
  const Matrix half = s.cholesky.matrixL().solve(kernel);
  for (std::size_t j = 0; j < mean.size(); ++j) {
    const auto column = static_cast<Index>(j);
    mean[j] = means(column);
    variance[j] = std::max(s.signal - half.col(column).squaredNorm(), least_variance);
  }
}

GpDifference GpPosterior::difference(std::span<const double> a, std::span<const double> b) const {
  const State& s = *state_;
  std::vector<double> both(a.begin(), a.end());
  both.insert(both.end(), b.begin(), b.end());
  const Rows rows = rows_of(both, s.columns.size());
  const Matrix kernel = s.kernel(rows);
  const Vector apart = kernel.col(0) - kernel.col(1);
  double squares = 0;
  for (Index c = 0; c < rows.cols(); ++c) {
    const double step = s.category(c) ? rows(0, c) != rows(1, c) : rows(0, c) - rows(1, c);
    squares += step * step * s.precision(c) * s.precision(c);
  }
  const double t = std::sqrt(squares);
  const double prior = 2 * s.signal * (1 - std::exp(-t) * (1 + t + t * t / 3));
  const Vector half = s.cholesky.matrixL().solve(apart);
  return {apart.dot(s.alpha), std::max(prior - half.squaredNorm(), least_variance)};
}

std::vector<double> GpPosterior::log_improvement(std::span<const double> rows, double best) const {
  const std::size_t m = rows.size() / state_->columns.size();
  std::vector<double> mean(m), variance(m);
  predict(rows, mean, variance);
  for (std::size_t j = 0; j < m; ++j) {
    const double sd = std::sqrt(variance[j]);
    mean[j] = log_expected_improvement((best - mean[j]) / sd) + std::log(sd);
  }
  return mean;
}

double GpPosterior::log_improvement(std::span<const double> row, double best,
                                    std::span<double> gradient) const {
  const State& s = *state_;
  const Vector at = s.scaled(vector_of(row));
  const Vector t = s.distances(at);
  const Vector decay = s.signal * (-t.array()).exp();
  const Vector kernel = decay.array() * (1 + t.array() + t.array().square() / 3);
  const Vector solved = s.inverse * kernel;
  const double sd = std::sqrt(std::max(s.signal - kernel.dot(solved), least_variance));
  const double z = (best - kernel.dot(s.alpha)) / sd;
  const double log_h = log_expected_improvement(z);

  // log EI = log h(z) + log sd with h' = cdf, and dk / dx_c = -decay (1 + t) / 3 * (x_c - X_c) * precision_c.
  const double ratio = z > -25 ? normal_cdf(z) / std::exp(log_h) : -z - 2 / z;
  const double by_mean = -ratio / sd, by_sd = (1 - ratio * z) / sd;
  const Vector weight =
      decay.array() * (1 + t.array()) / -3 * (by_mean * s.alpha.array() - by_sd / sd * solved.array());
  for (std::size_t c = 0; c < gradient.size(); ++c) {
    const auto i = static_cast<Index>(c);
    gradient[c] = s.category(i) ? 0 : s.precision(i) * weight.dot((at(i) - s.x.col(i).array()).matrix());
  }
  return log_h + std::log(sd);
}

double log_expected_improvement(double z) {
  if (z > -25) return std::log(z * normal_cdf(z) + normal_pdf(z));
  const double q = 1 / (z * z);  // asymptotically pdf(z) q (1 - 3 q + 15 q^2)
  return -0.5 * z * z - 0.5 * std::log(2 * std::numbers::pi) + std::log(q * (1 - 3 * q + 15 * q * q));
}

}  // namespace tailor
