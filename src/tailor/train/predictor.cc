#include "tailor/train/predictor.h"

#include <algorithm>
#include <utility>

#include "tailor/base/error.h"
#include "tailor/data/pictures/fit.h"
#include "tailor/nn/kernels/layers/softmax_loss.h"
#include "tailor/nn/operators/pass.h"

namespace tailor {

Predictor::Predictor(Model model, const PredictorOptions& options)
    : model_(std::move(model)),
      workers_(std::min(options.threads, max_lanes)),
      network_(model_.architecture,
               {.max_batch = std::min(options.batch, measuring_batch(model_.architecture)),
                .training = false,
                .bf16 = options.bf16},
               workers_),
      augmenter_(model_.architecture.input, model_.normalization),
      evaluator_(network_, augmenter_, model_.architecture.input, model_.views, workers_) {
  network_.use(model_.values);
  evaluator_.use_temperature(model_.temperature);
}

std::vector<float> Predictor::predict(const Picture& picture) {
  return predict(fit_for(model_, picture).pixels);
}

std::vector<float> Predictor::predict(std::span<const std::uint8_t> pixels,
                                      const std::function<void(std::size_t)>& done) {
  const std::size_t bytes = model_.architecture.input.size();
  if (pixels.size() % bytes != 0)
    throw usage_error("predict: expected whole images of {} bytes, got {} bytes", bytes, pixels.size());
  const ComputeScope scope;
  const std::size_t count = pixels.size() / bytes, classes = static_cast<std::size_t>(network_.classes());
  std::vector<float> probabilities(count * classes);
  std::vector<const std::uint8_t*> images;
  for (std::size_t first = 0; first < count; first += images.size()) {
    images.clear();
    const std::size_t n = std::min(static_cast<std::size_t>(network_.max_batch()), count - first);
    for (std::size_t i = 0; i < n; ++i) images.push_back(pixels.data() + (first + i) * bytes);
    kernels::softmax(evaluator_.logits(images), static_cast<int>(n), network_.classes(),
                     probabilities.data() + first * classes);
    if (done) done(first + n);
  }
  return probabilities;
}

}  // namespace tailor
