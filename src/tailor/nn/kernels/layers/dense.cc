// Dense layers by oneDNN's matrix product; it runs in the calling thread alone (base/threads.h).
#include "tailor/nn/kernels/layers/dense.h"

#include <algorithm>
#include <cstddef>

#if __has_include(<oneapi/dnnl/dnnl.h>)
#include <oneapi/dnnl/dnnl.h>
#else
#include <dnnl.h>
#endif

#include "tailor/base/error.h"

namespace tailor::kernels {
namespace {

// c [m][n] = op(a) [m][k] * op(b) [k][n] + keep * c, row-major, leading dimensions given.
void multiply(char transpose_a, char transpose_b, int m, int n, int k, const float* a, int lda,
              const float* b, int ldb, float keep, float* c, int ldc) {
  const dnnl_status_t status =
      dnnl_sgemm(transpose_a, transpose_b, m, n, k, 1.0f, a, lda, b, ldb, keep, c, ldc);
  if (status != dnnl_success) {
    throw failure("oneDNN cannot multiply {} x {} by {} x {} matrices: status {} (1 is out of memory)", m, k,
                  k, n, static_cast<int>(status));
  }
}

}  // namespace

void dense_forward(const float* x, const float* w, const float* bias, float* y, int rows, int in, int out) {
  if (bias) {
    for (int r = 0; r < rows; ++r) std::copy_n(bias, out, y + static_cast<std::size_t>(r) * out);
  }
  multiply('N', 'N', rows, out, in, x, in, w, out, bias ? 1.0f : 0.0f, y, out);
}

void dense_backward_data(const float* dy, const float* w, float* dx, int rows, int in, int out) {
  multiply('N', 'T', rows, in, out, dy, out, w, out, 0, dx, in);
}

void dense_backward_weights(const float* x, const float* dy, float* dw, int rows, int in_first, int in_count,
                            int in, int out) {
  multiply('T', 'N', in_count, out, rows, x + in_first, in, dy, out, 0,
           dw + static_cast<std::size_t>(in_first) * out, out);
}

}  // namespace tailor::kernels
