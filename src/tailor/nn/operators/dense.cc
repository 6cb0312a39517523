// Dense layer: rows of the batch divided among two blocks forward, inputs among blocks for the weight
// gradient; the blocks are fixed so that results do not depend on threads.
#include "tailor/nn/kernels/dense.h"

#include <algorithm>

#include "tailor/nn/operators/operators.h"

namespace tailor {
namespace {

class DenseOperator : public Operator {
 public:
  explicit DenseOperator(const LayerContext& c)
      : weight_(*c.parameters.find(c.index, ParameterRole::weight)),
        bias_(c.parameters.find(c.index, ParameterRole::bias)),
        in_(static_cast<int>(c.input.size())),
        out_(c.layer.filters) {}

  std::string kernel() const override { return "onednn sgemm"; }
  bool by_image() const override { return false; }

  Needs needs() const override {
    Needs n;
    n.input_in_backward = true;
    return n;
  }

  void forward(const Pass& pass, const Images& all) override {
    const float* x = memory_.input[0].floats(all);
    float* y = memory_.output.floats(all);
    const float* bias = bias_ ? pass.values + bias_->offset : nullptr;
    each_block(pass, pass.batch, rows_for_a_block, [&](int first, int count) {
      kernels::dense_forward(x + row(first, in_), pass.values + weight_.offset, bias, y + row(first, out_),
                             count, in_, out_);
    });
  }

  void backward(const Pass& pass, const Images& all) override {
    const float* x = memory_.input[0].floats(all);
    const float* dy = memory_.diff_output.floats(all);
    each_block(pass, in_, inputs_for_a_block, [&](int first, int count) {
      kernels::dense_backward_weights(x, dy, pass.gradients + weight_.offset, pass.batch, first, count, in_,
                                      out_);
    });
    if (bias_) kernels::dense_backward_bias(dy, pass.gradients + bias_->offset, pass.batch, out_);
    if (!memory_.diff_input[0]) return;
    float* dx = memory_.diff_input[0].floats(all);
    each_block(pass, pass.batch, rows_for_a_block, [&](int first, int count) {
      kernels::dense_backward_data(dy + row(first, out_), pass.values + weight_.offset, dx + row(first, in_),
                                   count, in_, out_);
    });
  }

 private:
  static constexpr int rows_for_a_block = 64, inputs_for_a_block = 1024;

  static std::size_t row(int i, int width) {
    return static_cast<std::size_t>(i) * static_cast<std::size_t>(width);
  }

  template <class Task>
  static void each_block(const Pass& pass, int total, int block, Task&& task) {
    pass.workers->run((total + block - 1) / block,
                      [&](int i) { task(i * block, std::min(block, total - i * block)); });
  }

  const ParameterTensor& weight_;
  const ParameterTensor* bias_;
  int in_, out_;
};

}  // namespace

std::unique_ptr<Operator> make_dense(const LayerContext& context) {
  return std::make_unique<DenseOperator>(context);
}

}  // namespace tailor
