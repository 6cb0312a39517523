#include "tailor/data/augment.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace tailor {
namespace {

const Key key = Key(11).with(Purpose::augmentation);

Normalization some_normalization(const Shape& shape) {
  Normalization n;
  for (int c = 0; c < shape.channels; ++c) {
    n.mean.push_back(0.25f + 0.125f * static_cast<float>(c));
    n.deviation.push_back(0.5f + 0.25f * static_cast<float>(c));
  }
  return n;
}

std::vector<std::uint8_t> some_image(const Shape& shape, std::uint64_t seed = 1) {
  std::vector<std::uint8_t> image(shape.size());
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<std::uint8_t>(Key(seed).bits(i));
  return image;
}

// The definition in augment.h, pixel by pixel in double precision: forward matrix, inverted numerically.
std::vector<double> reference(const std::vector<std::uint8_t>& image, const Shape& shape,
                              const Normalization& normalization, const Augmentation& augmentation,
                              const Variation& v) {
  const auto at = [&](int y, int x, int c) {
    const bool inside = y >= 0 && y < shape.height && x >= 0 && x < shape.width;
    const int place = (y * shape.width + x) * shape.channels + c;
    return inside ? image[static_cast<std::size_t>(place)] / 255.0 : 0.0;
  };
  // x' = scale * rotation * shear * mirror * x
  const double c = std::cos(v.angle) * v.scale, s = std::sin(v.angle) * v.scale, m = v.flip ? -1 : 1;
  const double a = c * m, b = c * v.slant - s, d = s * m, e = s * v.slant + c, determinant = a * e - b * d;
  std::vector<double> out;
  for (int y = 0; y < shape.height; ++y) {
    for (int x = 0; x < shape.width; ++x) {
      const double cx = (shape.width - 1) / 2.0, cy = (shape.height - 1) / 2.0;
      const double px = x - cx - v.right, py = y - cy - v.down;
      const double sx = cx + (e * px - b * py) / determinant, sy = cy + (a * py - d * px) / determinant;
      for (int channel = 0; channel < shape.channels; ++channel) {
        double sum = 0;
        for (int j = -2; j < shape.height + 2; ++j)
          for (int i = -2; i < shape.width + 2; ++i)
            sum +=
                std::max(0.0, 1 - std::abs(sx - i)) * std::max(0.0, 1 - std::abs(sy - j)) * at(j, i, channel);
        out.push_back(sum);
      }
    }
  }
  if (augmentation.brightness > 0 || augmentation.contrast > 0) {
    double mean = 0;
    for (const double value : out) mean += value / static_cast<double>(out.size());
    for (double& value : out) value = std::clamp(mean + v.contrast * (value - mean) + v.brightness, 0.0, 1.0);
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int x = static_cast<int>(i) / shape.channels % shape.width,
              y = static_cast<int>(i) / shape.channels / shape.width;
    if (y >= v.top && y < v.top + v.erased_height && x >= v.left && x < v.left + v.erased_width) out[i] = 0;
    const std::size_t channel = i % normalization.mean.size();
    out[i] = (out[i] - static_cast<double>(normalization.mean[channel])) /
             static_cast<double>(normalization.deviation[channel]);
  }
  return out;
}

struct Case {
  std::string name;
  Augmentation augmentation;
};

const std::vector<Case> cases = {
    {"nothing", {}},
    {"flip", {.flip = 0.5}},
    {"shift", {.shift = 3}},
    {"flip, shift", {.flip = 0.5, .shift = 2}},
    {"shift beyond the image", {.flip = 0.5, .shift = 50}},
    {"part of a pixel", {.flip = 0.5, .shift = 1.5}},
    {"rotation", {.rotation = 180}},
    {"scale", {.scale = 0.9}},
    {"shear", {.shear = 40}},
    {"affine", {.flip = 0.5, .shift = 3, .rotation = 20, .scale = 0.2, .shear = 10}},
    {"erasing", {.erasing = 1, .erasing_area = 0.5}},
    {"light", {.brightness = 0.4, .contrast = 0.6}},
    {"all",
     {.flip = 0.5,
      .shift = 2,
      .rotation = 20,
      .scale = 0.2,
      .shear = 10,
      .erasing = 0.5,
      .erasing_area = 0.3,
      .brightness = 0.2,
      .contrast = 0.3}},
};

TEST(Augment, AgreesWithThePlainReference) {
  for (const Shape shape : {Shape{28, 28, 1}, Shape{5, 8, 3}, Shape{1, 1, 1}, Shape{9, 2, 1}}) {
    const auto image = some_image(shape);
    const Normalization normalization = some_normalization(shape);
    for (const Case& each : cases) {
      const Augmenter augmenter(shape, normalization, each.augmentation);
      std::vector<float> out(shape.size());
      for (std::uint64_t i = 0; i < (shape.height == 28 ? 8u : 40u); ++i) {
        augmenter.apply(image, key.with(i), out.data());
        const auto expected =
            reference(image, shape, normalization, each.augmentation, augmenter.draw(key.with(i)));
        for (std::size_t p = 0; p < out.size(); ++p)
          ASSERT_NEAR(out[p], expected[p], 3e-5)
              << each.name << ", " << shape.height << " x " << shape.width << ", pixel " << p;
      }
    }
  }
}

// Copies of whole pixels and interpolation must be the same picture.
TEST(Augment, FastAndGeneralPathsAgree) {
  const Shape shape{12, 7, 3};
  const auto image = some_image(shape);
  const Normalization normalization = some_normalization(shape);
  const Augmenter fast(shape, normalization, {.flip = 1, .shift = 3});
  const Augmenter general(shape, normalization, {.rotation = 1});
  std::vector<float> a(shape.size()), b(shape.size());
  for (std::uint64_t i = 0; i < 20; ++i) {
    const Variation v = fast.draw(key.with(i));
    fast.vary(image, v, a.data());
    general.vary(image, v, b.data());
    for (std::size_t p = 0; p < a.size(); ++p) ASSERT_NEAR(a[p], b[p], 2e-6);
  }
}

TEST(Augment, NormalizeConvertsMirrorsAndShifts) {
  const Shape shape{1, 4, 1};
  const std::vector<std::uint8_t> image = {0, 51, 102, 255};
  const Augmenter augmenter(shape, {{0.2f}, {0.5f}}, {.flip = 1, .shift = 2, .noise = 1});
  const auto expect = [&](bool flip, int right, int down, std::vector<float> values) {
    std::vector<float> out(4);
    augmenter.normalize(image, out.data(), flip, right, down);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(out[i], (values[i] - 0.2f) / 0.5f, 1e-6f) << i;
  };
  expect(false, 0, 0, {0, 0.2f, 0.4f, 1});
  expect(true, 0, 0, {1, 0.4f, 0.2f, 0});
  expect(false, 1, 0, {0, 0, 0.2f, 0.4f});
  expect(true, -1, 0, {0.4f, 0.2f, 0, 0});
  expect(false, 0, 1, {0, 0, 0, 0});
  expect(false, 9, 0, {0, 0, 0, 0});
  expect(true, -9, 0, {0, 0, 0, 0});
}

TEST(Augment, IsAFunctionOfTheKey) {
  const Shape shape{8, 8, 1};
  const auto image = some_image(shape);
  const Augmentation all{.flip = 0.5,
                         .shift = 2,
                         .rotation = 9,
                         .erasing = 0.5,
                         .erasing_area = 0.3,
                         .contrast = 0.2,
                         .noise = 0.1};
  const Augmenter one(shape, some_normalization(shape), all), two(shape, some_normalization(shape), all);
  std::vector<float> a(64), b(64), c(64);
  one.apply(image, key.with(1), a.data());
  one.apply(image, key.with(2), c.data());
  two.apply(image, key.with(1), b.data());
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
}

TEST(Augment, ShiftsAreWholeAndUniformWhenTheirRangeIsWhole) {
  const Augmenter whole({28, 28, 1}, {{0}, {1}}, {.flip = 0.25, .shift = 2}),
      real({28, 28, 1}, {{0}, {1}}, {.shift = 0.5});
  int counts[5] = {}, flips = 0;
  std::set<double> reals;
  for (std::uint64_t i = 0; i < 10000; ++i) {
    const Variation v = whole.draw(key.with(i));
    ASSERT_EQ(v.right, std::floor(v.right));
    ++counts[static_cast<int>(v.right) + 2];
    ASSERT_LE(std::abs(v.down), 2);
    flips += v.flip;
    const double right = real.draw(key.with(i)).right;
    ASSERT_LE(std::abs(right), 0.5);
    reals.insert(right);
  }
  for (const int n : counts) EXPECT_NEAR(n, 2000, 200);
  EXPECT_NEAR(flips, 2500, 220);
  EXPECT_EQ(reals.size(), 10000u);
}

TEST(Augment, RangesAreAsSettled) {
  const Augmentation a{.rotation = 30,
                       .scale = 0.2,
                       .shear = 45,
                       .erasing = 0.4,
                       .erasing_area = 0.25,
                       .brightness = 0.1,
                       .contrast = 0.3};
  const Augmenter augmenter({28, 20, 1}, {{0}, {1}}, a);
  int erased = 0;
  double largest_angle = 0, largest_share = 0;
  for (std::uint64_t i = 0; i < 10000; ++i) {
    const Variation v = augmenter.draw(key.with(i));
    largest_angle = std::max(largest_angle, std::abs(v.angle));
    ASSERT_TRUE(v.scale >= 0.8 && v.scale <= 1.2);
    ASSERT_LE(std::abs(v.slant), 1.0001);
    ASSERT_LE(std::abs(v.brightness), 0.1);
    ASSERT_TRUE(v.contrast >= 0.7 && v.contrast <= 1.3);
    ASSERT_TRUE(v.top >= 0 && v.left >= 0 && v.top + v.erased_height <= 28 && v.left + v.erased_width <= 20);
    erased += v.erased_height > 0;
    largest_share = std::max(largest_share, v.erased_height * v.erased_width / 560.0);
  }
  EXPECT_NEAR(largest_angle, 0.5236, 0.001);
  EXPECT_NEAR(erased, 4000, 250);
  EXPECT_NEAR(largest_share, 0.25, 0.02);
}

TEST(Augment, NoiseHasItsMoments) {
  const Shape shape{100, 100, 1};
  const std::vector<std::uint8_t> image(shape.size(), 51);
  const Augmenter augmenter(shape, {{0.2f}, {0.5f}}, {.noise = 0.1});
  std::vector<float> out(shape.size());
  augmenter.apply(image, key, out.data());
  double sum = 0, squares = 0, product = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double z = static_cast<double>(out[i]) / 0.2;  // 0.1 of full range over a deviation of 0.5
    sum += z, squares += z * z;
    if (i > 0) product += z * static_cast<double>(out[i - 1]) / 0.2;
  }
  EXPECT_NEAR(sum / 1e4, 0, 0.04);
  EXPECT_NEAR(squares / 1e4, 1, 0.05);
  EXPECT_NEAR(product / 1e4, 0, 0.04);
}

TEST(Augment, UpsideDownIsTheRowsInReverse) {
  for (const bool general : {false, true}) {
    const Shape shape{5, 4, 3};
    const auto image = some_image(shape);
    Augmentation a{.shift = general ? 0.5 : 0, .vertical_flip = 1};
    const Augmenter augmenter(shape, some_normalization(shape), a), plain(shape, some_normalization(shape));
    Variation v;
    v.vertical_flip = true;
    std::vector<float> out(shape.size()), expected(shape.size());
    augmenter.vary(image, v, out.data());
    plain.normalize(image, expected.data());
    for (int y = 0; y < 5; ++y)
      for (int i = 0; i < 12; ++i)
        EXPECT_NEAR(out[static_cast<std::size_t>(12 * y + i)],
                    expected[static_cast<std::size_t>(12 * (4 - y) + i)], 1e-5);
  }
}

// A ramp along each axis stays one: the part that is cut out, with centres where they belong.
TEST(Augment, ACutOutPartIsEnlarged) {
  const Shape shape{20, 30, 1};
  std::vector<std::uint8_t> image;
  for (int y = 0; y < 20; ++y)
    for (int x = 0; x < 30; ++x) image.push_back(static_cast<std::uint8_t>(3 * x + 5 * y));
  const Augmenter augmenter(shape, {{0.0f}, {1.0f}}, {.crop_area = 0.1});
  Variation v;
  v.crop_top = 0.25, v.crop_left = 0.5, v.crop_height = 0.5, v.crop_width = 1.0 / 3;
  std::vector<float> out(shape.size());
  augmenter.vary(image, v, out.data());
  for (int y = 0; y < 20; ++y)
    for (int x = 0; x < 30; ++x) {
      const double from_x = 15 + (x + 0.5) / 3 - 0.5, from_y = 5 + (y + 0.5) / 2 - 0.5;
      EXPECT_NEAR(255 * out[static_cast<std::size_t>(30 * y + x)], 3 * from_x + 5 * from_y, 0.01);
    }
  double least = 1;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const Variation drawn = augmenter.draw(key.with(i));
    EXPECT_GE(drawn.crop_top, 0);
    EXPECT_LE(drawn.crop_top + drawn.crop_height, 1 + 1e-12);
    EXPECT_LE(drawn.crop_left + drawn.crop_width, 1 + 1e-12);
    least = std::min(least, drawn.crop_height * drawn.crop_width);
  }
  EXPECT_NEAR(least, 0.1, 0.01);
}

TEST(Augment, ColoursTurnAroundTheGreys) {
  const Shape shape{1, 3, 3};
  const std::vector<std::uint8_t> image = {77, 77, 77, 200, 100, 50, 60, 120, 90};
  const Augmenter augmenter(shape, {{0, 0, 0}, {1, 1, 1}}, {.saturation = 0.5, .hue = 90, .grey = 0.1});
  const auto varied = [&](double saturation, double hue) {
    Variation v;
    v.saturation = saturation, v.hue = hue;
    std::vector<float> out(9);
    augmenter.vary(image, v, out.data());
    for (float& value : out) value *= 255;
    return out;
  };
  const auto luminance = [](const std::vector<float>& x, std::size_t p) {
    return 0.299 * x[3 * p] + 0.587 * x[3 * p + 1] + 0.114 * x[3 * p + 2];
  };
  const std::vector<float> same = varied(1, 0);
  for (std::size_t i = 0; i < 9; ++i) EXPECT_NEAR(same[i], image[i], 0.3);  // NTSC's matrix has three digits
  const std::vector<float> grey = varied(0, 1);
  for (std::size_t i = 0; i < 9; ++i) EXPECT_NEAR(grey[i], luminance(same, i / 3), 0.5);
  for (const double hue : {-0.3, 0.4}) {
    const std::vector<float> turned = varied(0.9, hue);
    for (std::size_t p = 0; p < 3; ++p) EXPECT_NEAR(luminance(turned, p), luminance(same, p), 1) << p;
    for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(turned[c], 77, 0.5) << "greys stay";
    EXPECT_GT(std::abs(turned[3] - same[3]) + std::abs(turned[4] - same[4]), 5);
  }
  // One channel has no colours.
  const Augmenter one({1, 3, 1}, {{0.0f}, {1.0f}}, {.saturation = 0.5, .hue = 90, .grey = 1});
  std::vector<float> out(3);
  one.apply(std::vector<std::uint8_t>{1, 2, 3}, key, out.data());
  for (std::size_t i = 0; i < 3; ++i) EXPECT_FLOAT_EQ(out[i], static_cast<float>(i + 1) / 255);
}

}  // namespace
}  // namespace tailor
