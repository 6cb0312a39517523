// Dense layers with operands rounded to bf16 and sums in float, on the processor's matrix tiles; only where
// bf16_supported(). x [rows][in], w [in][out], y [rows][out]; any sizes. Callers share the inputs among
// threads: parts of `inputs_at_once` from `first` on. NaN in an operand reaches every result that depends on
// it. Buffers are the caller's, aligned to 64 bytes.
#pragma once

#include <cstddef>

#include "tailor/nn/kernels/bf16/bf16.h"

namespace tailor::kernels {

constexpr int bf16_inputs_at_once = 512;

// ---- forward

std::size_t bf16_dense_sums_floats(int rows, int out);
std::size_t bf16_dense_forward_scratch(int rows, int out);  // bytes, for each concurrent call
// Overwrites `sums` with x w of the inputs [first, first + count) alone.
void bf16_dense_forward(const float* x, const float* w, int rows, int in, int out, int first, int count,
                        float* sums, std::byte* scratch);
// y = all parts' sums, which lie one behind the other, in their order, plus `bias` (null: none).
void bf16_dense_add_parts(const float* sums, int parts, const float* bias, int rows, int out, float* y);

// ---- backward

// dy as both passes want it, made once for a batch.
std::size_t bf16_dense_gradient_size(int rows, int out);  // of Bf16
void bf16_dense_pack_gradient(const float* dy, int rows, int out, Bf16* packed);
std::size_t bf16_dense_backward_scratch(int rows, int out);  // bytes, for each concurrent call
// For the inputs [first, first + count): overwrites their rows of dw = x^T dy and, unless dx is null, their
// columns of dx = dy w^T. Pointers are to whole matrices.
void bf16_dense_backward(const Bf16* packed, const float* x, const float* w, int rows, int in, int out,
                         int first, int count, float* dw, float* dx, std::byte* scratch);

}  // namespace tailor::kernels
