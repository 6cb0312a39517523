// Training batches: every image once an epoch, the same whatever the threads, mixed as the labels say.
#include "tailor/train/batch_loader.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "train/tiny_training.h"

namespace tailor {
namespace {

// Image i has the value i everywhere, so that a pixel tells which image it was.
ImageSet numbered_images(int count) {
  ImageSet set;
  set.shape = {4, 5, 1};
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < count; ++i) {
    set.labels.push_back(static_cast<std::uint16_t>(i % 7));
    pixels.insert(pixels.end(), set.shape.size(), static_cast<std::uint8_t>(i));
  }
  set.pixels = std::move(pixels);
  return set;
}

struct Loading {
  ImageSet images = numbered_images(50);
  std::vector<std::uint32_t> indices;
  Settings settings;
  Augmenter augmenter{images.shape, {{0.0f}, {1.0f}}};
  Workers workers;
  BatchLoader loader;
  std::vector<float> input;

  explicit Loading(const std::vector<std::string>& overrides, int threads = 1, std::uint64_t seed = 1)
      : settings(test::tiny_settings(test::tiny_network(), overrides)),
        workers(threads),
        loader((fill(), images), indices, settings, augmenter, Key(seed), workers),
        input(static_cast<std::size_t>(settings.batch_size) * images.shape.size()) {}

  void fill() {
    for (std::uint32_t i = 1; i < 50; i += 2) indices.push_back(i);  // 25 of them
  }
  float pixel(int image) const { return 255 * input[static_cast<std::size_t>(image) * images.shape.size()]; }
  int number(int image) const { return static_cast<int>(std::lround(pixel(image))); }

  // The numbers of an epoch's images in their order.
  std::vector<int> epoch(int number_of_epoch) {
    loader.start_epoch(number_of_epoch);
    std::vector<int> order;
    for (std::int64_t step = 0; step < loader.steps(); ++step) {
      const int count = loader.load(step, input.data());
      for (int i = 0; i < count; ++i) order.push_back(number(i));
    }
    return order;
  }
};

TEST(BatchLoader, GivesEveryImageOnceAnEpochWithItsLabel) {
  Loading l({"batch_size=8"});
  ASSERT_EQ(l.loader.steps(), 4);
  std::set<int> seen;
  l.loader.start_epoch(1);
  std::vector<int> counts;
  for (int step = 0; step < 4; ++step) {
    counts.push_back(l.loader.load(step, l.input.data()));
    const kernels::Targets targets = l.loader.targets();
    EXPECT_EQ(targets.other, nullptr);
    for (int i = 0; i < counts.back(); ++i) {
      EXPECT_TRUE(seen.insert(l.number(i)).second);
      EXPECT_EQ(targets.label[i], l.number(i) % 7);
    }
  }
  EXPECT_EQ(counts, (std::vector<int>{8, 8, 8, 1}));
  EXPECT_EQ(seen, std::set<int>(l.indices.begin(), l.indices.end()));
}

TEST(BatchLoader, StepsCoverWholeAndOversizedBatches) {
  EXPECT_EQ(Loading({"batch_size=5"}).loader.steps(), 5);
  EXPECT_EQ(Loading({"batch_size=25"}).loader.steps(), 1);
  Loading larger({"batch_size=64"});
  EXPECT_EQ(larger.loader.steps(), 1);
  larger.loader.start_epoch(1);
  EXPECT_EQ(larger.loader.load(0, larger.input.data()), 25);
}

TEST(BatchLoader, OrderIsAFunctionOfSeedAndEpoch) {
  Loading l({"batch_size=8"}), again({"batch_size=8"}), reseeded({"batch_size=8"}, 1, 2),
      other_batches({"batch_size=3"});
  const std::vector<int> first = l.epoch(1), second = l.epoch(2);
  EXPECT_NE(first, second);
  EXPECT_EQ(again.epoch(2), second) << "an epoch must not depend on those before it";
  EXPECT_EQ(l.epoch(1), first);
  EXPECT_NE(reseeded.epoch(1), first);
  EXPECT_EQ(other_batches.epoch(1), first);
}

TEST(BatchLoader, AugmentedBatchesAreTheSameWithAnyThreadsAndFromAnyStep) {
  const std::vector<std::string> overrides = {"batch_size=12", "mixup=0.4", "cutmix=0.4"};
  const Augmentation strong{.shift = 1, .rotation = 20, .brightness = 0.3, .noise = 0.1};
  const auto batch = [&](int threads, bool from_the_start) {
    Loading l(overrides, threads);
    l.augmenter = Augmenter(l.images.shape, {{0.0f}, {1.0f}}, strong);
    l.loader.start_epoch(3);
    if (from_the_start) l.loader.load(0, l.input.data());
    EXPECT_EQ(l.loader.load(1, l.input.data()), 12);
    const kernels::Targets t = l.loader.targets();
    std::vector<float> all = l.input;
    all.insert(all.end(), t.weight, t.weight + 12);
    all.insert(all.end(), t.other, t.other + 12);
    return all;
  };
  const std::vector<float> expected = batch(1, true);
  EXPECT_EQ(batch(1, false), expected);
  EXPECT_EQ(batch(2, false), expected);
  EXPECT_EQ(batch(3, true), expected);
}

// Each image with the one a fixed distance further in the batch, and labels to match.
TEST(BatchLoader, MixesImagesAndLabelsByTheSameShare) {
  for (const char* kind : {"mixup=0.7", "cutmix=0.7"}) {
    Loading plain({"batch_size=8"}), mixed({"batch_size=8", kind});
    plain.loader.start_epoch(1), mixed.loader.start_epoch(1);
    int blends = 0;
    for (int step = 0; step < 4; ++step) {
      const int count = plain.loader.load(step, plain.input.data());
      ASSERT_EQ(mixed.loader.load(step, mixed.input.data()), count);
      const kernels::Targets targets = mixed.loader.targets();
      const std::size_t floats = mixed.images.shape.size();
      const auto fits = [&](int distance) {
        for (int i = 0; i < count; ++i) {
          const int own = plain.number(i), partner = plain.number((i + distance) % count);
          const double w = targets.weight[i];
          double mean = 0;
          for (std::size_t p = 0; p < floats; ++p)
            mean += 255 * mixed.input[static_cast<std::size_t>(i) * floats + p] / static_cast<double>(floats);
          if (targets.label[i] != own % 7 || targets.other[i] != partner % 7 ||
              std::abs(mean - (w * own + (1 - w) * partner)) > 1e-3)
            return false;
        }
        return true;
      };
      bool any = false;
      for (int distance = count == 1 ? 0 : 1; distance < std::max(count, 1) || distance == 0; ++distance)
        any = any || fits(distance);
      EXPECT_TRUE(any) << kind << ", step " << step;
      for (int i = 0; i < count; ++i) {
        EXPECT_GE(targets.weight[i], 0);
        EXPECT_LE(targets.weight[i], 1);
        blends += targets.weight[i] > 0.05 && targets.weight[i] < 0.95;
      }
    }
    EXPECT_GT(blends, 5) << kind;
  }
}

TEST(BatchLoader, ClassWeightsGiveEachImageItsCost) {
  EXPECT_EQ(Loading({}).loader.targets().cost, nullptr);
  Loading weighted({"class_weights=balanced", "batch_size=7"});
  weighted.loader.start_epoch(1);
  std::map<int, float> cost;
  double total = 0;
  for (int step = 0; step < weighted.loader.steps(); ++step) {
    const int count = weighted.loader.load(step, weighted.input.data());
    const kernels::Targets targets = weighted.loader.targets();
    for (int i = 0; i < count; ++i) {
      total += static_cast<double>(targets.cost[i]);
      const auto [known, is_new] = cost.emplace(targets.label[i], targets.cost[i]);
      EXPECT_EQ(known->second, targets.cost[i]);
    }
  }
  EXPECT_NEAR(total / static_cast<double>(weighted.indices.size()), 1, 1e-5);
}

TEST(BatchLoader, MixedImagesCostAsTheirPartsDo) {
  Loading mixed({"class_weights=balanced", "mixup=1", "batch_size=16"});
  // Make classes unequal, so that costs differ.
  for (std::size_t i = 0; i < 30; ++i) mixed.images.labels[i] = 0;
  BatchLoader loader(mixed.images, mixed.indices, mixed.settings, mixed.augmenter, Key(1), mixed.workers);
  Settings plain_settings = mixed.settings;
  plain_settings.mixup = 0;
  BatchLoader plain(mixed.images, mixed.indices, plain_settings, mixed.augmenter, Key(1), mixed.workers);
  std::map<int, double> cost;
  plain.start_epoch(1);
  for (int step = 0; step < plain.steps(); ++step) {
    const int count = plain.load(step, mixed.input.data());
    for (int i = 0; i < count; ++i)
      cost[plain.targets().label[i]] = static_cast<double>(plain.targets().cost[i]);
  }
  loader.start_epoch(1);
  const int count = loader.load(0, mixed.input.data());
  const kernels::Targets t = loader.targets();
  for (int i = 0; i < count; ++i) {
    const double w = static_cast<double>(t.weight[i]);
    EXPECT_NEAR(t.cost[i], w * cost[t.label[i]] + (1 - w) * cost[t.other[i]], 1e-5);
  }
}

TEST(BatchLoader, BalancedEpochsRepeatImagesInOtherVariations) {
  Loading balanced({"sampling=balanced", "batch_size=16", "brightness=0.5"});
  for (std::size_t i = 1; i < 50; ++i) balanced.images.labels[i] = 0;
  balanced.images.labels[balanced.indices[0]] = 1;  // the only one: half of each epoch
  const Augmenter augmenter(balanced.images.shape, {{0.0f}, {1.0f}}, augmentation(balanced.settings));
  BatchLoader loader(balanced.images, balanced.indices, balanced.settings, augmenter, Key(1),
                     balanced.workers);
  EXPECT_EQ(loader.steps(), balanced.loader.steps());
  loader.start_epoch(1);
  std::set<float> variations;
  int of_one = 0, of_all = 0;
  for (int step = 0; step < loader.steps(); ++step) {
    const int count = loader.load(step, balanced.input.data());
    of_all += count;
    for (int i = 0; i < count; ++i)
      if (loader.targets().label[i] == 1) {
        ++of_one;
        variations.insert(balanced.input[static_cast<std::size_t>(i) * balanced.images.shape.size()]);
      }
  }
  EXPECT_NEAR(of_one, of_all / 2.0, 1);
  EXPECT_GT(static_cast<int>(variations.size()), of_one / 2);
}

}  // namespace
}  // namespace tailor
