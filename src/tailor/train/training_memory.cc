#include "tailor/train/training_memory.h"

#include <algorithm>

#include "tailor/base/threads.h"
#include "tailor/nn/operators/pass.h"
#include "tailor/train/evaluate.h"
#include "tailor/train/optimizer.h"

namespace tailor {

int training_batch(const Architecture& architecture, const Settings& settings) {
  return std::max(settings.batch_size, measuring_batch(architecture));
}

PlanOptions training_plan(const Architecture& architecture, const Settings& settings) {
  return {.max_batch = training_batch(architecture, settings), .bf16 = settings.precision == "bf16"};
}

std::size_t bytes_beside_arenas(const Architecture& architecture, const Settings& settings,
                                std::size_t train_images) {
  const ParameterTable parameters(architecture);
  const std::size_t learned = parameters.learned_floats(), all = parameters.total_floats();
  const std::size_t state = Optimizer(settings, learned, {{0, learned, true}}).state_floats();
  const std::size_t averaged = settings.weight_average > 0 ? all : 0;
  const std::size_t kept = 2 * all + averaged + state;  // in a checkpoint, with the best weights
  const bool mixes = settings.mixup > 0 || settings.cutmix > 0;
  const std::size_t mixed =
      mixes ? static_cast<std::size_t>(settings.batch_size) * architecture.input.size() : 0;
  // Bytes of two images in each lane, at most.
  const std::size_t altered = settings.trivial_augment ? max_lanes * 2 * architecture.input.size() : 0;
  return altered + sizeof(float) * (2 * kept + learned + mixed) + sizeof(std::uint32_t) * train_images;
}

std::size_t prediction_bytes(std::size_t images, int classes) {
  const std::size_t row = static_cast<std::size_t>(classes) * sizeof(float) + sizeof(std::int32_t);
  // The area under the curve needs most: four values of each image, its place in their order, and whether it is of a class.
  constexpr std::size_t values = 4 * sizeof(double) + sizeof(std::uint32_t) + 1;
  return images * (row + values);
}

std::uint64_t training_bytes(const Architecture& architecture, const Settings& settings,
                             std::size_t train_images, std::size_t validation_images) {
  const ComputeScope scope;
  const ParameterTable parameters(architecture);
  const PlanOptions plan = training_plan(architecture, settings);
  std::uint64_t bytes = bytes_beside_arenas(architecture, settings, train_images) +
                        prediction_bytes(validation_images, architecture.classes);
  bytes += Plan::arena_bytes(architecture, parameters, plan);
  if (plan.bf16) bytes += Plan::arena_bytes(architecture, parameters, measuring_plan(architecture));
  return bytes;
}

std::uint64_t cross_validation_bytes(const Architecture& architecture, const Settings& settings,
                                     std::size_t folds, std::size_t train_images, std::size_t images) {
  const std::size_t logits = images * static_cast<std::size_t>(architecture.classes) * sizeof(float);
  // Validation is dealt evenly; one network at a time says something of its part.
  return folds * training_bytes(architecture, settings, train_images, 0) +
         prediction_bytes(images / folds + 1, architecture.classes) +
         prediction_bytes(images, architecture.classes) + 2 * logits;
}

}  // namespace tailor
