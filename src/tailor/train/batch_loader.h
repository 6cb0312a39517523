// Brings a training batch into the network's input: the epoch's order, augmentation, mixing. Every random
// choice is a function of (seed, epoch, place in the epoch), so a resumed or parallel run sees the same
// batches.
#pragma once

#include <cstdint>
#include <vector>

#include "tailor/base/random.h"
#include "tailor/base/threads.h"
#include "tailor/data/augment.h"
#include "tailor/data/image_set.h"
#include "tailor/nn/kernels/layers/softmax_loss.h"
#include "tailor/train/settings.h"

namespace tailor {

// What the settings ask for.
Augmentation augmentation(const Settings& settings);

class BatchLoader {
 public:
  // Everything given is borrowed and must outlive the loader.
  BatchLoader(const ImageSet& images, const std::vector<std::uint32_t>& indices, const Settings& settings,
              const Augmenter& augmenter, Key key, Workers& workers);

  std::int64_t steps() const { return steps_; }  // in an epoch, the last, smaller batch included
  void start_epoch(int epoch);                   // draws its order
  // Fills `input` with the step's images and returns how many there are; targets() are theirs.
  int load(std::int64_t step, float* input);
  kernels::Targets targets() const;

 private:
  void mix(int count, Key key, float* input);

  const ImageSet& images_;
  const std::vector<std::uint32_t>& indices_;
  const Augmenter& augmenter_;
  Key key_;
  Workers& workers_;
  int batch_size_;
  double mixup_, cutmix_;
  bool balanced_;
  std::int64_t steps_;
  Key epoch_key_;
  std::vector<std::uint32_t> order_;
  std::vector<std::int32_t> labels_, other_;
  std::vector<float> weight_;
  std::vector<float> class_cost_, cost_;  // only with class weights: by class, by row
  std::vector<std::uint32_t> time_;       // only if balanced: how often an image of the order came before
  std::vector<float> unmixed_;            // only with mixing: partners as they were
};

}  // namespace tailor
