#include "tailor/data/usual_ground.h"

#include <vector>

#include <gtest/gtest.h>

namespace tailor {
namespace {

TEST(UsualGround, IsTheMedianOfTheBorders) {
  ImageSet images{{3, 3, 1}, {}, {0, 1}, ""};
  images.pixels = {245, 245, 240, 245, 0, 250, 245, 245, 245, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  const std::vector<std::uint32_t> first = {0}, both = {0, 1};
  EXPECT_EQ(usual_ground(images, first), (Ground{245, 245, 245}));
  images.pixels = {0,   0,   0, 0, 0, 0, 0, 0, 0,
                   255, 255, 0, 0, 0, 0, 0, 0, 0};  // more dark ones than light ones
  EXPECT_EQ(usual_ground(images, std::vector<std::uint32_t>{1}), black_ground);
  ImageSet colour{{1, 2, 3}, {1, 2, 3, 1, 2, 3}, {0}, ""};
  EXPECT_EQ(usual_ground(colour, std::vector<std::uint32_t>{0}), (Ground{1, 2, 3}));
}

}  // namespace
}  // namespace tailor
