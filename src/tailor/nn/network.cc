#include "tailor/nn/network.h"

#include <array>

namespace tailor {

Network::Network(const Architecture& architecture, const PlanOptions& options, Workers& workers)
    : options_(options),
      classes_(architecture.classes),
      parameters_(architecture),
      plan_(architecture, parameters_, options) {
  for (const Layer& layer : architecture.layers)
    if (layer.kind == LayerKind::dropout) dropout_rates_.push_back(layer.rate);
  pass_.workers = &workers;
}

void Network::use(float* values) {
  pass_.values = values;
  changed();
}

void Network::forward(int batch, bool training, Key key) {
  pass_.batch = batch;
  pass_.training = training;
  pass_.key = key;
  pass_.dropout_rates = dropout_rates_;
  plan_.forward(pass_);
}

kernels::LossSums Network::loss(int batch, const kernels::Targets& targets, double label_smoothing) {
  std::array<kernels::LossSums, max_lanes> sums;
  float* diff = pass_.training ? plan_.diff_logits() : nullptr;
  const float scale = 1.0f / static_cast<float>(batch);
  pass_.batch = batch;
  each_lane(*pass_.workers, batch, [&](const Images& r) {
    const std::size_t first = static_cast<std::size_t>(r.first),
                      offset = first * static_cast<std::size_t>(classes_);
    const kernels::Targets part{targets.label + first, targets.other ? targets.other + first : nullptr,
                                targets.weight ? targets.weight + first : nullptr};
    sums[static_cast<std::size_t>(r.lane)] = kernels::softmax_cross_entropy(
        plan_.logits() + offset, r.count, classes_, part, static_cast<float>(label_smoothing), scale,
        diff ? diff + offset : nullptr);
  });
  kernels::LossSums total;
  for (const kernels::LossSums& s : sums) total.loss += s.loss, total.correct += s.correct;
  return total;
}

void Network::backward(int batch, float* gradients) {
  pass_.batch = batch;
  pass_.gradients = gradients;
  plan_.backward(pass_);
}

}  // namespace tailor
