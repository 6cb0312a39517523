#include "tailor/data/decode_pictures.h"

#include <fmt/format.h>

#include "data/files.h"
#include "tailor/base/file.h"
#include "tailor/data/pictures/picture.h"
#include "tailor/data/sources/picture_folder.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;
using test::expect_error;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr std::array training = {PicturePart::train, PicturePart::validation};

class DecodePictures : public testing::Test {
 protected:
  // A picture of one value everywhere; of three different ones, if it is of colour.
  void put(const std::string& path, int width, int height, int value, bool colour = false) {
    Picture picture{{height, width, colour ? 3 : 1}, {}};
    for (int i = 0; i < width * height; ++i)
      for (int c = 0; c < picture.shape.channels; ++c)
        picture.pixels.push_back(static_cast<std::uint8_t>(value + c));
    fs::create_directories((folder_.path() / path).parent_path());
    write_png(folder_.path() / path, picture.pixels, picture.shape);
  }
  void put_usual() {
    for (int i = 0; i < 3; ++i)
      put(fmt::format("a/{}.png", i), 4, 2, 10 * i), put(fmt::format("b/{}.png", i), 4, 2, 100 + 10 * i);
  }
  ImagePack decode(const PictureOptions& options = {}) {
    steps_.clear();
    return decode_pictures(list_picture_folder(folder_.path()), training, options, ImageCache(cache_.path()),
                           [&](std::string_view what, std::size_t done, std::size_t of) {
                             if (steps_.empty() || steps_.back() != what) steps_.emplace_back(what);
                             ended_ = done == of;
                           });
  }

  test::TemporaryFolder folder_, cache_;
  std::vector<std::string> steps_;
  bool ended_ = false;
};

TEST_F(DecodePictures, GivesImagesInTheListsOrder) {
  put_usual();
  const ImageSet images = decode().images;
  EXPECT_EQ(images.shape, (Shape{2, 4, 1}));  // grey, as all are
  EXPECT_THAT(images.labels, ElementsAre(0, 0, 0, 1, 1, 1));
  for (std::size_t i = 0; i < 6; ++i)
    EXPECT_THAT(images.image(i), Each(i < 3 ? 10 * i : 100 + 10 * (i - 3))) << i;
  EXPECT_FALSE(images.validation_begin);
  EXPECT_THAT(steps_, ElementsAre("reading", "decoding"));
  EXPECT_TRUE(ended_) << "the line of progress is full";
}

TEST_F(DecodePictures, IsDoneOnce) {
  put_usual();
  const std::string hash = decode().images.content_hash;
  EXPECT_EQ(decode().images.content_hash, hash);
  EXPECT_THAT(steps_, SizeIs(0)) << "nothing is opened";
  fs::last_write_time(folder_.path() / "a/0.png", fs::file_time_type::clock::now());
  EXPECT_EQ(decode().images.content_hash, hash);
  EXPECT_THAT(steps_, ElementsAre("reading")) << "the content is what it was";
  put("a/0.png", 4, 2, 77);
  const ImageSet changed = decode().images;
  EXPECT_THAT(steps_, ElementsAre("reading", "decoding"));
  EXPECT_NE(changed.content_hash, hash);
  EXPECT_EQ(changed.pixels[0], 77);
}

TEST_F(DecodePictures, AMovedFolderHasTheSameImages) {
  put_usual();
  const std::string hash = decode().images.content_hash;
  const test::TemporaryFolder other;
  fs::copy(folder_.path(), other.path(), fs::copy_options::recursive);
  const ImagePack moved =
      decode_pictures(list_picture_folder(other.path()), training, {}, ImageCache(cache_.path()));
  EXPECT_EQ(moved.images.content_hash, hash);
  EXPECT_THAT(ImageCache(cache_.path()).list(), SizeIs(1)) << "one pack for both";
}

TEST_F(DecodePictures, OneColourPictureMakesAllColour) {
  put_usual();
  put("b/9.png", 4, 2, 200, true);
  const ImageSet images = decode().images;
  EXPECT_EQ(images.shape, (Shape{2, 4, 3}));
  EXPECT_EQ(images.image(6)[0], 200);
  EXPECT_EQ(images.image(6)[2], 202);
  EXPECT_THAT(images.image(1), Each(10));
  EXPECT_EQ(decode({.channels = 1}).images.shape, (Shape{2, 4, 1}));
}

TEST_F(DecodePictures, UnequalSizesNeedOne) {
  put_usual();
  put("b/9.png", 5, 2, 200);
  expect_error(ExitCode::bad_input, {"different sizes", "a/0.png has 4x2", "b/9.png has 5x2", "--size"},
               [&] { decode(); });
  EXPECT_EQ(decode({.size = ImageSize{3, 2}}).images.shape, (Shape{2, 3, 1}));
}

TEST_F(DecodePictures, UnreadableOnesAreNamedAndCounted) {
  put_usual();
  folder_.write("a/1.png", "no picture");
  folder_.write("b/2.png", read_file(folder_.path() / "b/1.png").substr(0, 40));
  expect_error(ExitCode::bad_input, {"2 of 6 pictures", "a/1.png", "b/2.png", "--skip-unreadable"},
               [&] { decode(); });
  EXPECT_THAT(ImageCache(cache_.path()).list(), SizeIs(0));
  const ImagePack pack = decode({.skip_unreadable = true});
  EXPECT_THAT(pack.images.labels, ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(pack.images.image(1), Each(20));
  EXPECT_THAT(pack.notes.unreadable, ElementsAre("a/1.png", "b/2.png"));
  for (const char* name : {"a/0.png", "a/2.png"}) folder_.write(name, "no");
  expect_error(ExitCode::bad_input,
               {"without the pictures that cannot be read", "class 'a' has no training pictures"},
               [&] { decode({.skip_unreadable = true}); });
  EXPECT_THAT(ImageCache(cache_.path()).list(), SizeIs(1)) << "nothing half-written";
  for (const char* name : {"b/0.png", "b/1.png"}) folder_.write(name, "no");
  expect_error(ExitCode::bad_input, {"none of 6 pictures"}, [&] { decode({.skip_unreadable = true}); });
}

TEST_F(DecodePictures, ValidationFollowsTraining) {
  put("train/a/0.png", 4, 2, 1), put("train/a/1.png", 4, 2, 2), put("train/b/0.png", 4, 2, 3);
  put("val/a/0.png", 4, 2, 4), put("val/b/0.png", 4, 2, 5);
  const ImageSet images = decode().images;
  EXPECT_EQ(images.validation_begin, 3u);
  EXPECT_EQ(images.image(3)[0], 4);
  folder_.write("train/a/1.png", "no picture");
  EXPECT_EQ(decode({.skip_unreadable = true}).images.validation_begin, 2u);
}

TEST(ImageCache, ForgetsWhatWasUsedLongestAgo) {
  const test::TemporaryFolder folder;
  const ImageCache cache(folder.path(), 2'000);
  const auto put = [&](char digit) {
    const std::string key(64, digit);
    ImagePackWriter writer(cache.pack_file(key), 1, 800);
    writer.put(0, std::vector<std::uint8_t>(800));
    ImageSet images;
    images.shape = {20, 40, 1};
    images.labels = {0};
    writer.finish(images, {std::string("set ") + digit, {}});
    cache.remember(std::string("list ") + digit, key);
    const auto now = fs::file_time_type::clock::now();
    fs::last_write_time(cache.pack_file(key), now + std::chrono::seconds(digit));
  };
  put('1'), put('2');
  ASSERT_TRUE(cache.find("list 1"));
  put('3');  // more than the limit: one goes
  EXPECT_THAT(cache.list(), SizeIs(2));
  EXPECT_FALSE(cache.find("list 1"));
  EXPECT_TRUE(cache.find("list 2"));
  EXPECT_TRUE(cache.find("list 3"));
  EXPECT_THAT(cache.shrink(0), SizeIs(2));
  EXPECT_THAT(cache.list(), SizeIs(0));
}

}  // namespace
}  // namespace tailor
