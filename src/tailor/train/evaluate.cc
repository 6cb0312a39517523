#include "tailor/train/evaluate.h"

#include <algorithm>
#include <cmath>

#include "tailor/base/error.h"

namespace tailor {

int measuring_batch(const Architecture& architecture) {
  std::size_t floats = architecture.input.size();
  for (const Layer& layer : architecture.layers) floats += layer.output.size();
  int batch = 128;
  while (batch > 1 && static_cast<std::size_t>(batch) * floats * sizeof(float) > std::size_t{512} << 20)
    batch /= 2;
  return batch;
}

PlanOptions measuring_plan(const Architecture& architecture) {
  return {.max_batch = measuring_batch(architecture), .training = false};
}

Evaluator::Evaluator(Network& network, const Augmenter& augmenter, const Shape& shape, const Views& views,
                     Workers& workers)
    : network_(network), augmenter_(augmenter), shape_(shape), views_(views), workers_(workers) {
  if (shape != network.input_shape())
    throw usage_error("Evaluator: images of {}x{}x{}, but the network takes {}x{}x{}", shape.height,
                      shape.width, shape.channels, network.input_shape().height, network.input_shape().width,
                      network.input_shape().channels);
  if (views.shift < 0 || views.shift > most_view_shift)
    throw usage_error("Evaluator: views: expected a shift from 0 to {} pixels, got {}", most_view_shift,
                      views.shift);
  const std::size_t batch = static_cast<std::size_t>(network.max_batch());
  sum_.resize(batch * static_cast<std::size_t>(network.classes()));
  batch_.resize(batch);
  labels_.resize(batch);
}

void Evaluator::load(std::span<const std::uint8_t* const> images, bool flip, int down, int right) {
  const std::size_t floats = shape_.size();
  each_lane(workers_, static_cast<int>(images.size()), [&](const Images& r) {
    for (int i = r.first; i < r.first + r.count; ++i) {
      const auto place = static_cast<std::size_t>(i);
      const std::span<const std::uint8_t> image(images[place], floats);
      float* out = network_.input() + place * floats;
      if (variation_) {
        augmenter_.apply(image, variation_->with(varied_ + place), out);
      } else {
        augmenter_.normalize(image, out, flip, right, down);
      }
    }
  });
  varied_ += images.size();
}

void Evaluator::use_temperature(double temperature) {
  if (!(temperature > 0 && std::isfinite(temperature)))
    throw usage_error("Evaluator: expected a temperature above 0, got {}", temperature);
  temperature_ = temperature;
}

const float* Evaluator::logits(std::span<const std::uint8_t* const> images) {
  if (images.empty() || images.size() > batch_.size())
    throw usage_error("Evaluator::logits: expected 1 to {} images, got {}", batch_.size(), images.size());
  const ComputeScope scope;
  const int n = static_cast<int>(images.size());
  const std::size_t count = images.size() * static_cast<std::size_t>(network_.classes());
  if (views_.count() == 1) {
    load(images, false, 0, 0);
    network_.forward(n, false);
    if (temperature_ == 1) return network_.logits();
    const auto factor = static_cast<float>(1 / temperature_);
    for (std::size_t i = 0; i < count; ++i) sum_[i] = network_.logits()[i] * factor;
    return sum_.data();
  }
  std::fill(sum_.begin(), sum_.end(), 0.0f);
  for (int flip = 0; flip <= static_cast<int>(views_.flip); ++flip) {
    for (int down = -views_.shift; down <= views_.shift; ++down) {
      for (int right = -views_.shift; right <= views_.shift; ++right) {
        load(images, flip != 0, down, right);
        network_.forward(n, false);
        for (std::size_t i = 0; i < count; ++i) sum_[i] += network_.logits()[i];
      }
    }
  }
  const auto divisor = static_cast<float>(views_.count() * temperature_);
  for (float& x : sum_) x /= divisor;
  return sum_.data();
}

Score Evaluator::measure(const ImageSet& images, std::span<const std::uint32_t> indices,
                         Predictions* predictions, const std::function<bool()>& stop) {
  check_images(images, shape_, network_.classes(), "the images to measure");
  check_indices(images, indices, "the images to measure");
  const ComputeScope scope;
  Score score;
  const std::size_t classes = static_cast<std::size_t>(network_.classes());
  double squares = 0;
  std::int64_t correct = 0;
  if (predictions != nullptr) {
    predictions->classes = network_.classes();
    predictions->labels.reserve(indices.size());
    predictions->logits.reserve(indices.size() * classes);
  }
  for (std::size_t first = 0; first < indices.size(); first += batch_.size()) {
    if (first > 0 && stop && stop()) break;
    const std::size_t n = std::min(batch_.size(), indices.size() - first);
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t index = indices[first + i];
      batch_[i] = images.image(index).data();
      labels_[i] = images.labels[index];
    }
    const float* out = logits(std::span(batch_).first(n));
    const kernels::LossSums sums =
        kernels::softmax_cross_entropy(out, static_cast<int>(n), static_cast<int>(classes),
                                       {labels_.data(), nullptr, nullptr}, 0, 1, nullptr);
    score.loss += sums.loss;
    squares += sums.squares;
    correct += sums.correct;
    if (predictions != nullptr) {
      predictions->labels.insert(predictions->labels.end(), labels_.begin(),
                                 labels_.begin() + static_cast<std::ptrdiff_t>(n));
      predictions->logits.insert(predictions->logits.end(), out, out + n * classes);
    }
    score.count += static_cast<std::int64_t>(n);
  }
  const double n = static_cast<double>(score.count);
  score.loss /= n;
  score.loss_error = n < 2 ? 0 : std::sqrt(std::max(0.0, squares / n - score.loss * score.loss) / (n - 1));
  score.accuracy = static_cast<double>(correct) / n;
  return score;
}

Predictions Evaluator::predict(const ImageSet& images, std::span<const std::uint32_t> indices) {
  Predictions predictions;
  measure(images, indices, &predictions);
  return predictions;
}

}  // namespace tailor
