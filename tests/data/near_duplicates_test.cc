#include "tailor/data/near_duplicates.h"

#include <gtest/gtest.h>

#include "data/scenes.h"

namespace tailor {
namespace {

using test::add;
using test::scene;
using test::set_of;
using test::side;

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

// Of very many candidates only the nearest hashes are compared: an equal image has the nearest.
TEST(NearDuplicates, AreFoundAmongManyThatLookAlike) {
  constexpr std::uint64_t many = 3000, wanted = 2950;
  std::vector<std::uint8_t> trained, tested;
  for (std::uint64_t i = 0; i < many; ++i) add(trained, scene(1), 1, 0, 20, i);
  add(tested, scene(1), 1, 0, 20, wanted);
  add(tested, scene(1), 1, 0, 20, many);
  const ImageSet first = set_of(trained), second = set_of(tested);
  const NearDuplicates found =
      near_duplicates_between(whole_part("training", first), whole_part("test", second));
  ASSERT_EQ(found.pairs.size(), 1u);
  EXPECT_EQ(found.pairs[0].first, wanted);
  EXPECT_EQ(found.pairs[0].second, 0u);
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
