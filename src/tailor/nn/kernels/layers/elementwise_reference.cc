// Plain loops: the definitions of the activations and their derivatives.
#include <cmath>
#include <numbers>

#include "tailor/nn/kernels/layers/elementwise.h"

namespace tailor::kernels::reference {
namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }
double normal_density(double x) { return std::exp(-0.5 * x * x) / std::sqrt(2 * std::numbers::pi); }

double cut(double x, double low, double high) { return x < low ? low : x > high ? high : x; }  // NaN passes
bool within(double x, double low, double high) { return !(x <= low || x >= high); }

double value(Activation activation, double a, double b, double x) {
  switch (activation) {
    case Activation::relu:
      return x <= 0 ? 0 : x;  // NaN passes
    case Activation::leaky_relu:
      return x <= 0 ? a * x : x;
    case Activation::elu:
      return x <= 0 ? a * std::expm1(x) : x;
    case Activation::gelu:
      return x * normal_cdf(x);
    case Activation::silu:
      return x * sigmoid(x);
    case Activation::tanh:
      return std::tanh(x);
    case Activation::sigmoid:
      return sigmoid(x);
    case Activation::hard_sigmoid:
      return cut(a * x + b, 0, 1);
    case Activation::hard_swish:
      return x * cut(x + 3, 0, 6) / 6;
    case Activation::clip:
      return cut(x, a, b);
  }
  return x;
}

// s is the output or the input, see uses_output.
double derivative(Activation activation, double a, double b, double s) {
  switch (activation) {
    case Activation::relu:
      return s <= 0 ? 0 : 1;
    case Activation::leaky_relu:
      return s <= 0 ? a : 1;
    case Activation::elu:
      return s <= 0 ? s + a : 1;
    case Activation::gelu:
      return normal_cdf(s) + s * normal_density(s);
    case Activation::silu:
      return sigmoid(s) * (1 + s * (1 - sigmoid(s)));
    case Activation::tanh:
      return 1 - s * s;
    case Activation::sigmoid:
      return s * (1 - s);
    case Activation::hard_sigmoid:
      return within(s, 0, 1) ? a : 0;
    case Activation::hard_swish:
      return s <= -3 ? 0 : s >= 3 ? 1 : s / 3 + 0.5;
    case Activation::clip:
      return within(s, a, b) ? 1 : 0;
  }
  return 1;
}

}  // namespace

template <class Real>
void activation_forward(Activation activation, ActivationConstants c, const Real* src, Real* dst,
                        std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) dst[i] = static_cast<Real>(value(activation, c.a, c.b, src[i]));
}

template <class Real>
void activation_backward(Activation activation, ActivationConstants c, const Real* saved,
                         const Real* diff_dst, Real* diff_src, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i)
    diff_src[i] = static_cast<Real>(diff_dst[i] * derivative(activation, c.a, c.b, saved[i]));
}

void add(const float* a, const float* b, float* dst, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) dst[i] = a[i] + b[i];
}

void accumulate(const float* src, float* dst, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) dst[i] += src[i];
}

void multiply(float factor, float* values, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) values[i] *= factor;
}

void multiply(const float* a, const float* b, float* dst, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) dst[i] = a[i] * b[i];
}

template void activation_forward(Activation, ActivationConstants, const float*, float*, std::size_t);
template void activation_forward(Activation, ActivationConstants, const double*, double*, std::size_t);
template void activation_backward(Activation, ActivationConstants, const float*, const float*, float*,
                                  std::size_t);
template void activation_backward(Activation, ActivationConstants, const double*, const double*, double*,
                                  std::size_t);

}  // namespace tailor::kernels::reference
