// The engine against PyTorch: the same weights and batches must give the same first loss and gradients, and
// the same losses for 20 steps of each optimiser. make_golden.py says what the files hold and how they were
// made.
#include "golden/golden.h"

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tailor/base/threads.h"
#include "tailor/nn/network.h"
#include "tailor/train/hyperparameters.h"
#include "tailor/train/optimizer.h"

namespace tailor::golden {
namespace {

constexpr double gradient_tolerance = 1e-5;  // of the tensor's norm
constexpr double loss_tolerance = 1e-3;      // nats, over 20 steps

// A network with the golden weights.
class Engine {
 public:
  explicit Engine(const Golden& golden)
      : golden_(golden),
        architecture_(golden.read_architecture()),
        // Room for more than a batch: every batch here is a smaller last one.
        network_(architecture_, {.max_batch = static_cast<int>(golden.batches[0].size()) + 3}, workers_),
        values_(table().total_floats()),
        gradients_(table().learned_floats()) {
    prepare_compute_thread();
    std::vector<double> rates;
    for (const Layer& layer : architecture_.layers)
      if (layer.kind == LayerKind::dropout) rates.push_back(0);
    network_.set_dropout_rates(rates);
    network_.set_stochastic_depth(0);
    initialize(table(), "glorot_uniform", Key(1), values_.data());
    for (std::size_t i = 0; i < golden.tensors.size(); ++i)
      golden.fill_weights(i, &values_[place(golden.tensors[i]).offset]);
    network_.use_for_training(values_);
  }

  const ParameterTable& table() const { return network_.parameters(); }
  const Architecture& architecture() const { return architecture_; }
  Network& network() { return network_; }
  float* values() { return values_.data(); }
  float* gradients() { return gradients_.data(); }

  const ParameterTensor& place(const Tensor& tensor) const { return place(tensor.layer, tensor.role); }
  const ParameterTensor& place(int layer, ParameterRole role) const {
    const ParameterTensor* found = table().find(layer, role);
    if (!found) throw std::out_of_range("the engine has no such tensor in layer " + std::to_string(layer));
    return *found;
  }

  // The mean loss of a batch; in training its gradient too.
  double run(std::size_t batch, bool training) {
    const std::vector<std::uint64_t>& images = golden_.batches[batch];
    std::vector<std::int32_t> labels;
    for (std::size_t i = 0; i < images.size(); ++i) {
      golden_.fill_image(images[i], network_.input() + i * golden_.input.size());
      labels.push_back(golden_.label(images[i]));
    }
    const int count = static_cast<int>(images.size());
    network_.forward(count, training);
    const kernels::LossSums sums = network_.loss(count, {labels.data()}, 0);
    if (training) network_.backward(count, gradients_);
    return sums.loss / count;
  }

 private:
  const Golden& golden_;
  Workers workers_;
  Architecture architecture_;
  Network network_;
  std::vector<float> values_, gradients_;
};

double norm(const std::vector<double>& values) {
  double sum = 0;
  for (double v : values) sum += v * v;
  return std::sqrt(sum);
}

std::string to_text(const Training& training) {
  std::string text;
  for (const auto& [name, value] : training.settings) text += " " + name + "=" + value;
  return text;
}

class GoldenRun : public testing::TestWithParam<const char*> {
 protected:
  const Golden golden_ = read_golden(GetParam());
};

TEST_P(GoldenRun, HasTheSameParameters) {
  const Engine engine(golden_);
  std::size_t learned_tensors = 0;
  for (const ParameterTensor& t : engine.table().tensors()) learned_tensors += learned(t.role);
  EXPECT_EQ(learned_tensors, golden_.tensors.size());
  for (const Tensor& t : golden_.tensors) EXPECT_EQ(engine.place(t).size, t.count) << engine.place(t).name;
}

TEST_P(GoldenRun, FirstLossAndGradients) {
  Engine engine(golden_);
  for (const Tensor& t : golden_.tensors)
    std::fill_n(engine.gradients() + engine.place(t).offset, t.count, NAN);  // must be overwritten
  EXPECT_NEAR(engine.run(0, true), golden_.first_loss, gradient_tolerance * golden_.first_loss);

  for (std::size_t k = 0; k < golden_.tensors.size(); ++k) {
    const Tensor& t = golden_.tensors[k];
    SCOPED_TRACE(engine.place(t).name);
    const float* gradient = engine.gradients() + engine.place(t).offset;
    const double allowed = gradient_tolerance * t.gradient_norm;

    // The norm of the difference: exact if every value is there, else estimated from a sample, which sees
    // single wrong values, and from random projections (rms over them = the norm, on average), which see all
    // of them.
    std::vector<double> differences;
    for (std::size_t i = 0; i < t.values.size(); ++i)
      differences.push_back(gradient[i * t.stride] - t.values[i]);
    const double share = static_cast<double>(t.values.size()) / static_cast<double>(t.count);
    EXPECT_LE(norm(differences) / std::sqrt(share), allowed);
    if (t.projections.empty()) continue;
    std::vector<double> offs;
    for (std::size_t p = 0; p < t.projections.size(); ++p) {
      double sum = 0;
      for (std::size_t i = 0; i < t.count; ++i)
        sum += golden_.sign(k, p, i) * static_cast<double>(gradient[i]);
      offs.push_back(sum - t.projections[p]);
    }
    EXPECT_LE(norm(offs) / std::sqrt(static_cast<double>(offs.size())), allowed);
    EXPECT_NEAR(norm({gradient, gradient + t.count}), t.gradient_norm, allowed);
  }
}

TEST_P(GoldenRun, TwentyStepsOfEachOptimizer) {
  for (const Training& training : golden_.trainings) {
    SCOPED_TRACE(to_text(training));
    Engine engine(golden_);
    Settings settings = default_settings(engine.architecture());
    for (const auto& [name, value] : training.settings) set(settings, name, value);
    set(settings, "batch_norm_momentum", golden_.batch_norm_momentum);
    engine.network().set_batch_norm_momentum(settings.batch_norm_momentum);

    const std::size_t count = engine.table().learned_floats();
    const Optimizer optimizer(settings, count, {{0, count, true}});
    std::vector<float> state(optimizer.state_floats());
    for (std::size_t step = 0; step < training.losses.size(); ++step) {
      EXPECT_NEAR(engine.run(step % golden_.batches.size(), true), training.losses[step], loss_tolerance)
          << "step " << step + 1;
      optimizer.step(0, count, engine.values(), engine.gradients(), state.data(), nullptr,
                     settings.learning_rate, static_cast<std::int64_t>(step) + 1);
      engine.network().changed();
    }
    EXPECT_NEAR(engine.run(0, false), training.evaluation_loss, loss_tolerance);

    for (const RunningStatistics& s : training.statistics) {
      const float* mean = engine.values() + engine.place(s.layer, ParameterRole::running_mean).offset;
      const float* variance = engine.values() + engine.place(s.layer, ParameterRole::running_variance).offset;
      for (std::size_t c = 0; c < s.mean.size(); ++c) {
        EXPECT_NEAR(mean[c], s.mean[c], loss_tolerance) << "layer " << s.layer << ", channel " << c;
        EXPECT_NEAR(variance[c], s.variance[c], loss_tolerance * s.variance[c])
            << "layer " << s.layer << ", channel " << c;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, GoldenRun,
                         testing::Values("mnist_cnn", "windows", "general_windows", "residual", "smooth",
                                         "channels"),
                         [](const auto& name) { return std::string(name.param); });

}  // namespace
}  // namespace tailor::golden
