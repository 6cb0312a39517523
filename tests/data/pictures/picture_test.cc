#include "tailor/data/pictures/picture.h"

#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>
#include <png.h>

#include "data/files.h"
#include "data/pictures/made_up.h"
#include "tailor/data/pictures/orientation.h"

namespace tailor {
namespace {

using test::expect_error;
using test::gradient;

std::string jpeg(const Picture& picture) {
  jpeg_compress_struct info = {};
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* data = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &data, &size);
  info.image_width = static_cast<JDIMENSION>(picture.shape.width);
  info.image_height = static_cast<JDIMENSION>(picture.shape.height);
  info.input_components = picture.shape.channels;
  info.in_color_space = picture.shape.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 95, TRUE);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    auto* row = const_cast<JSAMPROW>(picture.pixels.data()) +
                info.next_scanline * static_cast<std::size_t>(picture.shape.width) *
                    static_cast<std::size_t>(picture.shape.channels);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  std::string content(reinterpret_cast<char*>(data), size);
  jpeg_destroy_compress(&info);
  std::free(data);
  return content;
}

std::string pnm(const Picture& picture) {
  return fmt::format("P{}\n# a comment\n{} {}\n255\n", picture.shape.channels == 1 ? 5 : 6,
                     picture.shape.width, picture.shape.height) +
         std::string(picture.pixels.begin(), picture.pixels.end());
}

std::string png(const Picture& picture) { return encode_png(picture.pixels, picture.shape); }

TEST(Picture, PngAndPnmKeepEveryPixel) {
  for (const int channels : {1, 3}) {
    const Picture picture = gradient(13, 21, channels);
    for (const std::string& content : {png(picture), pnm(picture)}) {
      const Picture read = decode_picture(content, "x");
      EXPECT_EQ(read.shape, picture.shape);
      EXPECT_EQ(read.pixels, picture.pixels);
    }
  }
  const test::TemporaryFolder folder;
  const Picture picture = gradient(3, 4, 1);
  write_png(folder.path() / "a.png", picture.pixels, picture.shape);
  EXPECT_EQ(read_picture(folder.path() / "a.png").pixels, picture.pixels);
}

TEST(Picture, JpegIsNearlyTheSame) {
  for (const int channels : {1, 3}) {
    const Picture picture = gradient(24, 31, channels), read = decode_picture(jpeg(picture), "x");
    ASSERT_EQ(read.shape, picture.shape);
    double difference = 0;
    for (std::size_t i = 0; i < read.pixels.size(); ++i)
      difference += std::abs(read.pixels[i] - picture.pixels[i]);
    EXPECT_LT(difference / static_cast<double>(read.pixels.size()), 4);
  }
}

// JFIF's revision 0.00 (as some scanners write it), stray bytes and the like leave every pixel right.
TEST(Picture, AWarningIsNoDamage) {
  const Picture picture = gradient(24, 31, 3);
  const std::string good = jpeg(picture);
  ASSERT_EQ(good.substr(6, 4), "JFIF");
  std::string revision = good;
  revision[11] = revision[12] = '\0';
  EXPECT_EQ(decode_picture(revision, "x").pixels, decode_picture(good, "x").pixels);
  std::string stray = good;
  stray.insert(20, "\1\2\3");
  EXPECT_EQ(decode_picture(stray, "x").pixels, decode_picture(good, "x").pixels);
  EXPECT_EQ(decode_picture(good + "tail", "x").pixels, decode_picture(good, "x").pixels);
  // Cut within its pixels, with the end marker in place.
  expect_error(ExitCode::bad_input, {"JPEG", "damaged or truncated"},
               [&] { decode_picture(good.substr(0, good.size() - 60) + "\xff\xd9", "x"); });
}

std::string tiff_with_orientation(int orientation, bool big_endian) {
  const auto n = [&](unsigned value, int bytes) {
    std::string text;
    for (int b = 0; b < bytes; ++b) text += static_cast<char>(value >> 8 * (big_endian ? bytes - 1 - b : b));
    return text;
  };
  return (big_endian ? "MM" : "II") + n(42, 2) + n(8, 4) + n(1, 2) + n(0x112, 2) + n(3, 2) + n(1, 4) +
         n(static_cast<unsigned>(orientation), 2) + n(0, 2) + n(0, 4);
}

std::string segment(char marker, const std::string& content) {
  const std::size_t length = content.size() + 2;
  return std::string("\xff") + marker + static_cast<char>(length >> 8) + static_cast<char>(length) + content;
}

std::string chunk(const std::string& type, const std::string& content) {
  const std::string body = type + content;
  const auto crc = static_cast<std::uint32_t>(
      ::crc32(0, reinterpret_cast<const unsigned char*>(body.data()), static_cast<uInt>(body.size())));
  return test::big_endian(static_cast<std::uint32_t>(content.size())) + body + test::big_endian(crc);
}

// EXIF 2.32, table 7: where row 0 and column 0 of what is stored are seen.
TEST(Picture, IsTurnedUpright) {
  const Picture stored{{2, 3, 1}, {1, 2, 3, 4, 5, 6}};
  using Pixels = std::vector<std::uint8_t>;
  const std::vector<Pixels> seen = {{1, 2, 3, 4, 5, 6}, {3, 2, 1, 6, 5, 4}, {6, 5, 4, 3, 2, 1},
                                    {4, 5, 6, 1, 2, 3}, {1, 4, 2, 5, 3, 6}, {4, 1, 5, 2, 6, 3},
                                    {6, 3, 5, 2, 4, 1}, {3, 6, 2, 5, 1, 4}};
  const std::string plain = png(stored);
  constexpr std::size_t after_header = 8 + 25;
  for (int orientation = 1; orientation <= 8; ++orientation)
    for (const bool big_endian : {false, true}) {
      SCOPED_TRACE(orientation);
      std::string turned = plain;
      turned.insert(after_header, chunk("eXIf", tiff_with_orientation(orientation, big_endian)));
      const Picture read = decode_picture(turned, "x");
      EXPECT_EQ(read.pixels, seen[static_cast<std::size_t>(orientation) - 1]);
      EXPECT_EQ(read.shape.height, orientation < 5 ? 2 : 3);
      EXPECT_EQ(read.turned, orientation > 1);
    }
}

TEST(Picture, JpegsAreTurnedUprightToo) {
  const Picture picture = gradient(24, 40, 3);
  const std::string plain = jpeg(picture);
  const Picture stored = decode_picture(plain, "x");
  for (int orientation = 0; orientation <= 9; ++orientation) {
    SCOPED_TRACE(orientation);
    std::string turned = plain;
    turned.insert(2, segment('\xe1', std::string("Exif\0\0", 6) + tiff_with_orientation(orientation, true)));
    const Picture read = decode_picture(turned, "x");
    EXPECT_EQ(read.pixels, upright(stored, std::clamp(orientation, 1, 9) % 9).pixels);
    // Damaged metadata is none.
    for (std::size_t cut = 4; cut < 36; ++cut) {
      std::string broken = plain;
      broken.insert(
          2, segment('\xe1', (std::string("Exif\0\0", 6) + tiff_with_orientation(6, true)).substr(0, cut)));
      EXPECT_EQ(decode_picture(broken, "x").pixels.size(), stored.pixels.size());
    }
  }
}

TEST(Picture, TransparencyIsShownOverTheGroundAnd16BitsBecome8) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.width = 2, image.height = 1;
  image.format = PNG_FORMAT_RGBA;
  const unsigned char pixels[] = {10, 20, 30, 255, 0, 0, 0, 0};
  std::string content(PNG_IMAGE_PNG_SIZE_MAX(image), '\0');
  png_alloc_size_t size = content.size();
  ASSERT_TRUE(png_image_write_to_memory(&image, content.data(), &size, 0, pixels, 0, nullptr));
  EXPECT_EQ(decode_picture(content.substr(0, size), "x").pixels,
            (std::vector<std::uint8_t>{10, 20, 30, 255, 255, 255}));
  EXPECT_EQ(decode_picture(content.substr(0, size), "x", {1, 2, 3}).pixels,
            (std::vector<std::uint8_t>{10, 20, 30, 1, 2, 3}));
  EXPECT_EQ(decode_picture(std::string("P5 2 1 65535\n\xff\xff\x80\x00", 17), "x").pixels,
            (std::vector<std::uint8_t>{255, 128}));
  EXPECT_EQ(decode_picture("P5 2 1 3\n\x01\x03", "x").pixels, (std::vector<std::uint8_t>{85, 255}));
}

TEST(Picture, SaysWhatIsWrong) {
  const auto bad = [](const std::string& content, std::vector<std::string> parts) {
    parts.emplace_back("name");
    expect_error(ExitCode::bad_input, parts, [&] { decode_picture(content, "name"); });
  };
  const Picture picture = gradient(40, 40, 3);
  bad("", {"empty file"});
  bad("GIF8?a", {"PNG, JPEG, WebP", "another kind of file"});
  const std::string a = png(picture), b = jpeg(picture), c = pnm(picture);
  bad(a.substr(0, a.size() / 2), {"PNG", "damaged or truncated"});
  bad(b.substr(0, b.size() / 2), {"JPEG", "damaged or truncated"});
  bad(b.substr(0, 20), {"JPEG"});
  bad(c.substr(0, c.size() - 1), {"truncated", "4800 bytes"});
  bad("P5 100000 100000 255\n", {"64 million pixels", "100000 x 100000"});
  bad("P5 0 5 255\n", {"byte 3", "width"});
  bad("P5 5 x 255\n", {"byte 5", "height", "something else"});
  bad("P5 5 5 70000\n", {"largest value", "65535"});
  bad("P5 99999999999999999999 5 255\n", {"width"});
  std::string huge = a;  // the width in the header chunk, its CRC made right again
  huge.replace(16, 8, std::string("\0\0\xff\xff\0\0\xff\xff", 8));
  const auto crc =
      static_cast<std::uint32_t>(::crc32(0, reinterpret_cast<const unsigned char*>(huge.data()) + 12, 17));
  huge.replace(29, 4, test::big_endian(crc));
  bad(huge, {"64 million pixels", "65535 x 65535"});
}

TEST(Picture, KnowsDarkOnLight) {
  Picture ink{{5, 6, 1}, std::vector<std::uint8_t>(30, 250)};
  for (const std::size_t i : {8u, 9u, 14u, 15u}) ink.pixels[i] = 0;
  EXPECT_TRUE(has_light_border(ink));
  invert(ink);
  EXPECT_FALSE(has_light_border(ink));
  EXPECT_EQ(ink.pixels[8], 255);
}

}  // namespace
}  // namespace tailor
