#include "tailor/train/batch_loader.h"

#include <algorithm>

#include "tailor/base/assert.h"
#include "tailor/base/rounding.h"
#include "tailor/data/mixing.h"
#include "tailor/nn/operators/pass.h"
#include "tailor/train/class_balance.h"

namespace tailor {

Augmentation augmentation(const Settings& s) {
  return {s.flip,         s.shift,      s.rotation, s.scale,          s.shear,         s.erasing,
          s.erasing_area, s.brightness, s.contrast, s.noise,          s.vertical_flip, s.crop_area,
          s.saturation,   s.hue,        s.grey,     s.trivial_augment};
}

BatchLoader::BatchLoader(const ImageSet& images, const std::vector<std::uint32_t>& indices,
                         const Settings& settings, const Augmenter& augmenter, Key key, Workers& workers)
    : images_(images),
      indices_(indices),
      augmenter_(augmenter),
      key_(key),
      workers_(workers),
      batch_size_(settings.batch_size),
      mixup_(settings.mixup),
      cutmix_(settings.cutmix),
      balanced_(settings.sampling == "balanced"),
      steps_(ceil_div(static_cast<std::int64_t>(indices.size()), std::int64_t{batch_size_})),
      epoch_key_(key) {
  const std::size_t batch = static_cast<std::size_t>(batch_size_);
  labels_.resize(batch);
  order_.reserve(indices.size());
  if (settings.class_weights != "none") {
    std::vector<std::int64_t> counts;
    for (const std::uint32_t index : indices) {
      if (images.labels[index] >= counts.size()) counts.resize(images.labels[index] + 1u);
      ++counts[images.labels[index]];
    }
    class_cost_ = class_costs(settings.class_weights, settings.effective_beta, counts);
    cost_.resize(batch);
  }
  if (mixup_ > 0 || cutmix_ > 0) {
    other_.resize(batch);
    weight_.resize(batch);
    unmixed_.resize(batch * images.shape.size());
  }
}

void BatchLoader::start_epoch(int epoch) {
  order_.assign(indices_.begin(), indices_.end());
  epoch_key_ = key_.with(Purpose::augmentation).with(static_cast<std::uint64_t>(epoch));
  const Key order_key = key_.with(Purpose::shuffle).with(static_cast<std::uint64_t>(epoch));
  if (!balanced_) {
    shuffle(order_, order_key);
    return;
  }
  balanced_order(indices_, images_.labels, order_key, order_);
  // The same image again is varied otherwise.
  std::vector<std::uint32_t> times(images_.count(), 0);
  time_.clear();
  for (const std::uint32_t index : order_) time_.push_back(times[index]++);
}

int BatchLoader::load(std::int64_t step, float* input) {
  TAILOR_ASSERT(step >= 0 && step < steps_ && order_.size() == indices_.size());
  const std::int64_t first = step * batch_size_;
  const int count =
      static_cast<int>(std::min<std::int64_t>(batch_size_, static_cast<std::int64_t>(order_.size()) - first));
  const std::size_t floats = images_.shape.size();
  each_lane(workers_, count, [&](const Images& r) {
    for (int i = r.first; i < r.first + r.count; ++i) {
      const std::uint32_t index = order_[static_cast<std::size_t>(first + i)];
      const std::size_t row = static_cast<std::size_t>(i);
      labels_[row] = images_.labels[index];
      if (!cost_.empty()) cost_[row] = class_cost_[images_.labels[index]];
      Key key = epoch_key_.with(index);
      if (balanced_ && time_[static_cast<std::size_t>(first + i)] > 0)
        key = key.with(time_[static_cast<std::size_t>(first + i)]);
      augmenter_.apply(images_.image(index), key, input + row * floats);
    }
  });
  if (!unmixed_.empty())
    mix(count, epoch_key_.with(Purpose::mixing).with(static_cast<std::uint64_t>(step)), input);
  return count;
}

// Each image is mixed with the one a random distance further in the batch. With both kinds on, a fair coin
// chooses.
void BatchLoader::mix(int count, Key key, float* input) {
  const std::size_t floats = images_.shape.size();
  std::copy_n(input, static_cast<std::size_t>(count) * floats, unmixed_.data());
  const int distance =
      count < 2 ? 0 : 1 + static_cast<int>(key.below(0, static_cast<std::uint64_t>(count) - 1));
  const bool paste = cutmix_ > 0 && (mixup_ <= 0 || key.uniform(1) < 0.5);
  for (int i = 0; i < count; ++i) {
    const std::size_t image = static_cast<std::size_t>(i),
                      partner = static_cast<std::size_t>((i + distance) % count);
    const Key image_key = key.with(static_cast<std::uint64_t>(i));
    const double share = sample_beta(paste ? cutmix_ : mixup_, image_key);
    float* out = input + image * floats;
    const float* from = unmixed_.data() + partner * floats;
    other_[image] = labels_[partner];
    if (!paste) mix_images(out, from, floats, share);
    weight_[image] =
        static_cast<float>(paste ? cutmix_images(out, from, images_.shape, share, image_key.with(1)) : share);
    if (!cost_.empty()) {
      const auto cost = [&](std::int32_t label) { return class_cost_[static_cast<std::size_t>(label)]; };
      cost_[image] = weight_[image] * cost(labels_[image]) + (1 - weight_[image]) * cost(other_[image]);
    }
  }
}

kernels::Targets BatchLoader::targets() const {
  return {labels_.data(), unmixed_.empty() ? nullptr : other_.data(),
          unmixed_.empty() ? nullptr : weight_.data(), cost_.empty() ? nullptr : cost_.data()};
}

}  // namespace tailor
