// A network ready to compute: plan, parameters' places and loss. The trainer, evaluation and prediction use
// this and know no layers.
//
//   Network network(architecture, {.max_batch = 128}, workers);
//   network.use(values);                        // parameters().total_floats() floats, owned by the caller
//   fill network.input(); network.forward(n, training, key);
//   LossSums sums = network.loss(n, targets, smoothing);
//   network.backward(n, gradients);             // parameters().learned_floats() floats
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
  // `workers` must outlive the network. Throws a failure if the architecture needs more memory than there is.
  Network(const Architecture& architecture, const PlanOptions& options, Workers& workers);

  const ParameterTable& parameters() const { return parameters_; }
  std::vector<std::string> kernels() const { return plan_.kernels(); }
  std::size_t arena_bytes() const { return plan_.arena_bytes(); }
  int max_batch() const { return options_.max_batch; }
  int classes() const { return classes_; }

  void set_dropout_rates(std::vector<double> rates) { dropout_rates_ = std::move(rates); }
  void set_batch_norm_momentum(double momentum) { pass_.batch_norm_momentum = momentum; }

  // The arena to compute with, best on a cache line (base/aligned.h). Call again, or call changed(), whenever
  // its content has changed.
  void use(float* values);
  void changed() { plan_.prepare(pass_); }

  float* input() const { return plan_.input(); }          // [max_batch][height][width][channels]
  const float* logits() const { return plan_.logits(); }  // [max_batch][classes]

  // The first `batch` images of the input. Training: dropout masks from `key`, batch statistics, running ones
  // updated.
  void forward(int batch, bool training, Key key = Key(0));
  // Sums over the batch; after it backward() gives the gradient of the batch's mean loss. `label_smoothing`
  // enters the gradient and the loss.
  kernels::LossSums loss(int batch, const kernels::Targets& targets, double label_smoothing);
  // Overwrites `gradients`. Follows forward(training = true) and loss() of the same batch.
  void backward(int batch, float* gradients);

 private:
  PlanOptions options_;
  int classes_;
  ParameterTable parameters_;
  Plan plan_;
  std::vector<double> dropout_rates_;
  Pass pass_;
};

}  // namespace tailor
