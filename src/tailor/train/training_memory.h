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

// Bytes of what a network says of so many images (logits and labels), and of the values that a metric is a mean of.
std::size_t prediction_bytes(std::size_t images, int classes);

// These and the arenas of the networks that train and measure. Plans the networks, which takes as long as
// making them.
std::uint64_t training_bytes(const Architecture& architecture, const Settings& settings,
                             std::size_t train_images, std::size_t validation_images);

// Of all networks of a FoldTrainer, and of what they say of all images: of the last epoch, of the best one and in a
// checkpoint. `train_images`: of the fold that has most.
std::uint64_t cross_validation_bytes(const Architecture& architecture, const Settings& settings,
                                     std::size_t folds, std::size_t train_images, std::size_t images);

}  // namespace tailor
