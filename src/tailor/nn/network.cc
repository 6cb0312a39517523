#include "tailor/nn/network.h"

#include <array>
#include <utility>

#include "tailor/base/error.h"

namespace tailor {

namespace {

const Architecture& checked(const Architecture& architecture, const PlanOptions& options) {
  if (architecture.layers.empty() || architecture.classes < 1 || architecture.input.size() == 0)
    throw usage_error("Network: the architecture '{}' has no layers; read or parse one (architecture.h)",
                      architecture.name);
  if (options.max_batch < 1)
    throw usage_error("Network: max_batch: expected 1 or more, got {}", options.max_batch);
  return architecture;
}

void check_labels(const char* what, const std::int32_t* labels, int batch, int classes) {
  for (int i = 0; i < batch; ++i)
    if (labels[i] < 0 || labels[i] >= classes)
      throw usage_error("Network::loss: {} of image {}: expected a class from 0 to {}, got {}", what, i,
                        classes - 1, labels[i]);
}

}  // namespace

Network::Network(const Architecture& architecture, const PlanOptions& options, Workers& workers)
    : Network(ComputeScope(), architecture, options, workers) {}

Network::Network(const ComputeScope&, const Architecture& architecture, const PlanOptions& options,
                 Workers& workers)
    : options_(options),
      classes_(checked(architecture, options).classes),
      input_shape_(architecture.input),
      parameters_(architecture),
      plan_(architecture, parameters_, options) {
  for (const Layer& layer : architecture.layers)
    if (layer.kind == LayerKind::dropout)
      dropout_rates_.push_back(layer.rate);
    else if (layer.kind == LayerKind::stochastic_depth)
      pass_.stochastic_depth = layer.rate;
  pass_.workers = &workers;
}

void Network::set_dropout_rates(std::vector<double> rates) {
  if (rates.size() != dropout_rates_.size())
    throw usage_error("Network: the architecture has {} dropout layers, got {} rates", dropout_rates_.size(),
                      rates.size());
  for (const double rate : rates)
    if (!(rate >= 0 && rate < 1))
      throw usage_error("Network: dropout rate: expected at least 0 and below 1, got {}", rate);
  dropout_rates_ = std::move(rates);
}

void Network::set_stochastic_depth(double rate) {
  if (!(rate >= 0 && rate < 1))
    throw usage_error("Network: stochastic depth: expected at least 0 and below 1, got {}", rate);
  pass_.stochastic_depth = rate;
}

void Network::set_batch_norm_momentum(double momentum) {
  if (!(momentum >= 0 && momentum <= 1))
    throw usage_error("Network: batch norm's momentum: expected 0 to 1, got {}", momentum);
  pass_.batch_norm_momentum = momentum;
}

void Network::take(std::span<const float> values, float* statistics) {
  if (values.size() != parameters_.total_floats())
    throw usage_error(
        "Network::use: expected the {} values of this architecture (parameters().total_floats()), got {}",
        parameters_.total_floats(), values.size());
  pass_.values = values.data(), pass_.statistics = statistics;
  changed();
}

void Network::use(std::span<const float> values) { take(values, nullptr); }

void Network::use_for_training(std::span<float> values) {
  if (!options_.training)
    throw usage_error("Network::use_for_training: it was planned for prediction (PlanOptions::training)");
  take(values, values.data());
}

void Network::changed() {
  if (pass_.values == nullptr)
    throw usage_error("Network::changed: it has no values yet; call use() or use_for_training() first");
  const ComputeScope scope;
  plan_.prepare(pass_);
  done_ = Done::nothing;
}

void Network::check_batch(const char* call, int batch) const {
  if (batch < 1 || batch > options_.max_batch)
    throw usage_error(
        "Network::{}: batch {}: expected 1 to {} images; plan for larger ones by PlanOptions::max_batch",
        call, batch, options_.max_batch);
}

void Network::forward(int batch, bool training, Key key) {
  check_batch("forward", batch);
  if (pass_.values == nullptr)
    throw usage_error("Network::forward: it has no values yet; call use() or use_for_training() first");
  if (training && pass_.statistics == nullptr)
    throw usage_error("Network::forward: its values are for prediction only; call use_for_training() first");
  const ComputeScope scope;
  pass_.batch = batch;
  pass_.training = training;
  pass_.key = key;
  pass_.dropout_rates = dropout_rates_;
  plan_.forward(pass_);
  done_ = Done::forward;
}

kernels::LossSums Network::loss(int batch, const kernels::Targets& targets, double label_smoothing,
                                double focal_gamma) {
  check_batch("loss", batch);
  if (done_ == Done::nothing || batch != pass_.batch)
    throw usage_error("Network::loss: batch {} does not follow a forward() of the same batch", batch);
  if (targets.label == nullptr) throw usage_error("Network::loss: there are no labels");
  check_labels("the label", targets.label, batch, classes_);
  if (targets.other != nullptr) check_labels("the second label", targets.other, batch, classes_);
  if ((targets.other == nullptr) != (targets.weight == nullptr))
    throw usage_error("Network::loss: mixed images need both second labels and weights");
  if (!(label_smoothing >= 0 && label_smoothing < 1))
    throw usage_error("Network::loss: label_smoothing: expected at least 0 and below 1, got {}",
                      label_smoothing);
  const ComputeScope scope;
  std::array<kernels::LossSums, max_lanes> sums;
  float* diff = pass_.training ? plan_.diff_logits() : nullptr;
  const float scale = 1.0f / static_cast<float>(batch);
  each_lane(*pass_.workers, batch, [&](const Images& r) {
    const std::size_t first = static_cast<std::size_t>(r.first),
                      offset = first * static_cast<std::size_t>(classes_);
    const kernels::Targets part{targets.label + first, targets.other ? targets.other + first : nullptr,
                                targets.weight ? targets.weight + first : nullptr,
                                targets.cost ? targets.cost + first : nullptr};
    const float* logits = plan_.logits() + offset;
    const float smoothing = static_cast<float>(label_smoothing);
    float* diff_logits = diff ? diff + offset : nullptr;
    sums[static_cast<std::size_t>(r.lane)] =
        focal_gamma > 0
            ? kernels::focal_cross_entropy(logits, r.count, classes_, part, smoothing, focal_gamma, scale,
                                           diff_logits)
            : kernels::softmax_cross_entropy(logits, r.count, classes_, part, smoothing, scale, diff_logits);
  });
  kernels::LossSums total;
  for (const kernels::LossSums& s : sums) total.loss += s.loss, total.correct += s.correct;
  done_ = Done::loss;
  return total;
}

void Network::backward(int batch, std::span<float> gradients) {
  check_batch("backward", batch);
  if (done_ != Done::loss || !pass_.training || batch != pass_.batch)
    throw usage_error(
        "Network::backward: batch {} does not follow forward(training = true) and loss() of the same batch",
        batch);
  if (gradients.size() != parameters_.learned_floats())
    throw usage_error(
        "Network::backward: expected room for {} gradients (parameters().learned_floats()), got {}",
        parameters_.learned_floats(), gradients.size());
  const ComputeScope scope;
  pass_.gradients = gradients.data();
  plan_.backward(pass_);
  done_ = Done::nothing;
}

}  // namespace tailor
