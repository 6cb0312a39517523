// Kernels that treat each value alone: activations, sums. The engine calls them on whole maps or on any
// sub-range.
#pragma once

#include <cstddef>

namespace tailor::kernels {

enum class Activation { relu, leaky_relu, elu, gelu, silu, tanh };

// Whether backward works from the output (relu, leaky_relu, elu, tanh) or from the input (gelu, silu).
bool uses_output(Activation activation);

// dst[i] = f(src[i]); dst may be src. `slope` >= 0 is leaky_relu's factor for negative values and elu's
// alpha, ignored by the others. gelu is the exact one, x * Phi(x); silu is x / (1 + exp(-x)). NaN in gives
// NaN out.
void activation_forward(Activation activation, float slope, const float* src, float* dst, std::size_t n);

// diff_src[i] = diff_dst[i] * f'(…), where saved is dst or src of the forward pass, see uses_output. diff_src
// may be diff_dst. The derivative of relu at 0 is 0.
void activation_backward(Activation activation, float slope, const float* saved, const float* diff_dst,
                         float* diff_src, std::size_t n);

// dst[i] = a[i] + b[i]; dst may be a or b.
void add(const float* a, const float* b, float* dst, std::size_t n);
// dst[i] += src[i].
void accumulate(const float* src, float* dst, std::size_t n);
// values[i] *= factor.
void multiply(float factor, float* values, std::size_t n);

namespace reference {

// The same in plain loops; Real is float or double, arithmetic is in double.
template <class Real>
void activation_forward(Activation activation, float slope, const Real* src, Real* dst, std::size_t n);
template <class Real>
void activation_backward(Activation activation, float slope, const Real* saved, const Real* diff_dst,
                         Real* diff_src, std::size_t n);
void add(const float* a, const float* b, float* dst, std::size_t n);
void accumulate(const float* src, float* dst, std::size_t n);
void multiply(float factor, float* values, std::size_t n);

}  // namespace reference

}  // namespace tailor::kernels
