#include "tailor/data/split.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "data/files.h"
#include "tailor/base/hash.h"
#include "tailor/data/dataset.h"

namespace tailor {
namespace {

std::vector<std::uint16_t> uneven_labels() {
  std::vector<std::uint16_t> labels;
  for (const auto& [label, n] : {std::pair{0, 7}, {1, 100}, {3, 1}, {4, 333}})  // no image of class 2
    labels.insert(labels.end(), static_cast<std::size_t>(n), static_cast<std::uint16_t>(label));
  return labels;
}

TEST(Split, IsExactDisjointAscendingAndStratified) {
  const auto labels = uneven_labels();
  for (const auto& [train, validation] :
       {std::pair<std::size_t, std::size_t>{294, 147}, {440, 1}, {1, 440}, {1, 1}, {97, 31}}) {
    const Split split = stratified_split(labels, train, validation, 5);
    EXPECT_EQ(split.train.size(), train);
    EXPECT_EQ(split.validation.size(), validation);
    std::set<std::uint32_t> all(split.train.begin(), split.train.end());
    all.insert(split.validation.begin(), split.validation.end());
    EXPECT_EQ(all.size(), train + validation);
    EXPECT_LT(*all.rbegin(), labels.size());
    EXPECT_TRUE(std::is_sorted(split.train.begin(), split.train.end()));
    EXPECT_TRUE(std::is_sorted(split.validation.begin(), split.validation.end()));
    for (const std::uint16_t label : std::vector<std::uint16_t>{0, 1, 3, 4}) {
      const double n = static_cast<double>(std::count(labels.begin(), labels.end(), label));
      const auto in = [&](const std::vector<std::uint32_t>& part) {
        return static_cast<double>(
            std::count_if(part.begin(), part.end(), [&](auto i) { return labels[i] == label; }));
      };
      const double total = static_cast<double>(labels.size());
      EXPECT_LT(std::abs(in(split.train) - n * static_cast<double>(train) / total), 2);
      EXPECT_LT(std::abs(in(split.validation) - n * static_cast<double>(validation) / total), 2);
    }
  }
}

TEST(Split, DependsOnTheSeedAndNothingElse) {
  const auto labels = uneven_labels();
  const Split split = stratified_split(labels, 300, 100, 1);
  EXPECT_EQ(stratified_split(labels, 300, 100, 1).train, split.train);
  EXPECT_EQ(stratified_split(labels, 300, 100, 1).hash, split.hash);
  EXPECT_NE(stratified_split(labels, 300, 100, 2).train, split.train);
  EXPECT_NE(stratified_split(labels, 300, 100, 2).hash, split.hash);
  EXPECT_EQ(split.seed, 1u);
}

TEST(Split, HashIsOverLengthsAndIndices) {
  const std::vector<std::uint16_t> labels = {0, 1};
  const Split split = stratified_split(labels, 1, 1, 3);
  const auto list = [](std::uint32_t i) {
    return std::string("\1\0\0\0\0\0\0\0", 8) + static_cast<char>(i) + std::string(3, '\0');
  };
  EXPECT_EQ(split.hash, sha256(list(split.train[0]) + list(split.validation[0])));
}

TEST(Split, RefusesImpossibleSizes) {
  const auto labels = uneven_labels();
  test::expect_error(ExitCode::usage, {"0:5", "at least one"}, [&] { stratified_split(labels, 0, 5, 1); });
  test::expect_error(ExitCode::usage, {"5:0", "at least one"}, [&] { stratified_split(labels, 5, 0, 1); });
  test::expect_error(ExitCode::usage, {"400:42", "441"}, [&] { stratified_split(labels, 400, 42, 1); });
  test::expect_error(ExitCode::usage, {"441"}, [&] { stratified_split(labels, 1, ~std::size_t{0}, 1); });
}

TEST(SplitSizes, AreCountsOrShares) {
  using Sizes = std::pair<std::size_t, std::size_t>;
  EXPECT_EQ(split_sizes("40000:20000", 60000, "--split"), Sizes(40000, 20000));
  EXPECT_EQ(split_sizes("2:1", 60000, "--split"), Sizes(40000, 20000));
  EXPECT_EQ(split_sizes("80:20", 10, "--split"), Sizes(8, 2));
}

TEST(SplitSizes, AnythingElseIsRefused) {
  for (const char* text : {"1:-1", "-1:2", "+1:2", " 1:2", "1: 2", "1:2 ", "0:1", "1:0", "1", "1:", ":1",
                           "1:2:3", "1.5:2", "18446744073709551615:1", "99999999999:1", "x:1", ""})
    test::expect_error(ExitCode::usage, {"--split: expected TRAIN:VALIDATION", text},
                       [&] { split_sizes(text, 300, "--split"); });
}

// The split that every result of this project starts from: it must never change.
TEST(Split, OfFashionMnistIsFixed) {
  const ImageSet set = open_dataset("fashion-mnist")->read_train();
  const Split split = stratified_split(set.labels, 40000, 20000, 1);
  std::array<int, 10> train{}, validation{};
  for (const auto i : split.train) ++train[set.labels[i]];
  for (const auto i : split.validation) ++validation[set.labels[i]];
  for (const int n : validation) EXPECT_EQ(n, 2000);
  for (const int n : train) EXPECT_EQ(n, 4000);
  EXPECT_EQ(split.hash, "648b2d08fdf168b68f0e356c31a334c5586b5505cf4a85f70c20d3421d14d2e2");
}

// 60 patients with 1 to 9 pictures each, of three classes.
ImageSet patients() {
  ImageSet images;
  images.shape = {1, 1, 1};
  for (std::uint32_t g = 0; g < 60; ++g)
    for (std::uint32_t i = 0; i < 1 + g * 7 % 9; ++i) {
      images.labels.push_back(static_cast<std::uint16_t>((g + i / 4) % 3));
      images.groups.push_back(1000 + g * 13 % 60);
    }
  images.pixels = std::vector<std::uint8_t>(images.count());
  return images;
}

TEST(GroupedSplit, KeepsGroupsTogetherAndClassesInProportion) {
  const ImageSet images = patients();
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Split split = make_split("3:1", images, seed, "--split");
    std::set<std::uint32_t> train, validation;
    std::array<double, 3> in_train{}, in_all{};
    for (const std::uint32_t i : split.train) train.insert(images.groups[i]), ++in_train[images.labels[i]];
    for (const std::uint32_t i : split.validation) validation.insert(images.groups[i]);
    for (const std::uint16_t label : images.labels) ++in_all[label];
    for (const std::uint32_t group : train) EXPECT_EQ(validation.count(group), 0u);
    EXPECT_EQ(split.train.size() + split.validation.size(), images.count());
    for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(in_train[c] / in_all[c], 0.75, 0.08) << "class " << c;
    const Split again = split_images(images, split.train.size(), split.validation.size(), seed);
    EXPECT_EQ(again.hash, split.hash) << "what is recorded gives it again";
  }
  EXPECT_NE(make_split("3:1", images, 1, "").hash, make_split("3:1", images, 2, "").hash);
}

TEST(GroupedSplit, LeavesOutWhatIsNotAskedFor) {
  const ImageSet images = patients();
  const Split split = make_split("150:60", images, 1, "--split");
  EXPECT_NEAR(static_cast<double>(split.train.size()), 150, 8);
  EXPECT_NEAR(static_cast<double>(split.validation.size()), 60, 8);
}

TEST(GroupedSplit, NeedsTwoGroups) {
  ImageSet images = patients();
  std::fill(images.groups.begin(), images.groups.end(), 1u);
  test::expect_error(ExitCode::usage, {"at least two groups", "got 1"},
                     [&] { make_split(std::nullopt, images, 1, "--split"); });
}

TEST(GivenSplit, IsUsedAsItIs) {
  ImageSet images = patients();
  images.validation_begin = 200;
  const Split split = make_split(std::nullopt, images, 9, "--split");
  ASSERT_EQ(split.train.size(), 200u);
  EXPECT_EQ(split.train.back(), 199u);
  EXPECT_EQ(split.validation.front(), 200u);
  EXPECT_EQ(split.validation.size(), images.count() - 200);
  test::expect_error(ExitCode::usage, {"--split", "validation images of its own", "leave it out"},
                     [&] { make_split("2:1", images, 1, "--split"); });
  test::expect_error(ExitCode::usage, {"parts of its own"}, [&] { split_images(images, 100, 50, 1); });
}

}  // namespace
}  // namespace tailor
