// All formats: files that other programs wrote, as Pillow sees them, and the same files damaged.
#include <algorithm>
#include <atomic>
#include <cctype>
#include <cstdlib>
#include <set>
#include <stdexcept>
#include <thread>

#include "data/files.h"
#include "data/pictures/golden_pictures.h"
#include "tailor/data/pictures/picture.h"

namespace tailor {
namespace {

using test::golden_pictures;
using namespace std::string_literals;
using test::GoldenFile;

std::string golden_file(const std::string& name) {
  for (const GoldenFile& file : golden_pictures().files)
    if (file.name == name) return file.content;
  throw std::runtime_error(name);
}

TEST(PictureFormats, AreSeenAsPillowSeesThem) {
  const auto& [ground, files, fits] = golden_pictures();
  ASSERT_GT(files.size(), 80u);
  for (const GoldenFile& file : files) {
    SCOPED_TRACE(file.name);
    const Picture picture = decode_picture(file.content, file.name, ground);
    EXPECT_EQ(picture.shape, file.picture.shape);
    ASSERT_EQ(picture.pixels.size(), file.picture.pixels.size());
    int most = 0;
    for (std::size_t i = 0; i < picture.pixels.size(); ++i)
      most = std::max(most, std::abs(picture.pixels[i] - file.picture.pixels[i]));
    EXPECT_LE(most, file.levels);
    EXPECT_EQ(picture.turned, file.name.find("lying") != std::string::npos ||
                                  file.name.find("orientation") != std::string::npos);
  }
}

TEST(PictureFormats, AreRecognisedByTheirFirstBytes) {
  std::set<std::string> seen;
  for (const GoldenFile& file : golden_pictures().files) {
    const auto info = recognize_picture(file.content.substr(0, recognizing_bytes));
    ASSERT_TRUE(info) << file.name;
    std::string format(info->format);
    seen.insert(format);
    std::transform(format.begin(), format.end(), format.begin(),
                   [](char c) { return static_cast<char>(std::tolower(c)); });
    EXPECT_TRUE(file.name.starts_with(format)) << file.name;
    EXPECT_NE(picture_formats().find(info->format), std::string::npos);
  }
  EXPECT_EQ(seen.size(), 7u);
  for (const char* other :
       {"", "B", "BM of nothing here", "P5", "P8 1 1", "RIFF____WAVEfmt ", "II", "GIF", "\xff\xd8"})
    EXPECT_FALSE(recognize_picture(other)) << other;
}

std::string little_endian(unsigned value, int bytes) {
  std::string text;
  for (int b = 0; b < bytes; ++b) text += static_cast<char>(b < 4 ? value >> 8 * b : 0);
  return text;
}

// A TIFF of these tags, each a number, without pixels.
std::string tiff_header(const std::vector<std::pair<unsigned, unsigned>>& tags) {
  std::string file = "II*\0"s + little_endian(8, 4) + little_endian(static_cast<unsigned>(tags.size()), 2);
  for (const auto& [tag, value] : tags)
    file += little_endian(tag, 2) + little_endian(4, 2) + little_endian(1, 4) + little_endian(value, 4);
  return file + little_endian(0, 4);
}

// All in a few hundred bytes at most: what a picture needs is known before memory for it is taken.
TEST(PictureFormats, OfHugePicturesAreRefusedByTheirHeaders) {
  const auto n = [](int bytes) { return little_endian(50000, bytes); };
  std::string jpeg = golden_file("jpeg colour");
  const std::size_t frame = jpeg.find("\xff\xc0");
  ASSERT_NE(frame, std::string::npos);
  jpeg.replace(frame + 5, 4, "\xc3\x50\xc3\x50");
  const std::vector<std::pair<std::string, std::string>> files = {
      {"JPEG", jpeg},
      {"WebP", "RIFF" + little_endian(1000, 4) + "WEBPVP8X" + little_endian(10, 4) + little_endian(0, 4) +
                   little_endian(49999, 3) + little_endian(49999, 3)},
      {"TIFF",
       tiff_header({{256, 50000}, {257, 50000}, {258, 8}, {262, 1}, {273, 8}, {278, 50000}, {279, 9}})},
      {"BMP", "BM" + little_endian(0, 8) + little_endian(54, 4) + little_endian(40, 4) + n(4) + n(4) +
                  little_endian(1, 2) + little_endian(24, 2) + little_endian(0, 24)},
      {"GIF", "GIF89a" + n(2) + n(2) + "\x80\0\0abcdef,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"s},
      {"PNM", "P6 50000 50000 255\n"},
      {"PNM", "P1 50000 50000\n"}};
  for (const auto& [format, content] : files)
    test::expect_error(
        ExitCode::bad_input,
        {"x.y: expected a picture of at most 64 million pixels, got a " + format + " of 50000 x 50000"},
        [&] { decode_picture(content, "x.y"); });
  // Small pictures in a large screen or in large tiles, and large ones in a file that can't hold them.
  const auto damaged = [](const std::string& content, const std::string& part) {
    test::expect_error(ExitCode::bad_input, {"x.y", part}, [&] { decode_picture(content, "x.y"); });
  };
  damaged(
      tiff_header({{256, 16}, {257, 16}, {258, 8}, {262, 1}, {322, 65536}, {323, 65536}, {324, 8}, {325, 9}}),
      "tiles of 65536 x 65536");
  damaged(tiff_header({{256, 16}, {257, 16}, {258, 8}, {262, 1}, {277, 60000}, {273, 8}, {279, 9}}), "TIFF");
  jpeg.replace(frame + 5, 4, "\x10\0\x10\0", 4);
  damaged(jpeg, "bytes for 4096 x 4096");
  damaged("P5 8000 8000 255\n", "0 bytes from byte");
  damaged("BM" + little_endian(0, 8) + little_endian(54, 4) + little_endian(40, 4) + little_endian(8000, 4) +
              little_endian(8000, 4) + little_endian(1, 2) + little_endian(24, 2) + little_endian(0, 24),
          "0 bytes of pixels where 8000 x 8000 take 192000000");
}

// Each scan costs time for all pixels, and a few bytes.
TEST(PictureFormats, JpegsOfManyScansAreRefused) {
  const std::string content = golden_file("jpeg progressive, lying");
  // The first scan, which sets coefficients and may do so again; tables follow.
  const std::size_t begin = content.find("\xff\xda"), end = content.find("\xff\xc4", begin);
  ASSERT_NE(end, std::string::npos);
  const auto repeated = [&](int times) {
    std::string file = content.substr(0, begin);
    for (int i = 0; i < times; ++i) file += content.substr(begin, end - begin);
    return file + content.substr(end);
  };
  EXPECT_EQ(decode_picture(repeated(10), "x").pixels, decode_picture(content, "x").pixels);
  test::expect_error(ExitCode::bad_input, {"x: ", "JPEG", "more than 100 scans"},
                     [&] { decode_picture(repeated(120), "x"); });
}

TEST(PictureFormats, SayWhatTheyDoNotRead) {
  const auto says = [](const std::string& content, const std::string& part) {
    test::expect_error(ExitCode::bad_input, {"x.y: ", part}, [&] { decode_picture(content, "x.y"); });
  };
  says("\0\0\0\x18"s + "ftypheic", "got a HEIC picture");
  says("<svg xmlns", "markup");
  says("P7\nWIDTH 1", "PAM");
  says("%PDF-1.4", "PDF");
  says("BM", "another kind of file");
  says(tiff_header({{256, 4}, {257, 4}, {258, 32}, {262, 1}, {273, 8}, {279, 64}, {339, 3}}),
       "floating-point samples of 32 bits: convert it to PNG");
  says("P2 2 1 9\n4 10", "byte 11: expected the next value of a PNM picture, 0 to 9");
  says("P2 2 1 9\n4  ", "the end of the file");
  says("P1 2 1\n12", "byte 8: expected the next pixel of a PNM picture, 0 or 1, got something else");
}

// What a thread hears of a library's errors is its own.
TEST(PictureFormats, AreReadByManyThreads) {
  const auto read = [](const std::string& content) -> std::string {
    try {
      const Picture picture = decode_picture(content, "x");
      return {picture.pixels.begin(), picture.pixels.end()};
    } catch (const Error& error) {
      return error.what();
    }
  };
  std::vector<std::pair<std::string, std::string>> expected;
  for (const GoldenFile& file : golden_pictures().files)
    for (const std::string& content : {file.content, file.content.substr(0, file.content.size() / 2)})
      expected.emplace_back(content, read(content));
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < 4 * expected.size(); ++i) {
        const auto& [content, result] = expected[(i * (t + 1) + t) % expected.size()];
        wrong += read(content) != result;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

class DamagedPictures : public testing::TestWithParam<const char*> {};

// Each byte with one bit changed, and each length.
TEST_P(DamagedPictures, AreReadOrBadInput) {
  const auto check = [](const std::string& content, const std::string& name) {
    try {
      const Picture picture = decode_picture(content, name);
      EXPECT_EQ(picture.pixels.size(), picture.shape.size());
      EXPECT_TRUE(picture.shape.channels == 1 || picture.shape.channels == 3);
      return true;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_input);
      EXPECT_TRUE(std::string(error.what()).starts_with(name + ": ")) << error.what();
      return false;
    }
  };
  testing::internal::CaptureStderr();
  for (const GoldenFile& file : golden_pictures().files) {
    if (!file.name.starts_with(GetParam())) continue;
    for (std::size_t i = 0; i < file.content.size(); ++i) {
      std::string damaged = file.content;
      damaged[i] = static_cast<char>(damaged[i] ^ 1 << i % 8);
      check(damaged, file.name);
    }
    for (std::size_t n = 0; n < file.content.size(); ++n) {
      const bool whole = check(file.content.substr(0, n), file.name);
      // What still is a picture lacks nothing but what comes after the pixels.
      if (n < file.content.size() / 2) {
        EXPECT_FALSE(whole) << file.name << ", " << n << " bytes";
      }
    }
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");  // libraries do not print
}

INSTANTIATE_TEST_SUITE_P(Formats, DamagedPictures,
                         testing::Values("png", "jpeg", "webp", "tiff", "bmp", "gif", "pnm"),
                         [](const auto& format) { return std::string(format.param); });

}  // namespace
}  // namespace tailor
