#include "tailor/interop/onnx/axes.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tailor::onnx {
namespace {

using ::testing::ElementsAre;
using Sizes = std::vector<std::int64_t>;

const Shape map{2, 3, 4};

TEST(OnnxAxes, FlatteningKeepsWhatEachPlaceMeans) {
  const auto flat = reshaped(nchw(5, map), Sizes{5, 24});
  ASSERT_TRUE(flat);
  // Channel by channel in ONNX, pixel by pixel here: the second value is the first channel's second pixel.
  const std::vector<std::int64_t> rows = places((*flat)[1], map);
  ASSERT_EQ(rows.size(), 24u);
  EXPECT_EQ(rows[1], 4);
  EXPECT_EQ(rows[3], 12);
  EXPECT_EQ(rows[6], 1);
  const auto other = reshaped(nhwc(5, map), Sizes{5, 24});
  ASSERT_TRUE(other);
  EXPECT_EQ(places((*other)[1], map)[6], 6);
}

TEST(OnnxAxes, ReshapesThatMixMeaningsAreNone) {
  EXPECT_FALSE(reshaped(nchw(5, map), Sizes{24, 5}));
  EXPECT_FALSE(reshaped(nchw(5, map), Sizes{5, 3, 8}));  // 3 channels of 4 and a bit of the rest
  EXPECT_FALSE(reshaped(nchw(5, map), Sizes{5, 23}));
  EXPECT_FALSE(reshaped(nchw(5, map), Sizes{5, 24, 0}));
  EXPECT_TRUE(reshaped(nchw(5, map), Sizes{5, 1, 2, 1, 2, 6}));
}

TEST(OnnxAxes, GroupsOfChannelsCanBeTurnedAndPutBack) {
  auto grouped = reshaped(nchw(1, map), Sizes{1, 2, 2, 2, 3});
  ASSERT_TRUE(grouped);
  std::swap((*grouped)[1], (*grouped)[2]);
  const auto back = reshaped(*grouped, Sizes{1, 4, 2, 3});
  ASSERT_TRUE(back);
  EXPECT_FALSE(is_whole((*back)[1], Axis::channel, 4));
  EXPECT_THAT(places((*back)[1], map), ElementsAre(0, 2, 1, 3));
  std::swap((*grouped)[1], (*grouped)[2]);
  EXPECT_TRUE(is_whole((*reshaped(*grouped, Sizes{1, 4, 2, 3}))[1], Axis::channel, 4));
}

TEST(OnnxAxes, ConstantsForEachChannelAreFoundInAnyLayout) {
  EXPECT_THAT(channel_indices(nchw(5, map), Sizes{4, 1, 1}, 4), testing::Optional(ElementsAre(0, 1, 2, 3)));
  EXPECT_THAT(channel_indices(nhwc(5, map), Sizes{4}, 4), testing::Optional(ElementsAre(0, 1, 2, 3)));
  EXPECT_FALSE(channel_indices(nchw(5, map), Sizes{3}, 4));  // one for each column
  EXPECT_FALSE(channel_indices(nchw(5, map), Sizes{2, 1, 1}, 4));
  const auto grouped = reshaped(nchw(5, map), Sizes{5, 2, 2, 2, 3});
  EXPECT_THAT(channel_indices(*grouped, Sizes{2, 1, 1, 1}, 4), testing::Optional(ElementsAre(0, 0, 1, 1)));
}

}  // namespace
}  // namespace tailor::onnx
