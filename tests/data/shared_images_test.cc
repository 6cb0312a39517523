#include "tailor/data/shared_images.h"

#include "data/files.h"
#include "data/scenes.h"
#include "tailor/data/folds.h"
#include "tailor/data/shared_images_store.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;
using test::add;
using test::scene;
using test::set_of;

// 40 photographs for training and 20 for validation, of which four are training images: two of them equal, with other
// labels (set_of counts labels from 0 to 4 again and again), two darker.
ImageSet leaking() {
  std::vector<std::uint8_t> pixels;
  for (std::uint64_t i = 0; i < 40; ++i) add(pixels, scene(i), 1, 0, 2, i);
  for (std::uint64_t i = 0; i < 20; ++i) {
    if (i < 2) {
      add(pixels, scene(i + 6), 1, 0, 2, i + 6);
    } else if (i < 4) {
      add(pixels, scene(i + 10), 0.8, -5, 2, 1000 + i);
    } else {
      add(pixels, scene(5000 + i), 1, 0, 2, i);
    }
  }
  ImageSet images = set_of(std::move(pixels));
  images.content_hash = "a";
  images.validation_begin = 40;
  return images;
}

Split parts_of(const ImageSet& images) { return make_split(std::nullopt, images, 1, "split"); }

TEST(SharedImages, OfTheValidationPartAreCounted) {
  const ImageSet images = leaking();
  const SharedImages shared = shared_validation_images(images, parts_of(images));
  EXPECT_EQ(shared, (SharedImages{.images = 20, .trained = 40, .alike = 4, .equal = 2, .other_label = 4}));
  EXPECT_DOUBLE_EQ(shared.alike_share(), 0.2);
  EXPECT_DOUBLE_EQ(shared.other_label_share(), 4.0 / 60);
}

TEST(SharedImages, OfFoldsAreThoseInAnotherFold) {
  ImageSet images = leaking();
  images.validation_begin.reset();
  const Folds folds = make_folds(images, 3, 1, "");
  std::vector<SharedImages> each;
  std::size_t alike = 0;
  for (const Split& split : folds.splits) {
    each.push_back(shared_validation_images(images, split));
    alike += each.back().alike;
    EXPECT_EQ(each.back().other_label, each.front().other_label);
  }
  const SharedImages all = all_folds(each);
  EXPECT_EQ(all.images, images.count());
  EXPECT_EQ(all.alike, alike);
  EXPECT_GE(all.alike, 1u);
  EXPECT_DOUBLE_EQ(all.other_label_share(), each.front().other_label_share());
}

TEST(SharedImages, OfTestImagesAreThoseOfAllTrainingImages) {
  const ImageSet images = leaking();
  const SharedImages shared = shared_test_images(images, images);
  EXPECT_EQ(shared.images, 60u);
  EXPECT_EQ(shared.trained, 60u);
  EXPECT_EQ(shared.equal, 60u);
  EXPECT_EQ(shared.alike, 60u);
  EXPECT_EQ(shared.other_label, 8u);
  ImageSet other = images;
  other.shape = {16, 64, 1};
  EXPECT_EQ(shared_test_images(images, other), (SharedImages{.images = 60, .trained = 60}));
}

// Smaller than any perceptual hash needs: only equal ones are known.
TEST(SharedImages, SmallImagesAreSharedIfTheyAreEqual) {
  ImageSet small;
  small.shape = {2, 2, 1};
  small.labels = {0, 1, 0};
  small.pixels = std::vector<std::uint8_t>{1, 2, 3, 4, 9, 9, 9, 9, 1, 2, 3, 4};
  small.validation_begin = 2;
  EXPECT_EQ(shared_validation_images(small, parts_of(small)),
            (SharedImages{.images = 1, .trained = 2, .alike = 1, .equal = 1}));
}

TEST(SharedImages, AreWorthAWordFromOneInAHundredOrOneEqualInAThousand) {
  EXPECT_FALSE((SharedImages{.images = 10000, .trained = 20000, .alike = 99}).many_alike());
  EXPECT_TRUE((SharedImages{.images = 10000, .trained = 20000, .alike = 100}).many_alike());
  EXPECT_FALSE((SharedImages{.images = 10000, .trained = 20000, .alike = 9, .equal = 9}).many_alike());
  EXPECT_TRUE((SharedImages{.images = 10000, .trained = 20000, .alike = 10, .equal = 10}).many_alike());
  EXPECT_FALSE((SharedImages{.images = 10000, .trained = 20000, .other_label = 29}).many_contradict());
  EXPECT_TRUE((SharedImages{.images = 10000, .trained = 20000, .other_label = 30}).many_contradict());
  EXPECT_FALSE(SharedImages{}.many_alike() || SharedImages{}.many_contradict());
}

TEST(SharedImages, AreJson) {
  const SharedImages shared{.images = 5, .trained = 4, .alike = 3, .equal = 2, .other_label = 1};
  EXPECT_EQ(shared_images_from_json(to_json(shared)), shared);
  for (const char* text : {"", "{", "[]", "{\"images\": 3}",
                           "{\"images\":5,\"trained\":4,\"alike\":-3,\"equal\":2,\"other_label\":1}"})
    EXPECT_EQ(shared_images_from_json(text), std::nullopt) << text;
}

// Counts that no comparison gives show that they were not made again.
TEST(SharedImagesStore, KeepsWhatWasCounted) {
  const test::TemporaryFolder folder;
  const SharedImagesStore store(folder.path() / "new");
  const ImageSet images = leaking();
  const Split split = parts_of(images);
  EXPECT_EQ(store.of_validation(images, split, std::nullopt).alike, 4u);
  ASSERT_EQ(store.count(), 1u);
  const fs::path file = fs::directory_iterator(folder.path() / "new")->path();
  const auto write = [&](const std::string& text) { folder.write("new/" + file.filename().string(), text); };
  const SharedImages kept{.images = 20, .trained = 40, .alike = 17};
  write(to_json(kept));
  EXPECT_EQ(store.of_validation(images, split, std::nullopt), kept);
  write("{\"images\": 20");  // cut off
  EXPECT_EQ(store.of_validation(images, split, std::nullopt).alike, 4u);

  // Other parts, other shapes, other ways to the shape and test images have their own.
  write(to_json(kept));
  Split other = split;
  other.hash = "b";
  EXPECT_EQ(store.of_validation(images, other, std::nullopt).alike, 4u);
  EXPECT_EQ(store.of_validation(images, split, Fit::pad).alike, 4u);
  ImageSet colour = images;
  colour.shape = {16, 16, 4};
  EXPECT_NE(store.of_validation(colour, split, std::nullopt), kept);
  ImageSet test = images;
  test.content_hash = "t";
  EXPECT_EQ(store.of_test(images, test, std::nullopt).alike, 60u);
  EXPECT_EQ(store.count(), 5u);
  store.clean();
  EXPECT_EQ(store.count(), 0u);
  EXPECT_FALSE(fs::exists(folder.path() / "new"));
}

TEST(SharedImagesStore, WithoutAPlaceToWriteComparesEachTime) {
  const test::TemporaryFolder folder;
  const fs::path file = folder.write("file", "");
  const ImageSet images = leaking();
  for (const fs::path& place : {file / "below", fs::path()})
    EXPECT_EQ(SharedImagesStore(place).of_validation(images, parts_of(images), std::nullopt).equal, 2u);
}

}  // namespace
}  // namespace tailor
