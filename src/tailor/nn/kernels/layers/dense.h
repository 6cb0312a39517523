// Dense layers, y = x w + b, for activations without useful zeros (sparse_dense.h has the others).
// x [rows][in], w [in][out], b [out], y [rows][out].
#pragma once

namespace tailor::kernels {

// `bias` may be null.
void dense_forward(const float* x, const float* w, const float* bias, float* y, int rows, int in, int out);
// dx = dy w^T; overwrites.
void dense_backward_data(const float* dy, const float* w, float* dx, int rows, int in, int out);
// dw = x^T dy for the inputs [in_first, in_first + in_count) only, so that callers can share the inputs among
// threads; x and dw point to the whole matrices, the rows of dw in the range are overwritten.
void dense_backward_weights(const float* x, const float* dy, float* dw, int rows, int in_first, int in_count,
                            int in, int out);

namespace reference {

// The same in plain loops, Real being float or double; sums are in double.
template <class Real>
void dense_forward(const Real* x, const Real* w, const Real* bias, Real* y, int rows, int in, int out);
template <class Real>
void dense_backward_data(const Real* dy, const Real* w, Real* dx, int rows, int in, int out);
template <class Real>
void dense_backward_weights(const Real* x, const Real* dy, Real* dw, int rows, int in_first, int in_count,
                            int in, int out);

}  // namespace reference

}  // namespace tailor::kernels
