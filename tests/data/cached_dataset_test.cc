#include "tailor/data/cached_dataset.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "data/files.h"
#include "tailor/data/dataset_wrapper.h"
#include "tailor/data/idx_dataset.h"

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
  PixelRoom room(std::size_t in_memory) { return {cache_.path(), in_memory}; }
  std::unique_ptr<FileDataset> source(std::size_t in_memory = worth_caching) {
    return open_idx_dataset(folder_.path(), "", room(in_memory));
  }
  std::unique_ptr<Dataset> open(std::size_t least, const std::string& done = "") {
    std::unique_ptr<FileDataset> dataset = source(least);
    const std::vector<fs::path> files = dataset->files();
    return cached(std::move(dataset), {files, done}, ImageCache(cache_.path()), room(least));
  }
  std::size_t packs() const { return ImageCache(cache_.path()).list().size(); }

  test::TemporaryFolder folder_, cache_;
};

TEST_F(Cached, LargePartsAreKeptAndFoundAgain) {
  const ImageSet own = source()->read_train();
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

TEST_F(Cached, OtherFilesBesideChangeNothing) {
  open(1)->read_train();
  const fs::path key = [&] {
    for (const auto& entry : fs::directory_iterator(cache_.path()))
      if (entry.path().extension() == ".key") return entry.path();
    return fs::path();
  }();
  folder_.write("notes.txt", "read me");
  folder_.write("below/checkpoint", "1");
  fs::last_write_time(key, fs::file_time_type::clock::now() - std::chrono::hours(5));
  const auto then = fs::last_write_time(key);
  open(1)->read_train();
  EXPECT_EQ(fs::last_write_time(key), then) << "was made anew";
  folder_.write("train-labels-idx1-ubyte", test::idx_labels(2, 2));  // the same, at another time
  open(1)->read_train();
  EXPECT_EQ(packs(), 1u);
}

TEST_F(Cached, WhatIsDoneToImagesIsPartOfTheirName) {
  open(1)->read_train();
  open(1, "size=8x8")->read_train();
  EXPECT_EQ(packs(), 2u);
}

// Counts how often it is read; the first reader waits a while for another one, in vain.
class Counted : public DatasetWrapper {
 public:
  Counted(std::unique_ptr<Dataset> dataset, std::atomic<int>& reads, std::function<void()> first)
      : DatasetWrapper(std::move(dataset)), reads_(reads), first_(std::move(first)) {}
  ImageSet read_train() const override {
    if (reads_++ == 0) {
      first_();
      for (int i = 0; i < 20 && reads_ == 1; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return wrapped().read_train();
  }

 private:
  std::atomic<int>& reads_;
  const std::function<void()> first_;
};

// Each reader would need memory for all images: only the first one reads, the others map what it made.
TEST_F(Cached, AreReadByOneAtATime) {
  std::atomic<int> reads = 0;
  std::thread other;
  const auto counted = [&](std::function<void()> first) {
    return cached(std::make_unique<Counted>(source(), reads, std::move(first)), {}, ImageCache(cache_.path()),
                  room(1));
  };
  counted([&] { other = std::thread([&] { counted([] {})->read_train(); }); })->read_train();
  other.join();
  EXPECT_EQ(reads, 1);
  EXPECT_EQ(packs(), 1u);
}

TEST_F(Cached, WhatCannotBeReadIsSaidOnce) {
  std::atomic<int> reads = 1;
  folder_.write("train-labels-idx1-ubyte", test::idx_labels(3, 2));
  const auto dataset =
      cached(std::make_unique<Counted>(source(), reads, nullptr), {}, ImageCache(cache_.path()), room(1));
  EXPECT_THROW(dataset->read_train(), Error);
  EXPECT_EQ(reads, 2) << "read once, not again without the cache";
}

TEST_F(Cached, WithoutAPlaceToWriteImagesAreReadAllTheSame) {
  const std::string file = cache_.write("file", "").string();
  const PixelRoom nowhere{fs::path(file) / "below", 1};
  const auto dataset =
      cached(open_idx_dataset(folder_.path(), "", nowhere), {}, ImageCache(nowhere.folder), nowhere);
  EXPECT_EQ(dataset->read_train().count(), 2u);
}

}  // namespace
}  // namespace tailor
