// Plain loops: the definition of the dense layer and its gradients.
#include <cstddef>

#include "tailor/nn/kernels/layers/dense.h"

namespace tailor::kernels::reference {
namespace {

std::size_t at(int row, int column, int columns) { return static_cast<std::size_t>(row) * columns + column; }

template <class Real>
double product(Real a, Real b) {
  return static_cast<double>(a) * static_cast<double>(b);
}

}  // namespace

template <class Real>
void dense_forward(const Real* x, const Real* w, const Real* bias, Real* y, int rows, int in, int out) {
  for (int r = 0; r < rows; ++r)
    for (int o = 0; o < out; ++o) {
      double sum = bias ? static_cast<double>(bias[o]) : 0;
      for (int i = 0; i < in; ++i) sum += product(x[at(r, i, in)], w[at(i, o, out)]);
      y[at(r, o, out)] = static_cast<Real>(sum);
    }
}

template <class Real>
void dense_backward_data(const Real* dy, const Real* w, Real* dx, int rows, int in, int out) {
  for (int r = 0; r < rows; ++r)
    for (int i = 0; i < in; ++i) {
      double sum = 0;
      for (int o = 0; o < out; ++o) sum += product(dy[at(r, o, out)], w[at(i, o, out)]);
      dx[at(r, i, in)] = static_cast<Real>(sum);
    }
}

template <class Real>
void dense_backward_weights(const Real* x, const Real* dy, Real* dw, int rows, int in_first, int in_count,
                            int in, int out) {
  for (int i = in_first; i < in_first + in_count; ++i)
    for (int o = 0; o < out; ++o) {
      double sum = 0;
      for (int r = 0; r < rows; ++r) sum += product(x[at(r, i, in)], dy[at(r, o, out)]);
      dw[at(i, o, out)] = static_cast<Real>(sum);
    }
}

template void dense_forward(const float*, const float*, const float*, float*, int, int, int);
template void dense_forward(const double*, const double*, const double*, double*, int, int, int);
template void dense_backward_data(const float*, const float*, float*, int, int, int);
template void dense_backward_data(const double*, const double*, double*, int, int, int);
template void dense_backward_weights(const float*, const float*, float*, int, int, int, int, int);
template void dense_backward_weights(const double*, const double*, double*, int, int, int, int, int);

}  // namespace tailor::kernels::reference
