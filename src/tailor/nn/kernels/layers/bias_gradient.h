// The gradient of a bias: the sum of dy over rows, for dense layers (rows are images) and convolutions (rows
// are pixels), with any number of outputs.
#pragma once

#include <cstddef>

namespace tailor::kernels {

// db[o] += sum over rows of dy[row][o].
void bias_gradient(const float* dy, std::size_t rows, int out, float* db);

namespace reference {
// The same in plain loops; sums are in double.
template <class Real>
void bias_gradient(const Real* dy, std::size_t rows, int out, Real* db);
}  // namespace reference

}  // namespace tailor::kernels
