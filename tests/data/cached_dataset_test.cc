#include "tailor/data/cached_dataset.h"

#include "data/files.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAreArray;
using testing::SizeIs;

class Cached : public testing::Test {
 protected:
  Cached() {
    put(1);
    folder_.write("t10k-images-idx3-ubyte", test::idx_images(5, 4, 3));
    folder_.write("t10k-labels-idx1-ubyte", test::idx_labels(5, 2));
  }
  void put(std::uint8_t first) {
    std::string pixels(2 * 12, '\1');
    pixels[0] = static_cast<char>(first);
    folder_.write("train-images-idx3-ubyte", test::idx(0x803, {2, 4, 3}, pixels));
    folder_.write("train-labels-idx1-ubyte", test::idx_labels(2, 2));
  }
  std::unique_ptr<Dataset> open(std::size_t least) {
    return cached(open_dataset(folder_.path().string()), ImageCache(cache_.path()), least);
  }
  std::size_t packs() const { return ImageCache(cache_.path()).list().size(); }

  test::TemporaryFolder folder_, cache_;
};

TEST_F(Cached, LargePartsAreKeptAndFoundAgain) {
  const ImageSet own = open_dataset(folder_.path().string())->read_train();
  EXPECT_EQ(open(25)->read_train().content_hash, own.content_hash);
  EXPECT_EQ(packs(), 0u) << "24 bytes are not worth it";
  for (int time = 0; time < 2; ++time) {
    const ImageSet images = open(24)->read_train();
    EXPECT_EQ(packs(), 1u);
    EXPECT_EQ(images.shape, own.shape);
    EXPECT_EQ(images.content_hash, own.content_hash);
    EXPECT_EQ(images.labels, own.labels);
    EXPECT_THAT(images.pixels, ElementsAreArray(own.pixels.begin(), own.pixels.end()));
  }
  EXPECT_EQ(open(24)->read_test().count(), 5u);
  EXPECT_EQ(packs(), 2u) << "test images are others";
}

TEST_F(Cached, ChangedFilesAreReadAgain) {
  open(1)->read_train();
  put(77);
  EXPECT_EQ(open(1)->read_train().pixels[0], 77);
}

TEST_F(Cached, WithoutAPlaceToWriteImagesAreReadAllTheSame) {
  const std::string file = cache_.write("file", "").string();
  const auto dataset = cached(open_dataset(folder_.path().string()), ImageCache(fs::path(file) / "below"), 1);
  EXPECT_EQ(dataset->read_train().count(), 2u);
}

}  // namespace
}  // namespace tailor
