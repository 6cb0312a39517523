#include "tailor/data/near_duplicates.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "tailor/base/random.h"

namespace tailor {
namespace {

constexpr int side = 32;

// A made-up photograph: smooth hills of random places, heights and widths.
std::vector<double> scene(std::uint64_t seed) {
  std::vector<double> values(side * side, 90);
  for (std::uint64_t hill = 0; hill < 12; ++hill) {
    const Key key = Key(seed).with(hill);
    const double cx = side * key.uniform(0), cy = side * key.uniform(1), width = 2 + 6 * key.uniform(2),
                 height = 160 * (key.uniform(3) - 0.5);
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x)
        values[static_cast<std::size_t>(y * side + x)] +=
            height * std::exp(-((x - cx) * (x - cx) + (y - cy) * (y - cy)) / (2 * width * width));
  }
  return values;
}

void add(std::vector<std::uint8_t>& pixels, const std::vector<double>& scene, double contrast,
         double brightness, double noise, std::uint64_t seed) {
  for (std::size_t i = 0; i < scene.size(); ++i)
    pixels.push_back(static_cast<std::uint8_t>(
        std::clamp(contrast * scene[i] + brightness + noise * (Key(seed).uniform(i) - 0.5), 0.0, 255.0)));
}

ImageSet set_of(std::vector<std::uint8_t> pixels) {
  ImageSet set;
  set.shape = {side, side, 1};
  set.labels.resize(pixels.size() / (side * side));
  for (std::size_t i = 0; i < set.labels.size(); ++i) set.labels[i] = static_cast<std::uint16_t>(i % 5);
  set.pixels = std::move(pixels);
  return set;
}

TEST(NearDuplicates, FindsTheSamePhotographAndNoOther) {
  std::vector<std::uint8_t> trained, tested;
  for (std::uint64_t i = 0; i < 300; ++i) add(trained, scene(i), 1, 0, 2, i);
  // Every third test image is one of the training images: darker, of less contrast, with other noise.
  for (std::uint64_t i = 0; i < 90; ++i)
    i % 3 == 0 ? add(tested, scene(2 * i), 0.8, -5, 2, 1000 + i) : add(tested, scene(5000 + i), 1, 0, 4, i);
  const ImageSet first = set_of(trained), second = set_of(tested);
  const NearDuplicates found =
      near_duplicates_between(whole_part("training", first), whole_part("test", second));
  EXPECT_EQ(found.images, 30u);
  ASSERT_EQ(found.pairs.size(), 30u);
  for (std::size_t p = 0; p < found.pairs.size(); ++p) {
    EXPECT_EQ(found.pairs[p].second, 3 * p);
    EXPECT_EQ(found.pairs[p].first, 6 * p);
    EXPECT_EQ(found.pairs[p].same_label, 6 * p % 5 == 3 * p % 5);
  }
  const Picture sheet =
      near_duplicates_sheet(whole_part("training", first), whole_part("test", second), found);
  EXPECT_EQ(sheet.shape, (Shape{5 * (side + 2) + 2, 6 * (2 * side + 4) + 2, 1}));
}

TEST(NearDuplicates, FlatSmallAndOtherImagesHaveNone) {
  std::vector<std::uint8_t> flat(4 * side * side, 7);
  const ImageSet all = set_of(flat);
  EXPECT_EQ(near_duplicates_between(whole_part("a", all), whole_part("b", all)).images, 0u);
  ImageSet small;
  small.shape = {8, 8, 1};
  small.labels = {0};
  small.pixels = std::vector<std::uint8_t>(64, 3);
  EXPECT_EQ(near_duplicates_between(whole_part("a", small), whole_part("b", small)).images, 0u);
  EXPECT_EQ(near_duplicates_between(whole_part("a", all), whole_part("b", small)).images, 0u);
}

}  // namespace
}  // namespace tailor
