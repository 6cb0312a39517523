#include "tailor/data/inspect.h"

#include "data/files.h"
#include "tailor/data/dataset.h"
#include "tailor/data/split.h"

namespace tailor {
namespace {

// One-pixel images with these values and labels.
ImageSet set_of(std::vector<std::uint8_t> values, std::vector<std::uint16_t> labels) {
  return {{1, 1, 1}, std::move(values), std::move(labels), ""};
}

TEST(Inspect, CountsClasses) {
  const ImageSet set = set_of({1, 2, 3, 4}, {2, 0, 2, 2});
  EXPECT_EQ(class_counts(whole_part("all", set), 4), (std::vector<std::size_t>{1, 0, 3, 0}));
  EXPECT_EQ(class_counts({"some", &set, {1, 3}}, 3), (std::vector<std::size_t>{1, 0, 1}));
}

TEST(Inspect, FindsDuplicatesWithinAPart) {
  const ImageSet set = set_of({5, 6, 5, 7, 5, 7}, {0, 0, 1, 2, 0, 2});
  const Duplicates found = duplicates_within(whole_part("all", set), 3);
  EXPECT_EQ(found.groups, 2u);
  EXPECT_EQ(found.pairs, 4u);           // 0=2, 0=4, 2=4, 3=5
  EXPECT_EQ(found.contradictions, 2u);  // 0=2, 2=4
  ASSERT_EQ(found.examples.size(), 3u);
  EXPECT_EQ(found.examples[0].first, 0u);
  EXPECT_EQ(found.examples[0].second, 2u);
  EXPECT_FALSE(found.examples[0].same_label);
  EXPECT_FALSE(found.examples[1].same_label) << "those of other labels are first";
  EXPECT_TRUE(found.examples[2].same_label);
  EXPECT_EQ(duplicates_within({"some", &set, {0, 1, 3}}).groups, 0u);
}

TEST(Inspect, FindsDuplicatesBetweenParts) {
  const ImageSet a = set_of({5, 6, 5, 8}, {0, 0, 1, 1}), b = set_of({9, 8, 5, 9}, {0, 1, 0, 0});
  const Duplicates found = duplicates_between(whole_part("a", a), whole_part("b", b));
  EXPECT_EQ(found.groups, 2u);
  EXPECT_EQ(found.pairs, 3u);           // 0=2, 2=2, 3=1
  EXPECT_EQ(found.contradictions, 1u);  // 2=2
  ASSERT_EQ(found.examples.size(), 3u);
  EXPECT_EQ(found.examples[0].first, 2u) << "of other labels";
  EXPECT_EQ(found.examples[0].second, 2u);
  EXPECT_EQ(found.examples[1].first, 0u);
  const ImageSet other{{1, 2, 1}, {5, 5}, {0}, ""};
  EXPECT_EQ(duplicates_between(whole_part("a", a), whole_part("other", other)).groups, 0u);
}

TEST(Inspect, ManyEqualImagesAreCountedNotListed) {
  const ImageSet set = set_of(std::vector<std::uint8_t>(60000, 0), std::vector<std::uint16_t>(60000, 1));
  const Duplicates found = duplicates_within(whole_part("all", set), 5);
  EXPECT_EQ(found.pairs, 60000u * 59999u / 2);
  EXPECT_EQ(found.contradictions, 0u);
  EXPECT_EQ(found.examples.size(), 5u);
}

// The release of September 2017 and later has none: the duplicates that are often cited were in the first
// one.
TEST(Inspect, FashionMnistHasNoExactDuplicates) {
  const auto data = open_dataset("fashion-mnist");
  const ImageSet train = data->read_train(), test = data->read_test();
  EXPECT_EQ(duplicates_within(whole_part("train", train)).pairs, 0u);
  EXPECT_EQ(duplicates_within(whole_part("test", test)).pairs, 0u);
  EXPECT_EQ(duplicates_between(whole_part("train", train), whole_part("test", test)).pairs, 0u);
  ImageSet leaked = train;  // so that a zero means something
  std::vector<std::uint8_t> pixels(train.pixels.begin(), train.pixels.end());
  std::copy_n(test.image(77).begin(), 784, pixels.begin() + 784 * 123);
  leaked.pixels = std::move(pixels);
  const Duplicates found = duplicates_between(whole_part("train", leaked), whole_part("test", test));
  ASSERT_EQ(found.pairs, 1u);
  EXPECT_EQ(found.examples[0].first, 123u);
  EXPECT_EQ(found.examples[0].second, 77u);
}

TEST(Inspect, ContactSheetShowsEachClassInItsRow) {
  ImageSet set{{28, 28, 1}, {}, {1, 0, 1, 1}, ""};
  std::vector<std::uint8_t> pixels;
  for (const int value : {10, 20, 30, 40}) pixels.insert(pixels.end(), 784, static_cast<std::uint8_t>(value));
  set.pixels = std::move(pixels);
  const Picture sheet = contact_sheet(whole_part("all", set), 3, 2);
  ASSERT_EQ(sheet.shape, (Shape{3 * 30 + 2, 2 * 30 + 2, 1}));
  const auto at = [&](int row, int column) {
    const int place = (2 + 30 * row + 14) * sheet.shape.width + 2 + 30 * column + 14;
    return sheet.pixels[static_cast<std::size_t>(place)];
  };
  EXPECT_EQ(at(0, 0), 20);
  EXPECT_EQ(at(0, 1), 96);
  EXPECT_EQ(at(1, 0), 10);
  EXPECT_EQ(at(1, 1), 30);
  EXPECT_EQ(at(2, 0), 96);
  const ImageSet large{{3, 300, 3}, std::vector<std::uint8_t>(2700, 200), {0}, ""};
  EXPECT_EQ(contact_sheet(whole_part("all", large), 1, 1).shape, (Shape{5, 68, 3}));
}

}  // namespace
}  // namespace tailor
