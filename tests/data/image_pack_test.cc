#include "tailor/data/image_pack.h"

#include <numeric>

#include "data/files.h"
#include "tailor/base/file.h"

namespace tailor {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ImageSet labels_of(std::vector<std::uint16_t> labels, const Shape& shape) {
  ImageSet images;
  images.shape = shape;
  images.labels = std::move(labels);
  images.content_hash = "hash";
  return images;
}

TEST(ImagePack, ComesBackAsItWasWritten) {
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "a.images";
  ImageSet images = labels_of({7, 0, 300}, {1, 2, 1});
  images.groups = {5, 5, 70'000};
  images.validation_begin = 2;
  {
    ImagePackWriter writer(file, 3, 2);
    writer.put(2, std::vector<std::uint8_t>{5, 6});
    writer.put(0, std::vector<std::uint8_t>{1, 2});
    writer.put(1, std::vector<std::uint8_t>{3, 4});
    EXPECT_FALSE(read_image_pack(file)) << "not before it is whole";
    writer.finish(images, {"source", {"x.png"}});
  }
  const ImagePack pack = read_image_pack(file).value();
  EXPECT_EQ(pack.images.shape, images.shape);
  EXPECT_THAT(pack.images.pixels, ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(pack.images.labels, images.labels);
  EXPECT_EQ(pack.images.groups, images.groups);
  EXPECT_EQ(pack.images.validation_begin, images.validation_begin);
  EXPECT_EQ(pack.images.content_hash, "hash");
  EXPECT_EQ(pack.notes.source, "source");
  EXPECT_THAT(pack.notes.unreadable, ElementsAre("x.png"));
  std::filesystem::remove(file);
  EXPECT_EQ(pack.images.pixels[5], 6) << "whoever has it open keeps it";
}

TEST(ImagePack, KeepsSomeOfItsImagesAsGrey) {
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "a.images";
  ImagePackWriter writer(file, 4, 6);
  for (std::uint8_t i = 0; i < 4; ++i) {
    const std::uint8_t a = 10 * i, b = a + 1;
    writer.put(i, std::vector<std::uint8_t>{a, a, a, b, b, b});
  }
  const std::vector<std::size_t> kept = {1, 3};
  writer.keep(kept, true);
  writer.finish(labels_of({0, 1}, {1, 2, 1}), {});
  EXPECT_THAT(read_image_pack(file).value().images.pixels, ElementsAre(10, 11, 30, 31));
}

TEST(ImagePack, NothingIsLeftOfOneThatWasNotFinished) {
  const test::TemporaryFolder folder;
  { ImagePackWriter writer(folder.path() / "a.images", 4, 6); }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

// As in two containers that share the cache, whose processes have equal numbers.
TEST(ImagePack, WritersOfOneFileDoNotDisturbEachOther) {
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "a.images";
  ImagePackWriter first(file, 1, 2);
  first.put(0, std::vector<std::uint8_t>{1, 2});
  {
    ImagePackWriter second(file, 1, 2);
    second.put(0, std::vector<std::uint8_t>{3, 4});
  }
  first.finish(labels_of({0}, {1, 2, 1}), {});
  EXPECT_THAT(read_image_pack(file).value().images.pixels, ElementsAre(1, 2));
}

TEST(ImagePack, WhatIsNotWholeIsNone) {
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "a.images";
  {
    ImagePackWriter writer(file, 2, 2);
    writer.put(0, std::vector<std::uint8_t>{1, 2});
    writer.put(1, std::vector<std::uint8_t>{3, 4});
    writer.finish(labels_of({0, 1}, {1, 2, 1}), {});
  }
  const std::string whole = read_file(file);
  ASSERT_TRUE(read_image_pack(file));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(read_image_pack(folder.write("b", whole.substr(0, size)))) << size;
  EXPECT_FALSE(read_image_pack(folder.write("b", "x" + whole)));
  for (std::size_t i = 8; i < whole.size();
       ++i) {  // damaged, it may be read as another one, but never beyond its end
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    const std::optional<ImagePack> pack = read_image_pack(folder.write("b", damaged));
    if (pack) {
      EXPECT_EQ(pack->images.pixels.size(), pack->images.count() * pack->images.shape.size());
    }
  }
  EXPECT_FALSE(read_image_pack(folder.path() / "none"));
}

}  // namespace
}  // namespace tailor
