#include "tailor/math/sobol.h"

#include <array>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace tailor {
namespace {

// The first ten points of the first ten dimensions, as published with the direction numbers (file
// "points" beside new-joe-kuo-6.21201, from sobol.cc of Joe and Kuo), in Gray-code order.
TEST(Sobol, FirstPointsAreThePublishedOnes) {
  const std::vector<std::vector<double>> published = {
      {0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
      {0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5},
      {0.75, 0.25, 0.25, 0.25, 0.75, 0.75, 0.25, 0.75, 0.75, 0.75},
      {0.25, 0.75, 0.75, 0.75, 0.25, 0.25, 0.75, 0.25, 0.25, 0.25},
      {0.375, 0.375, 0.625, 0.875, 0.375, 0.125, 0.375, 0.875, 0.875, 0.625},
      {0.875, 0.875, 0.125, 0.375, 0.875, 0.625, 0.875, 0.375, 0.375, 0.125},
      {0.625, 0.125, 0.875, 0.625, 0.625, 0.875, 0.125, 0.125, 0.125, 0.375},
      {0.125, 0.625, 0.375, 0.125, 0.125, 0.375, 0.625, 0.625, 0.625, 0.875},
      {0.1875, 0.3125, 0.9375, 0.4375, 0.5625, 0.3125, 0.4375, 0.9375, 0.9375, 0.3125},
      {0.6875, 0.8125, 0.4375, 0.9375, 0.0625, 0.8125, 0.9375, 0.4375, 0.4375, 0.8125}};
  const Sobol sobol(10);
  for (std::uint32_t i = 0; i < published.size(); ++i) {
    for (std::size_t d = 0; d < 10; ++d) {
      EXPECT_EQ(sobol.raw(i ^ (i >> 1), d) * 0x1.0p-32, published[i][d])
          << "point " << i << ", dimension " << d;
    }
  }
}

// Any 2^k first points have one in each of the 2^k intervals of every dimension, scrambled or not.
TEST(Sobol, EveryDimensionIsStratified) {
  const Sobol sobol(80);
  for (const std::uint32_t n : {1U, 16U, 256U}) {
    std::vector<std::set<int>> cells(80);
    for (std::uint32_t i = 0; i < n; ++i) {
      const std::vector<double> u = sobol.point(i, Key(7));
      for (std::size_t d = 0; d < 80; ++d) {
        ASSERT_GT(u[d], 0);
        ASSERT_LT(u[d], 1);
        cells[d].insert(static_cast<int>(u[d] * n));
      }
    }
    for (const std::set<int>& filled : cells) EXPECT_EQ(filled.size(), n);
  }
}

// The first two dimensions are a (0, 2)-sequence: 64 points fill every way of cutting the square into 64
// boxes.
TEST(Sobol, ScramblingKeepsTheNet) {
  const Sobol sobol(2);
  for (int rows = 1; rows <= 64; rows *= 2) {
    const int columns = 64 / rows;
    std::set<int> boxes;
    for (std::uint32_t i = 0; i < 64; ++i) {
      const std::vector<double> u = sobol.point(i, Key(3));
      boxes.insert(static_cast<int>(u[0] * rows) * 64 + static_cast<int>(u[1] * columns));
    }
    EXPECT_EQ(boxes.size(), 64U) << rows;
  }
}

TEST(Sobol, ScramblingIsAPermutationThatDependsOnTheKey) {
  std::set<std::uint32_t> seen;
  int moved = 0;
  for (std::uint32_t i = 0; i < 4096; ++i) {
    const std::uint32_t x = i << 20;
    seen.insert(owen_scramble(x, Key(1)) >> 20);
    moved += owen_scramble(x, Key(1)) != owen_scramble(x, Key(2));
  }
  EXPECT_EQ(seen.size(), 4096U);
  EXPECT_GT(moved, 4000);
}

}  // namespace
}  // namespace tailor
