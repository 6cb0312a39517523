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

}  // namespace
}  // namespace tailor
