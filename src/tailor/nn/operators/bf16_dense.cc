// Dense layer on matrix tiles. The inputs are divided among threads in fixed parts whose sums are added in
// their order, so results do not depend on the number of threads.
#include "tailor/nn/kernels/bf16/bf16_dense.h"

#include <algorithm>

#include "tailor/base/rounding.h"
#include "tailor/nn/memory/memory_plan.h"
#include "tailor/nn/operators/operators.h"

namespace tailor {
namespace {

using kernels::Bf16;

class Bf16DenseOperator : public Operator {
 public:
  explicit Bf16DenseOperator(const LayerContext& c)
      : weight_(*c.parameters.find(c.index, ParameterRole::weight)),
        bias_(c.parameters.find(c.index, ParameterRole::bias)),
        in_(static_cast<int>(c.input.size())),
        out_(c.layer.filters),
        max_batch_(c.max_batch),
        training_(c.training) {}

  std::string kernel() const override { return "bf16 matrix tiles (AMX)"; }
  bool by_image() const override { return false; }

  Needs needs() const override {
    Needs n;
    n.input_in_backward = true;
    n.batch_scratch_bytes = max_lanes * kernels::bf16_dense_sums_floats(max_batch_, out_) * sizeof(float);
    n.scratch_bytes = kernels::bf16_dense_forward_scratch(max_batch_, out_);
    if (training_) {
      n.batch_scratch_bytes =
          std::max(n.batch_scratch_bytes, kernels::bf16_dense_gradient_size(max_batch_, out_) * sizeof(Bf16));
      n.scratch_bytes = std::max(n.scratch_bytes, kernels::bf16_dense_backward_scratch(max_batch_, out_));
    }
    return n;
  }

  void forward(const Pass& pass, const Images& all) override {
    const float* x = memory_.input[0].floats(all);
    const float* w = pass.values + weight_.offset;
    float* sums = reinterpret_cast<float*>(memory_.batch_scratch);
    const std::size_t step = kernels::bf16_dense_sums_floats(pass.batch, out_);
    each_part(pass, [&](int part, int first, int count) {
      kernels::bf16_dense_forward(x, w, pass.batch, in_, out_, first, count,
                                  sums + static_cast<std::size_t>(part) * step, scratch(part));
    });
    kernels::bf16_dense_add_parts(sums, max_lanes, bias_ ? pass.values + bias_->offset : nullptr, pass.batch,
                                  out_, memory_.output.floats(all));
  }

  void backward(const Pass& pass, const Images& all) override {
    const float* x = memory_.input[0].floats(all);
    const float* w = pass.values + weight_.offset;
    const float* dy = memory_.diff_output.floats(all);
    float* dw = pass.gradients + weight_.offset;
    float* dx = memory_.diff_input[0] ? memory_.diff_input[0].floats(all) : nullptr;
    if (bias_) write_bias_gradient(pass, *bias_, dy);
    Bf16* packed = reinterpret_cast<Bf16*>(memory_.batch_scratch);
    kernels::bf16_dense_pack_gradient(dy, pass.batch, out_, packed);
    each_part(pass, [&](int part, int first, int count) {
      kernels::bf16_dense_backward(packed, x, w, pass.batch, in_, out_, first, count, dw, dx, scratch(part));
    });
  }

 private:
  // max_lanes parts of whole cache lines; the last ones may be empty.
  template <class Task>
  void each_part(const Pass& pass, Task&& task) const {
    const int most = round_up(ceil_div(in_, max_lanes), 64);
    pass.workers->run(max_lanes, [&](int part) {
      const int first = std::min(in_, part * most);
      task(part, first, std::min(most, in_ - first));
    });
  }

  const ParameterTensor& weight_;
  const ParameterTensor* bias_;
  int in_, out_, max_batch_;
  bool training_;
};

}  // namespace

std::unique_ptr<Operator> make_bf16_dense(const LayerContext& context) {
  return std::make_unique<Bf16DenseOperator>(context);
}

}  // namespace tailor
