// Dense layers whose inputs are partly zero, as ReLU and dropout leave them: forward from the non-zeros of x,
// backward from the non-zeros of dy, which are rarer still. Exact: what is left out is a product with 0 (so a
// NaN or infinity on its other side is not seen). Whether this or dense.h is faster is a question of density
// alone. x [rows][in], w [in][out], b [out], y [rows][out].
#pragma once

#include <cstddef>
#include <cstdint>

namespace tailor::kernels {

// Inputs are worked on in blocks whose weights stay in the first cache while all rows pass.
inline constexpr int sparse_block = 64;

// ---- forward

// The share of values that are not zero, from 0 to 1, in every eighth row of x: enough to choose a kernel.
double sparse_density(const float* x, int rows, int in);

// y = x w + b from the non-zeros of x; `bias` may be null. Each row's result is the same in any division of
// the rows among calls.
void sparse_dense_forward(const float* x, const float* w, const float* bias, float* y, int rows, int in,
                          int out);

// ---- backward

// The non-zeros of dy, by row and by column. A view of the caller's memory: sparse_gradients_bytes(rows,
// out), aligned to 64.
struct SparseGradients {
  struct Entry {
    std::int32_t other;  // column in a row's list, row in a column's list
    float value;
  };

  SparseGradients(void* memory, int row_count, int out_count);

  int rows, out;
  Entry *by_row, *by_column;           // [rows * out], lists without gaps
  std::int32_t *row_end, *column_end;  // [rows + 1], [out + 1]: list i is [end[i], end[i + 1])
};

std::size_t sparse_gradients_bytes(int rows, int out);

// Fills the lists; returns how many values are not zero. NaN is not zero.
std::int64_t sparse_compress_gradients(const float* dy, const SparseGradients& gradients);

// Floats of scratch memory that each concurrent call of sparse_dense_backward needs, aligned to 64 bytes.
std::size_t sparse_backward_scratch(int rows, int out);

// For the inputs [in_first, in_first + in_count): overwrites their rows of dw = x^T dy and, unless dx is
// null, their columns of dx = dy w^T. Pointers are to whole matrices; callers can share the inputs among
// threads, best in multiples of sparse_block.
void sparse_dense_backward(const SparseGradients& gradients, const float* x, const float* w, float* dw,
                           float* dx, int in_first, int in_count, int in, float* scratch);

}  // namespace tailor::kernels
