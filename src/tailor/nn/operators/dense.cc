// Dense layer. Behind a ReLU most inputs are zero, before one most gradients are: where enough of them are
// zero (the plan says how many) the sparse kernels compute only with the others. The choice depends on the
// data alone. Rows or inputs
// are divided among threads in fixed blocks, so results do not depend on their number.
#include "tailor/nn/kernels/layers/dense.h"

#include <algorithm>

#include "tailor/base/rounding.h"
#include "tailor/nn/kernels/common/dispatch.h"
#include "tailor/nn/kernels/layers/bias_gradient.h"
#include "tailor/nn/kernels/sparse/sparse_dense.h"
#include "tailor/nn/operators/operators.h"

namespace tailor {
namespace {

class DenseOperator : public Operator {
 public:
  explicit DenseOperator(const LayerContext& c)
      : weight_(*c.parameters.find(c.index, ParameterRole::weight)),
        bias_(c.parameters.find(c.index, ParameterRole::bias)),
        in_(static_cast<int>(c.input.size())),
        out_(c.layer.filters),
        max_batch_(c.max_batch),
        training_(c.training),
        sparse_input_below_(c.sparse_input_below),
        sparse_gradient_below_(c.sparse_gradient_below) {}

  std::string kernel() const override {
    return sparse_input_below_ > 0 || sparse_gradient_below_ > 0
               ? "onednn sgemm or sparse, " + kernels::vector_target_name()
               : "onednn sgemm";
  }
  bool by_image() const override { return false; }

  Needs needs() const override {
    Needs n;
    n.input_in_backward = true;
    if (training_ && sparse_gradient_below_ > 0) {
      n.batch_scratch_bytes = kernels::sparse_gradients_bytes(max_batch_, out_);
      n.scratch_bytes = kernels::sparse_backward_scratch(max_batch_, out_) * sizeof(float);
    }
    return n;
  }

  void forward(const Pass& pass, const Images& all) override {
    const float* x = memory_.input[0].floats(all);
    const float* w = pass.values + weight_.offset;
    const float* bias = bias_ ? pass.values + bias_->offset : nullptr;
    float* y = memory_.output.floats(all);
    if (sparse_input_below_ > 0 && forward_sparse(pass, x, w, bias, y)) return;
    each_block(pass, pass.batch, rows_for_a_block, [&](int, int first, int count) {
      kernels::dense_forward(x + row(first, in_), w, bias, y + row(first, out_), count, in_, out_);
    });
  }

  void backward(const Pass& pass, const Images& all) override {
    const float* x = memory_.input[0].floats(all);
    const float* w = pass.values + weight_.offset;
    const float* dy = memory_.diff_output.floats(all);
    float* dw = pass.gradients + weight_.offset;
    float* dx = memory_.diff_input[0] ? memory_.diff_input[0].floats(all) : nullptr;
    if (bias_) write_bias_gradient(pass, *bias_, dy);
    if (sparse_gradient_below_ > 0 && backward_sparse(pass, x, w, dy, dw, dx)) return;
    each_block(pass, in_, inputs_for_a_block, [&](int, int first, int count) {
      kernels::dense_backward_weights(x, dy, dw, pass.batch, first, count, in_, out_);
    });
    if (dx == nullptr) return;
    each_block(pass, pass.batch, rows_for_a_block, [&](int, int first, int count) {
      kernels::dense_backward_data(dy + row(first, out_), w, dx + row(first, in_), count, in_, out_);
    });
  }

 private:
  static constexpr int rows_for_a_block = 64, inputs_for_a_block = 1024, most_sparse_rows = 128;

  bool forward_sparse(const Pass& pass, const float* x, const float* w, const float* bias, float* y) {
    if (kernels::sparse_density(x, pass.batch, in_) >= sparse_input_below_) return false;
    // A row's result is its own, so the weights need to pass only once for each thread.
    const int threads = pass.workers->threads();
    each_block(pass, pass.batch, std::min(most_sparse_rows, ceil_div(pass.batch, threads)),
               [&](int, int first, int count) {
                 kernels::sparse_dense_forward(x + row(first, in_), w, bias, y + row(first, out_), count, in_,
                                               out_);
               });
    return true;
  }

  bool backward_sparse(const Pass& pass, const float* x, const float* w, const float* dy, float* dw,
                       float* dx) {
    const kernels::SparseGradients gradients(memory_.batch_scratch, pass.batch, out_);
    const std::int64_t nonzeros = kernels::sparse_compress_gradients(dy, gradients);
    if (static_cast<double>(nonzeros) >= sparse_gradient_below_ * pass.batch * out_) return false;
    const int block = round_up(ceil_div(in_, max_lanes), kernels::sparse_block);
    each_block(pass, in_, block, [&](int i, int first, int count) {
      kernels::sparse_dense_backward(gradients, x, w, dw, dx, first, count, in_,
                                     reinterpret_cast<float*>(scratch(i)));
    });
    return true;
  }

  static std::size_t row(int i, int width) {
    return static_cast<std::size_t>(i) * static_cast<std::size_t>(width);
  }

  template <class Task>
  static void each_block(const Pass& pass, int total, int block, Task&& task) {
    pass.workers->run(ceil_div(total, block),
                      [&](int i) { task(i, i * block, std::min(block, total - i * block)); });
  }

  const ParameterTensor& weight_;
  const ParameterTensor* bias_;
  int in_, out_, max_batch_;
  bool training_;
  double sparse_input_below_, sparse_gradient_below_;
};

}  // namespace

void write_bias_gradient(const Pass& pass, const ParameterTensor& bias, const float* dy) {
  float* db = pass.gradients + bias.offset;
  std::fill_n(db, bias.size, 0.0f);
  kernels::bias_gradient(dy, static_cast<std::size_t>(pass.batch), static_cast<int>(bias.size), db);
}

std::unique_ptr<Operator> make_dense(const LayerContext& context) {
  return std::make_unique<DenseOperator>(context);
}

}  // namespace tailor
