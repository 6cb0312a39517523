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

std::uint64_t training_bytes(const Architecture& architecture, const Settings& settings,
                             std::size_t train_images) {
  const ComputeScope scope;
  const ParameterTable parameters(architecture);
  const PlanOptions plan = training_plan(architecture, settings);
  std::uint64_t bytes = bytes_beside_arenas(architecture, settings, train_images);
  bytes += Plan::arena_bytes(architecture, parameters, plan);
  if (plan.bf16) bytes += Plan::arena_bytes(architecture, parameters, measuring_plan(architecture));
  return bytes;
}

}  // namespace tailor
