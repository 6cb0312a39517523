#include "tailor/data/folds.h"

#include <algorithm>
#include <map>
#include <set>

#include <gmock/gmock.h>

#include "tailor/base/error.h"

namespace tailor {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

ImageSet labelled(const std::vector<std::size_t>& counts) {
  ImageSet images;
  images.shape = {1, 1, 1};
  for (std::size_t c = 0; c < counts.size(); ++c)
    images.labels.insert(images.labels.end(), counts[c], static_cast<std::uint16_t>(c));
  images.pixels = std::vector<std::uint8_t>(images.count());
  return images;
}

std::size_t of_class(const ImageSet& images, const std::vector<std::uint32_t>& part, std::uint16_t label) {
  return static_cast<std::size_t>(
      std::count_if(part.begin(), part.end(), [&](std::uint32_t i) { return images.labels[i] == label; }));
}

TEST(Folds, EachImageValidatesOnceAndTrainsElsewhere) {
  const ImageSet images = labelled({7, 100, 0, 13});
  const Folds folds = make_folds(images, 6, 3, "--folds");
  ASSERT_EQ(folds.count(), 6u);
  std::vector<int> validated(images.count());
  for (const Split& split : folds.splits) {
    for (const std::uint32_t i : split.validation) ++validated[i];
    std::vector<std::uint32_t> all = split.train;
    all.insert(all.end(), split.validation.begin(), split.validation.end());
    EXPECT_EQ(std::set<std::uint32_t>(all.begin(), all.end()).size(), images.count());
    EXPECT_EQ(all.size(), images.count());
    EXPECT_TRUE(std::is_sorted(split.train.begin(), split.train.end()));
    EXPECT_TRUE(std::is_sorted(split.validation.begin(), split.validation.end()));
  }
  EXPECT_EQ(validated, std::vector<int>(images.count(), 1));
  EXPECT_EQ(folds.images(), images.count());
  EXPECT_EQ(folds.train_of_all(), 5 * images.count());
  EXPECT_EQ(folds.largest_train(), 100u);
}

TEST(Folds, AreEvenInSizeAndInEachClass) {
  const std::vector<std::size_t> counts = {7, 100, 0, 13};
  const ImageSet images = labelled(counts);
  const Folds folds = make_folds(images, 7, 1, "--folds");
  for (const Split& split : folds.splits) {
    EXPECT_GE(split.validation.size(), images.count() / 7);
    EXPECT_LE(split.validation.size(), images.count() / 7 + 1);
    for (std::size_t c = 0; c < counts.size(); ++c) {
      const std::size_t some = of_class(images, split.validation, static_cast<std::uint16_t>(c));
      EXPECT_GE(some, counts[c] / 7);
      EXPECT_LE(some, (counts[c] + 6) / 7);
    }
  }
}

TEST(Folds, DependOnTheSeedAndNumberAlone) {
  const ImageSet images = labelled({20, 20});
  const Folds folds = make_folds(images, 4, 1, "");
  EXPECT_EQ(make_folds(images, 4, 1, "").hash, folds.hash);
  EXPECT_EQ(make_folds(images, 4, 1, "").splits[2].validation, folds.splits[2].validation);
  EXPECT_NE(make_folds(images, 4, 2, "").hash, folds.hash);
  EXPECT_NE(make_folds(images, 5, 1, "").hash, folds.hash);
  EXPECT_EQ(folds.seed, 1u);
}

TEST(Folds, KeepGroupsWholeAndClassesNearlyEven) {
  ImageSet images = labelled({60, 120});
  for (std::size_t i = 0; i < images.count(); ++i)
    images.groups.push_back(static_cast<std::uint32_t>(i / 4));  // 45 of four images
  const Folds folds = make_folds(images, 5, 2, "--folds");
  std::map<std::uint32_t, std::size_t> fold_of;
  for (std::size_t f = 0; f < folds.count(); ++f) {
    for (const std::uint32_t i : folds.splits[f].validation)
      EXPECT_EQ(fold_of.emplace(images.groups[i], f).first->second, f);
    EXPECT_NEAR(static_cast<double>(of_class(images, folds.splits[f].validation, 0)), 12, 4);
    EXPECT_NEAR(static_cast<double>(of_class(images, folds.splits[f].validation, 1)), 24, 4);
  }
}

TEST(Folds, RefuseWhatMakesNoSense) {
  ImageSet images = labelled({9, 4});
  const auto refused = [&](int folds, const char* message) {
    EXPECT_THAT([&] { make_folds(images, folds, 1, "--folds"); }, ThrowsMessage<Error>(HasSubstr(message)));
  };
  refused(1, "--folds: expected 2 to 100 folds, got 1");
  refused(-3, "got -3");
  refused(101, "got 101");
  refused(5, "--folds: class 1 has only 4 images for 5 folds");
  EXPECT_NO_THROW(make_folds(images, 4, 1, ""));
  for (std::size_t i = 0; i < images.count(); ++i) images.groups.push_back(static_cast<std::uint32_t>(i / 5));
  refused(4, "4 folds of only 3 groups");
  std::fill(images.groups.begin(), images.groups.end(), 0u);
  images.groups[0] = 1, images.groups[1] = 2;
  refused(3, "would not know the class");
  images.groups.clear();
  images.validation_begin = 10;
  refused(2, "3 validation images of its own");
}

}  // namespace
}  // namespace tailor
