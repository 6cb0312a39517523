// Kernels that treat each value alone: activations, sums. The engine calls them on whole maps or on any
// sub-range.
#pragma once

#include <cstddef>

namespace tailor::kernels {

enum class Activation { relu, leaky_relu, elu, gelu, silu, tanh, sigmoid, hard_sigmoid, hard_swish, clip };

// What a file gives an activation: leaky_relu's slope, at least 0; elu's alpha, at least 0; hard_sigmoid's
// alpha, above 0, and beta; clip's low and high. The others ignore it.
struct ActivationConstants {
  float a = 0, b = 0;
};

// Whether backward works from the output (relu, leaky_relu, elu, tanh, sigmoid,
// hard_sigmoid, clip) or from the input (gelu, silu, hard_swish).
bool uses_output(Activation activation);

// dst[i] = f(src[i]); dst may be src. gelu is the exact one, x * Phi(x); silu is x / (1 + exp(-x)); hard_sigmoid
// is a * x + b cut to [0, 1]; hard_swish is x * (x + 3 cut to [0, 6]) / 6. NaN in gives NaN out.
void activation_forward(Activation activation, ActivationConstants constants, const float* src, float* dst,
                        std::size_t n);

// diff_src[i] = diff_dst[i] * f'(…), where saved is dst or src of the forward pass, see uses_output. diff_src
// may be diff_dst. The derivatives of relu, hard_sigmoid and clip where they are cut are 0.
void activation_backward(Activation activation, ActivationConstants constants, const float* saved,
                         const float* diff_dst, float* diff_src, std::size_t n);

// dst[i] = a[i] + b[i]; dst may be a or b.
void add(const float* a, const float* b, float* dst, std::size_t n);
// dst[i] += src[i].
void accumulate(const float* src, float* dst, std::size_t n);
// values[i] *= factor.
void multiply(float factor, float* values, std::size_t n);
// dst[i] = a[i] * b[i]; dst may be a or b.
void multiply(const float* a, const float* b, float* dst, std::size_t n);

namespace reference {

// The same in plain loops; Real is float or double, arithmetic is in double.
template <class Real>
void activation_forward(Activation activation, ActivationConstants constants, const Real* src, Real* dst,
                        std::size_t n);
template <class Real>
void activation_backward(Activation activation, ActivationConstants constants, const Real* saved,
                         const Real* diff_dst, Real* diff_src, std::size_t n);
void add(const float* a, const float* b, float* dst, std::size_t n);
void accumulate(const float* src, float* dst, std::size_t n);
void multiply(float factor, float* values, std::size_t n);
void multiply(const float* a, const float* b, float* dst, std::size_t n);

}  // namespace reference

}  // namespace tailor::kernels
