// Plain loops: the definition of the bias gradient.
#include "tailor/nn/kernels/layers/bias_gradient.h"

namespace tailor::kernels::reference {

template <class Real>
void bias_gradient(const Real* dy, std::size_t rows, int out, Real* db) {
  const auto width = static_cast<std::size_t>(out);
  for (std::size_t o = 0; o < width; ++o) {
    double sum = 0;
    for (std::size_t r = 0; r < rows; ++r) sum += static_cast<double>(dy[r * width + o]);
    db[o] += static_cast<Real>(sum);
  }
}

template void bias_gradient(const float*, std::size_t, int, float*);
template void bias_gradient(const double*, std::size_t, int, double*);

}  // namespace tailor::kernels::reference
