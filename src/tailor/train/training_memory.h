// What a training needs in memory beside its images, known before anything is made.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tailor/nn/architecture/architecture.h"
#include "tailor/nn/plan/plan.h"
#include "tailor/train/settings.h"

namespace tailor {

// The most images that its network takes at once: to train on, and to measure.
int training_batch(const Architecture& architecture, const Settings& settings);

// The network that a training with these settings trains.
PlanOptions training_plan(const Architecture& architecture, const Settings& settings);

// Bytes of weights, best and averaged ones, gradients and the optimiser's state; of all that again, but the
// gradients, while a checkpoint is written; of the order of `train_images` and of images to be mixed.
std::size_t bytes_beside_arenas(const Architecture& architecture, const Settings& settings,
                                std::size_t train_images);

// These and the arenas of the networks that train and measure. Plans the networks, which takes as long as
// making them.
std::uint64_t training_bytes(const Architecture& architecture, const Settings& settings,
                             std::size_t train_images);

}  // namespace tailor
