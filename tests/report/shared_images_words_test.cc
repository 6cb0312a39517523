#include "tailor/report/shared_images_words.h"

#include <gmock/gmock.h>

namespace tailor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

StudyData named(const std::string& name) {
  StudyData data;
  data.name = name;
  return data;
}

StudyData photos() {
  StudyData data = named("/my photos");
  data.train_images = 4000;
  data.validation_images = 2000;
  data.split_seed = 7;
  data.pictures.size = ImageSize{64, 48};
  data.pictures.skip_unreadable = true;
  return data;
}

TEST(SharedImagesWords, NameNumberShareEffectAndTheCommandThatShowsThePairs) {
  const SharedImages shared{.images = 2000, .trained = 4000, .alike = 1013, .equal = 7};
  EXPECT_THAT(
      shared_images_warnings(shared, "validation", photos()),
      ElementsAre("1,013 of 2,000 validation images (50.6 %) look like images that are trained on, 7 of them "
                  "equal in every pixel: their accuracy may be too high, by at most 50.6 percentage points. "
                  "The pairs: `tailor data info '/my photos' --size 64x48 --skip-unreadable --train 4000 "
                  "--validation 2000 --split-seed 7 --pairs-of validation --near-duplicates pairs.png`. What "
                  "belongs together should be in one part; a manifest's column `group` does that."));
}

TEST(SharedImagesWords, TestImagesAreComparedWithAllOthers) {
  SharedImages shared{.images = 1000, .trained = 6000, .alike = 30};
  const WarningWords words = near_duplicates_words(shared, "test", named("cifar10"));
  EXPECT_THAT(words.text,
              HasSubstr("30 of 1,000 test images (3.0 %) look like training or validation images, "
                        "none of them equal"));
  EXPECT_THAT(words.advice, HasSubstr("`tailor data info cifar10 --near-duplicates pairs.png`"));
  shared.equal = 30;
  EXPECT_THAT(near_duplicates_words(shared, "test", {}).text, HasSubstr("images, equal in every pixel:"));
}

TEST(SharedImagesWords, LabelsThatContradictAreAWarningOfTheirOwn) {
  const SharedImages shared{.images = 1000, .trained = 2000, .alike = 1, .other_label = 24};
  EXPECT_THAT(
      shared_images_warnings(shared, "validation", named("x")),
      ElementsAre("24 of 3,000 training and validation images (0.8 %) are equal in every pixel to another "
                  "one that has another label. No network is right about both. Look for wrong labels: "
                  "`tailor data info x` counts such images and names the first."));
  EXPECT_THAT(contradictions_words(shared, "test", {}).text,
              HasSubstr("training, validation and test images"));
}

TEST(SharedImagesWords, AFewAreNotWorthAWord) {
  const SharedImages shared{.images = 1000, .trained = 2000, .alike = 9, .other_label = 2};
  EXPECT_THAT(shared_images_warnings(shared, "validation", {}), IsEmpty());
}

}  // namespace
}  // namespace tailor
