#include "tailor/data/pictures/fit.h"

#include "data/files.h"
#include "data/pictures/golden_pictures.h"
#include "data/pictures/made_up.h"

namespace tailor {
namespace {

using test::gradient;

// Pillow's Image.resize(…, BILINEAR) and torchvision's Resize and CenterCrop, to the bit.
TEST(Fit, GivesWhatPillowGives) {
  ASSERT_GT(test::golden_pictures().fits.size(), 15u);
  for (const test::GoldenFit& golden : test::golden_pictures().fits) {
    const Shape &from = golden.from, &to = golden.picture.shape;
    SCOPED_TRACE(
        fmt::format("{}x{} to {}x{}, {}", from.height, from.width, to.height, to.width, name_of(golden.fit)));
    const Picture fitted = fit_picture(test::made_up(from.height, from.width, from.channels), to, golden.fit);
    EXPECT_EQ(fitted.shape, to);
    EXPECT_EQ(fitted.pixels, golden.picture.pixels);
  }
}

TEST(Fit, PaddingKeepsTheAspectAndCentres) {
  Picture white{{10, 20, 1}, std::vector<std::uint8_t>(200, 255)};
  const Picture fitted = fit_picture(white, {28, 28, 1}, Fit::pad);  // 28 x 14, rows 7 to 20
  for (int y = 0; y < 28; ++y)
    for (int x = 0; x < 28; ++x)
      ASSERT_EQ(fitted.pixels[static_cast<std::size_t>(28 * y + x)], y >= 7 && y < 21 ? 255 : 0) << y;
  const Picture on_light = fit_picture(white, {28, 28, 3}, Fit::pad, {200, 210, 220});
  EXPECT_EQ(on_light.pixels[0], 200);
  EXPECT_EQ(on_light.pixels[28 * 28 * 3 - 1], 220);
  EXPECT_EQ(on_light.pixels[28 * 14 * 3], 255);
  const Picture same = gradient(28, 28, 1);
  EXPECT_EQ(fit_picture(same, same.shape, Fit::pad).pixels, same.pixels);
  const Picture line = fit_picture({{1, 5000, 1}, std::vector<std::uint8_t>(5000, 9)}, {28, 28, 1}, Fit::pad);
  EXPECT_EQ(line.pixels[13 * 28 + 5], 9);
}

TEST(Fit, ShrinkingAveragesAndEnlargingInterpolates) {
  Picture stripes{{64, 64, 1}, {}};
  for (int i = 0; i < 64 * 64; ++i) stripes.pixels.push_back(i % 2 ? 200 : 100);
  const Picture average = fit_picture(stripes, {8, 8, 1}, Fit::pad);
  for (const int value : average.pixels) EXPECT_NEAR(value, 150, 4);
  const Picture wide = fit_picture({{1, 2, 1}, {0, 200}}, {4, 8, 1}, Fit::pad);
  const std::vector<std::uint8_t> row(wide.pixels.begin() + 8, wide.pixels.begin() + 16);
  EXPECT_EQ(row, (std::vector<std::uint8_t>{0, 0, 25, 75, 125, 175, 200, 200}));
}

// Pictures that are as narrow as can be: nothing large is made of them on the way.
TEST(Fit, TakesEveryAspect) {
  for (const Fit fit : {Fit::crop, Fit::pad, Fit::stretch})
    for (const Shape& shape : {Shape{1, 3'000'000, 1}, Shape{3'000'000, 1, 1}}) {
      const Picture fitted =
          fit_picture({shape, std::vector<std::uint8_t>(shape.size(), 100)}, {28, 28, 3}, fit, {1, 2, 3});
      ASSERT_EQ(fitted.pixels.size(), 28u * 28 * 3);
      EXPECT_NEAR(fitted.pixels[(14 * 28 + 14) * 3], fit == Fit::pad ? 1 : 100, fit == Fit::pad ? 0 : 2);
    }
}

TEST(Fit, HasNames) {
  for (const Fit fit : {Fit::crop, Fit::pad, Fit::stretch}) EXPECT_EQ(fit_named(name_of(fit)), fit);
  EXPECT_FALSE(fit_named("cover"));
  EXPECT_EQ(fit_names(), "crop, pad or stretch");
}

TEST(Fit, ConvertsGreyAndColour) {
  const Picture red{{1, 1, 3}, {255, 0, 0}};
  EXPECT_EQ(fit_picture(red, {1, 1, 1}, Fit::pad).pixels[0], 76);
  const Picture grey{{1, 1, 1}, {7}};
  EXPECT_EQ(fit_picture(grey, {1, 1, 3}, Fit::pad).pixels, (std::vector<std::uint8_t>{7, 7, 7}));
}

TEST(Fit, DescribesWhatWasDone) {
  EXPECT_EQ(describe({.from = {48, 64, 3}, .to = {28, 28, 1}, .turned = true, .inverted = true}),
            "64 x 48 colour -> 28 x 28 grey: turned upright (EXIF), inverted, converted to grey, scaled to "
            "28 x 21, centred on black");
  EXPECT_EQ(describe({.from = {28, 28, 1}, .to = {28, 28, 1}}), "28 x 28 grey -> 28 x 28 grey: unchanged");
  EXPECT_EQ(describe({.from = {48, 64, 3}, .to = {28, 28, 3}, .fit = Fit::crop}),
            "64 x 48 colour -> 28 x 28 colour: scaled to 37 x 28, cropped to 28 x 28");
  EXPECT_EQ(describe({.from = {48, 64, 3}, .to = {28, 28, 3}, .fit = Fit::stretch}),
            "64 x 48 colour -> 28 x 28 colour: stretched to 28 x 28");
  EXPECT_THAT(describe({.from = {20, 28, 1}, .to = {28, 28, 1}, .ground = {245, 245, 245}}),
              testing::EndsWith("centred on grey 245"));
  EXPECT_THAT(describe({.from = {20, 28, 3}, .to = {28, 28, 3}, .ground = {1, 2, 255}}),
              testing::EndsWith("centred on #0102ff"));
}

}  // namespace
}  // namespace tailor
