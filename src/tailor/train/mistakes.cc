#include "tailor/train/mistakes.h"

#include <algorithm>
#include <cmath>

namespace tailor {
namespace {

// Calls look(index, logits of the image, predicted class) for each image.
template <class Look>
void for_each_prediction(Evaluator& evaluator, const Network& network, const ImageSet& images,
                         std::span<const std::uint32_t> indices, Look look) {
  check_images(images, network.input_shape(), network.classes(), "the images to judge");
  check_indices(images, indices, "the images to judge");
  const auto classes = static_cast<std::size_t>(network.classes());
  const auto most = static_cast<std::size_t>(network.max_batch());
  std::vector<const std::uint8_t*> batch;
  for (std::size_t first = 0; first < indices.size(); first += most) {
    const auto part = indices.subspan(first, std::min(most, indices.size() - first));
    batch.clear();
    for (const std::uint32_t index : part) batch.push_back(images.image(index).data());
    const float* logits = evaluator.logits(batch);
    for (std::size_t i = 0; i < part.size(); ++i) {
      const float* row = logits + i * classes;
      look(part[i], row, static_cast<std::size_t>(std::max_element(row, row + classes) - row));
    }
  }
}

}  // namespace

std::vector<bool> judge(Evaluator& evaluator, const Network& network, const ImageSet& images,
                        std::span<const std::uint32_t> indices) {
  std::vector<bool> right;
  for_each_prediction(evaluator, network, images, indices,
                      [&](std::uint32_t index, const float*, std::size_t predicted) {
                        right.push_back(predicted == images.labels[index]);
                      });
  return right;
}

Mistakes find_mistakes(Evaluator& evaluator, const Network& network, const ImageSet& images,
                       std::span<const std::uint32_t> indices) {
  const auto classes = static_cast<std::size_t>(network.classes());
  Mistakes result{empty_confusion(network.classes()), {}};
  for_each_prediction(
      evaluator, network, images, indices, [&](std::uint32_t index, const float* row, std::size_t predicted) {
        const std::size_t label = images.labels[index];
        ++result.confusion.counts[label * classes + predicted];
        if (predicted == label) return;
        double sum = 0;
        for (std::size_t c = 0; c < classes; ++c)
          sum += std::exp(static_cast<double>(row[c] - row[predicted]));
        result.hardest.push_back({index, static_cast<int>(label), static_cast<int>(predicted), 1 / sum});
      });
  std::stable_sort(result.hardest.begin(), result.hardest.end(),
                   [](const Mistake& a, const Mistake& b) { return a.probability > b.probability; });
  if (result.hardest.size() > most_hardest) result.hardest.resize(most_hardest);
  return result;
}

}  // namespace tailor
