// Batch normalisation (Ioffe & Szegedy 2015) over batch, height and width; statistics in lanes, added in
// order.
#include "tailor/nn/kernels/layers/batch_norm.h"

#include <cmath>
#include <vector>

#include "tailor/nn/memory/memory_plan.h"
#include "tailor/nn/operators/operators.h"

namespace tailor {
namespace {

class BatchNormOperator : public Operator {
 public:
  explicit BatchNormOperator(const LayerContext& c)
      : scale_(*c.parameters.find(c.index, ParameterRole::scale)),
        shift_(*c.parameters.find(c.index, ParameterRole::shift)),
        running_mean_(*c.parameters.find(c.index, ParameterRole::running_mean)),
        running_variance_(*c.parameters.find(c.index, ParameterRole::running_variance)),
        epsilon_(c.layer.epsilon),
        training_(c.training),
        relu_(c.relu),
        positions_(static_cast<std::size_t>(c.input.height) * static_cast<std::size_t>(c.input.width)),
        channels_(c.input.channels) {}

  std::string kernel() const override { return relu_ ? "batch norm with ReLU" : "batch norm"; }
  bool by_image() const override { return !training_; }

  Needs needs() const override {
    Needs n;
    n.input_in_backward = true;
    n.output_in_backward = relu_;
    n.kept_batch_bytes = 2 * channel_floats() * sizeof(float);  // mean, inverse deviation
    n.kept_batch_bytes +=
        2 * (max_lanes + 1) * channel_floats() * sizeof(double);  // two sums for each lane and their total
    return n;
  }

  // Prediction uses the running statistics; training replaces them by the batch's in forward.
  void prepare(const Pass& pass) override { use_running_statistics(pass); }

  void forward(const Pass& pass, const Images& images) override {
    if (!training_) return apply(pass, images);
    if (pass.training)
      measure(pass);
    else
      use_running_statistics(pass);
    each_lane(*pass.workers, pass.batch, [&](const Images& part) { apply(pass, part); });
  }

  void backward(const Pass& pass, const Images&) override {
    each_lane(*pass.workers, pass.batch, [&](const Images& part) {
      kernels::batch_norm_backward_sums(memory_.input[0].floats(part), memory_.diff_output.floats(part),
                                        mask(part), rows(part), channels_, mean(), inverse_deviation(),
                                        sums(0, part.lane), sums(1, part.lane));
    });
    const double* sum_dy = total(pass, 0);
    const double* sum_dy_xhat = total(pass, 1);
    for (std::size_t c = 0; c < channel_count(); ++c) {
      pass.gradients[shift_.offset + c] = static_cast<float>(sum_dy[c]);
      pass.gradients[scale_.offset + c] = static_cast<float>(sum_dy_xhat[c]);
    }
    if (!memory_.diff_input[0]) return;
    each_lane(*pass.workers, pass.batch, [&](const Images& part) {
      kernels::batch_norm_backward_data(memory_.input[0].floats(part), memory_.diff_output.floats(part),
                                        mask(part), rows(part), channels_, mean(), inverse_deviation(),
                                        pass.values + scale_.offset, sum_dy, sum_dy_xhat, rows(pass.all()),
                                        memory_.diff_input[0].floats(part));
    });
  }

 private:
  void apply(const Pass& pass, const Images& images) const {
    kernels::batch_norm_apply(memory_.input[0].floats(images), rows(images), channels_, mean(),
                              inverse_deviation(), pass.values + scale_.offset, pass.values + shift_.offset,
                              relu_, memory_.output.floats(images));
  }

  void use_running_statistics(const Pass& pass) {
    for (std::size_t c = 0; c < channel_count(); ++c) {
      mean()[c] = pass.values[running_mean_.offset + c];
      inverse_deviation()[c] = inverse(pass.values[running_variance_.offset + c]);
    }
  }

  // Mean, then squares around it: two passes, because the difference of large sums loses digits.
  void measure(const Pass& pass) {
    const double n = static_cast<double>(rows(pass.all()));
    each_lane(*pass.workers, pass.batch, [&](const Images& part) {
      kernels::channel_sums(memory_.input[0].floats(part), rows(part), channels_, sums(0, part.lane));
    });
    const double* sum = total(pass, 0);
    for (std::size_t c = 0; c < channel_count(); ++c) mean()[c] = static_cast<float>(sum[c] / n);
    each_lane(*pass.workers, pass.batch, [&](const Images& part) {
      kernels::channel_centered_squares(memory_.input[0].floats(part), mean(), rows(part), channels_,
                                        sums(1, part.lane));
    });
    const double* squares = total(pass, 1);
    const double share = pass.batch_norm_momentum, unbiased = n > 1 ? n / (n - 1) : 1;  // as PyTorch keeps it
    for (std::size_t c = 0; c < channel_count(); ++c) {
      const double variance = squares[c] / n;
      inverse_deviation()[c] = inverse(variance);
      float& running_mean = pass.statistics[running_mean_.offset + c];
      float& running_variance = pass.statistics[running_variance_.offset + c];
      running_mean = static_cast<float>((1 - share) * running_mean + share * mean()[c]);
      running_variance = static_cast<float>((1 - share) * running_variance + share * variance * unbiased);
    }
  }

  // The lanes' sums of one kind, added in order.
  const double* total(const Pass& pass, int kind) {
    double* sum = sums(kind, max_lanes);
    std::fill_n(sum, channel_count(), 0.0);
    for (int lane = 0; lane < pass.lanes(); ++lane)
      for (std::size_t c = 0; c < channel_count(); ++c) sum[c] += sums(kind, lane)[c];
    return sum;
  }

  float inverse(double variance) const { return static_cast<float>(1 / std::sqrt(variance + epsilon_)); }
  std::size_t channel_count() const { return static_cast<std::size_t>(channels_); }
  std::size_t channel_floats() const { return padded(channel_count()); }
  // Where the fused ReLU let nothing through.
  const float* mask(const Images& images) const { return relu_ ? memory_.output.floats(images) : nullptr; }
  std::size_t rows(const Images& images) const { return static_cast<std::size_t>(images.count) * positions_; }
  float* mean() const { return reinterpret_cast<float*>(memory_.kept_batch); }
  float* inverse_deviation() const { return mean() + channel_floats(); }
  double* sums(int kind, int lane) const {
    const std::size_t place =
        static_cast<std::size_t>(kind) * (max_lanes + 1) + static_cast<std::size_t>(lane);
    return reinterpret_cast<double*>(mean() + 2 * channel_floats()) + place * channel_floats();
  }

  const ParameterTensor &scale_, &shift_, &running_mean_, &running_variance_;
  double epsilon_;
  bool training_, relu_;
  std::size_t positions_;
  int channels_;
};

}  // namespace

std::unique_ptr<Operator> make_batch_norm(const LayerContext& context) {
  return std::make_unique<BatchNormOperator>(context);
}

}  // namespace tailor
