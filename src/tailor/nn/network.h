// A network ready to compute: plan, parameters' places and loss. The trainer, evaluation and prediction use
// this and know no layers.
//
//   Network network(architecture, {.max_batch = 128}, workers);
//   network.use_for_training(values);           // parameters().total_floats() floats, owned by the caller
//   fill network.input(); network.forward(n, true, key);
//   LossSums sums = network.loss(n, targets, smoothing);
//   network.backward(n, gradients);             // parameters().learned_floats() floats
//
// Predicting needs use(), forward(n, false) and logits(). What is called out of order, or with what does not
// fit, is a usage error that says so; a network is used by one thread at a time.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "tailor/base/threads.h"
#include "tailor/nn/kernels/layers/softmax_loss.h"
#include "tailor/nn/memory/parameters.h"
#include "tailor/nn/plan/plan.h"

namespace tailor {

class Network {
 public:
  // `workers` must outlive the network. A usage error if the architecture has no layers or `max_batch` is
  // below 1; a MemoryError, before it is taken, if the network needs more memory than there is.
  Network(const Architecture& architecture, const PlanOptions& options, Workers& workers);

  const ParameterTable& parameters() const { return parameters_; }
  std::vector<std::string> kernels() const { return plan_.kernels(); }
  std::size_t arena_bytes() const { return plan_.arena_bytes(); }
  int max_batch() const { return options_.max_batch; }
  int classes() const { return classes_; }
  const Shape& input_shape() const { return input_shape_; }

  // One for each dropout layer, in [0, 1).
  void set_dropout_rates(std::vector<double> rates);
  // Rate of the last stochastic depth layer, in [0, 1); see stochastic_depth_share().
  void set_stochastic_depth(double rate);
  // In [0, 1].
  void set_batch_norm_momentum(double momentum);

  // The arena to compute with, best on a cache line (base/aligned.h): for prediction, which only reads it, or
  // for training, which writes batch norm's running statistics there. Call changed() whenever its content has
  // changed.
  void use(std::span<const float> values);
  void use_for_training(std::span<float> values);
  void changed();

  float* input() const { return plan_.input(); }          // [max_batch][height][width][channels]
  const float* logits() const { return plan_.logits(); }  // [max_batch][classes]

  // The first `batch` images of the input, 1 to max_batch(). Training (after use_for_training): dropout masks
  // from `key`, batch statistics, running ones updated.
  void forward(int batch, bool training, Key key = Key(0));
  // Sums over the batch of the last forward(); after it backward() gives the gradient of the batch's mean
  // loss. `label_smoothing`, in [0, 1), enters the gradient and the loss. Labels are below classes().
  // `focal_gamma` above 0 makes it the focal loss.
  kernels::LossSums loss(int batch, const kernels::Targets& targets, double label_smoothing,
                         double focal_gamma = 0);
  // Overwrites `gradients`. Follows forward(training = true) and loss() of the same batch.
  void backward(int batch, std::span<float> gradients);

 private:
  // What was computed last, for batches of pass_.batch.
  enum class Done { nothing, forward, loss };

  Network(const ComputeScope& scope, const Architecture& architecture, const PlanOptions& options,
          Workers& workers);
  void take(std::span<const float> values, float* statistics);
  void check_batch(const char* call, int batch) const;

  PlanOptions options_;
  int classes_;
  Shape input_shape_;
  ParameterTable parameters_;
  Plan plan_;
  std::vector<double> dropout_rates_;
  Pass pass_;
  Done done_ = Done::nothing;
};

}  // namespace tailor
