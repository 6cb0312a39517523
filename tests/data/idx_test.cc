#include "tailor/data/idx.h"

#include "data/files.h"

namespace tailor {
namespace {

using test::expect_error;
using test::gzip;
using test::idx;
using test::idx_images;
using test::idx_labels;

class Idx : public testing::Test {
 protected:
  std::filesystem::path file(std::string_view content) { return folder_.write("file", content); }
  void bad_images(std::string_view content, std::vector<std::string> parts) {
    const auto path = file(content);
    parts.push_back(path.string());
    expect_error(ExitCode::bad_input, parts, [&] { read_idx_images(path); });
  }
  void bad_labels(std::string_view content, std::vector<std::string> parts) {
    const auto path = file(content);
    parts.push_back(path.string());
    expect_error(ExitCode::bad_input, parts, [&] { read_idx_labels(path); });
  }

 private:
  test::TemporaryFolder folder_;
};

TEST_F(Idx, ReadsImagesOfAnySizePlainAndGzipped) {
  for (const bool zipped : {false, true}) {
    const std::string content = idx_images(5, 3, 7);
    const IdxImages images = read_idx_images(file(zipped ? gzip(content) : content));
    EXPECT_EQ(images.shape, (Shape{3, 7, 1}));
    EXPECT_EQ(images.count, 5u);
    ASSERT_EQ(images.pixels.size(), 105u);
    for (std::size_t i = 0; i < 105; ++i) EXPECT_EQ(images.pixels[i], i);
    // printf '\0\0\10\3…' | sha256sum does not depend on the wrapper
    EXPECT_EQ(images.hash, read_idx_images(file(content)).hash);
  }
}

TEST_F(Idx, ReadsColourAndLargeImages) {
  const IdxImages colour = read_idx_images(file(idx(0x804, {2, 1, 2, 3}, "abcdefghijkl")));
  EXPECT_EQ(colour.shape, (Shape{1, 2, 3}));
  EXPECT_EQ(std::string(colour.pixels.begin(), colour.pixels.end()), "abcdefghijkl");
  const std::string big = idx_images(3, 1500, 2000);  // more than one growth step
  const IdxImages images = read_idx_images(file(gzip(big)));
  EXPECT_EQ(std::string(images.pixels.begin(), images.pixels.end()), big.substr(16));
}

TEST_F(Idx, ReadsSeveralGzipMembersAsOne) {
  const std::string content = idx_images(2, 4, 4);
  const IdxImages images = read_idx_images(file(gzip(content.substr(0, 20)) + gzip(content.substr(20))));
  EXPECT_EQ(images.pixels.size(), 32u);
}

TEST_F(Idx, ReadsLabelsUpTo999) {
  EXPECT_EQ(read_idx_labels(file(idx(0x801, {3}, std::string("\x00\xff\x07", 3)))).labels,
            (std::vector<std::uint16_t>{0, 255, 7}));
  EXPECT_EQ(read_idx_labels(file(idx(0xb01, {2}, std::string("\x03\xe7\x00\x01", 4)))).labels,
            (std::vector<std::uint16_t>{999, 1}));
  EXPECT_EQ(read_idx_labels(file(idx(0xc01, {1}, std::string("\x00\x00\x03\xe7", 4)))).labels,
            (std::vector<std::uint16_t>{999}));
  bad_labels(idx(0xb01, {2}, std::string("\x00\x01\x03\xe8", 4)),
             {"byte 10", "label 1", "0 to 999", "got 1000"});
  bad_labels(idx(0xc01, {1}, std::string("\xff\xff\xff\xff", 4)), {"byte 8", "got 4294967295"});
}

TEST_F(Idx, SaysWhatAWrongFileIs) {
  bad_images(idx_labels(9, 3), {"byte 0", "0x00000803", "got 0x00000801", "swapped"});
  bad_labels(idx_images(1, 2, 2), {"byte 0", "0x00000801", "got 0x00000803", "swapped"});
  bad_labels(gzip(idx_images(1, 2, 2)), {"byte 0", "got 0x00000803", "swapped"});
  bad_images(std::string("\x03\x08\x00\x00\x01\x00\x00\x00", 8), {"little-endian"});
  bad_images(idx(0xd03, {1, 1, 1}, "1234"), {"another type or rank"});
  bad_images("<!DOCTYPE html>", {"web page"});
  bad_images("PK\x03\x04", {"ZIP"});
  bad_images("\x89PNG\r\n", {"PNG"});
  bad_images("version https://git-lfs", {"Git LFS"});
  bad_images("\x93NUMPY", {"NumPy"});
  bad_images(gzip(gzip(idx_images(1, 2, 2))), {"gzipped twice"});
  bad_images("hello", {"no IDX file"});
  bad_images("", {"byte 0", "empty"});
  bad_images(std::string("\0\0\x08", 3), {"byte 3", "truncated"});
}

TEST_F(Idx, RefusesTruncatedAndOverlongFiles) {
  const std::string content = idx_images(5, 3, 7);
  bad_images(content.substr(0, 10), {"byte 10", "height", "truncated"});
  bad_images(content.substr(0, 60),
             {"byte 60", "expected 5 images, 121 bytes", "after 2 of them", "truncated"});
  bad_images(content + "xy", {"byte 121", "end of the file after 5 images", "2 bytes too many"});
  bad_images(gzip(content.substr(0, 60)), {"byte 60", "expected 5 images, 121 bytes", "truncated"});
  bad_images(gzip(content + "x"), {"byte 121", "end of the file after 5 images"});
  bad_labels(idx_labels(7, 3).substr(0, 12), {"byte 12", "expected 7 labels"});
  bad_labels(idx_labels(7, 3) + "x", {"byte 15", "1 bytes too many"});
}

TEST_F(Idx, RefusesAbsurdHeadersWithoutAllocating) {
  bad_images(idx(0x803, {0xffffffff, 65535, 65535}, "abc"), {"byte 4", "header is damaged"});
  bad_images(gzip(idx(0x803, {0xffffffff, 65535, 65535}, "abc")), {"byte 4", "header is damaged"});
  bad_images(idx(0x803, {60000, 28, 28}, "abc"), {"byte 19", "60000 images", "after 0 of them"});
  bad_images(gzip(idx(0x803, {60000, 280, 280}, "abc")), {"can hold", "60000 images"});
  bad_images(idx(0x803, {0, 28, 28}, ""), {"byte 4", "number of images", "got 0"});
  bad_images(idx(0x803, {1, 0, 28}, ""), {"byte 8", "height", "got 0"});
  bad_images(idx(0x803, {1, 1, 65536}, ""), {"byte 12", "width", "1 to 65,535", "got 65536"});
  bad_images(idx(0x804, {1, 1, 1, 2}, "ab"), {"byte 16", "1 or 3 channels"});
  bad_images(idx(0x804, {1, 1, 1, 4}, "abcd"), {"byte 16", "channels", "got 4"});
  bad_labels(idx(0x801, {0}, ""), {"byte 4", "number of labels", "got 0"});
}

// Zeros that grow to 1.5 GB.
TEST_F(Idx, RefusesBombs) {
  const std::string packed = gzip(std::string(4 << 20, '\0'));
  std::string content = gzip(idx(0x803, {1500, 1000, 1000}, ""));
  for (int i = 0; i < 358; ++i) content += packed;
  bad_images(content, {"byte 4", "promise 1500000000", "a bomb"});
}

TEST_F(Idx, RefusesDamagedGzip) {
  const std::string zipped = gzip(idx_images(50, 28, 28));
  bad_images(zipped.substr(0, zipped.size() / 2), {"gzip file", "truncated"});
  bad_images(zipped.substr(0, zipped.size() - 1), {"gzip file", "truncated"});
  std::string crc = zipped;
  crc[crc.size() - 6] ^= 1;
  bad_images(crc, {"gzip file", "incorrect data check", "damaged"});
  std::string length = zipped;
  length[length.size() - 2] ^= 1;
  bad_images(length, {"incorrect length check"});
  std::string header = zipped;
  header[2] ^= 7;
  bad_images(header, {"byte 0 of its content", "damaged"});
  bad_images(zipped + "garbage", {"damaged"});
}

TEST_F(Idx, RefusesFolders) {
  expect_error(ExitCode::bad_input, {"/tmp", "folder"}, [] { read_idx_images("/tmp"); });
  expect_error(ExitCode::bad_input, {"/no/such", "No such file"}, [] { read_idx_labels("/no/such"); });
}

// Whatever happens to a byte or to the length: a valid set of the promised size, or an Error. Never anything
// else.
TEST_F(Idx, SurvivesEveryFlippedByteAndEveryLength) {
  for (const std::string& original :
       {idx_images(3, 5, 4), gzip(idx_images(3, 5, 4)), gzip(idx_images(40, 28, 28))}) {
    int valid = 0, errors = 0;
    const auto check = [&](const std::string& content) {
      try {
        const IdxImages images = read_idx_images(file(content));
        ASSERT_EQ(images.pixels.size(), images.count * images.shape.size());
        ++valid;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::bad_input);
        ++errors;
      }
    };
    for (std::size_t i = 0; i < original.size(); i += i < 80 ? 1 : 7)
      for (const int bit : {0, 3, 7}) {
        std::string damaged = original;
        damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
        check(damaged);
      }
    const int after_flips = valid;
    for (std::size_t n = 0; n < original.size(); n += n < 80 ? 1 : 7) check(original.substr(0, n));
    EXPECT_EQ(valid, after_flips) << "a truncated file was read";
    EXPECT_GT(errors, 0);
  }
}

}  // namespace
}  // namespace tailor
