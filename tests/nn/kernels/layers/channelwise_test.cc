// Kernels with something of its own for each channel against their definitions: tails, odd widths, NaN, in
// place, derivatives.
#include "tailor/nn/kernels/layers/channelwise.h"

#include <limits>

#include <gtest/gtest.h>

#include "nn/kernels/compare.h"

namespace tailor::kernels {
namespace {

constexpr int widths[] = {1, 3, 8, 16, 17, 40};
constexpr std::size_t heights[] = {1, 2, 31, 32, 33, 70};

struct Case {
  std::size_t rows;
  int channels;
  std::vector<float> x, y, factors;
};

template <class Function>
void for_each_case(Function f) {
  for_each_target([&] {
    for (const int channels : widths)
      for (const std::size_t rows : heights) {
        SCOPED_TRACE(testing::Message() << rows << " x " << channels);
        const std::size_t n = rows * static_cast<std::size_t>(channels);
        f(Case{rows, channels, random_values(n, n, 0.1), random_values(n, n + 1),
               random_values(static_cast<std::size_t>(channels), n + 2)});
      }
  });
}

TEST(Channelwise, FactorsAndTheirGradientMatchTheReference) {
  for_each_case([](const Case& c) {
    std::vector<float> actual(c.x.size()), expected(c.x.size());
    reference::scale_channels(c.x.data(), c.rows, c.channels, c.factors.data(), expected.data());
    scale_channels(c.x.data(), c.rows, c.channels, c.factors.data(), actual.data());
    EXPECT_EQ(actual, expected);
    auto in_place = c.x;
    scale_channels(in_place.data(), c.rows, c.channels, c.factors.data(), in_place.data());
    EXPECT_EQ(in_place, expected);

    std::vector<float> sums = c.factors, sums_expected = c.factors;  // it adds
    add_channel_products(c.x.data(), c.y.data(), c.rows, c.channels, sums.data());
    reference::add_channel_products(c.x.data(), c.y.data(), c.rows, c.channels, sums_expected.data());
    expect_close(sums, sums_expected, 1e-5);
  });
}

TEST(Channelwise, SlopesMatchTheReference) {
  for_each_case([](const Case& c) {
    std::vector<float> actual(c.x.size()), expected(c.x.size());
    reference::prelu_forward(c.x.data(), c.rows, c.channels, c.factors.data(), expected.data());
    prelu_forward(c.x.data(), c.rows, c.channels, c.factors.data(), actual.data());
    EXPECT_EQ(actual, expected);

    std::vector<float> sums = c.factors, sums_expected = c.factors, alone = c.factors;
    reference::prelu_backward(c.x.data(), c.y.data(), c.rows, c.channels, c.factors.data(), expected.data(),
                              sums_expected.data());
    auto diff = c.y;
    prelu_backward(c.x.data(), diff.data(), c.rows, c.channels, c.factors.data(), diff.data(), sums.data());
    EXPECT_EQ(diff, expected);
    expect_close(sums, sums_expected, 1e-5);
    prelu_backward(c.x.data(), c.y.data(), c.rows, c.channels, c.factors.data(), nullptr, alone.data());
    EXPECT_EQ(alone, sums);
  });
}

TEST(Channelwise, CombinationsMatchTheReference) {
  for_each_case([](const Case& c) {
    const std::size_t width = static_cast<std::size_t>(c.channels);
    const auto a = random_values(width, 1), b = random_values(width, 2), center = random_values(width, 3),
               e = random_values(width, 4);
    std::vector<float> expected(c.x.size());
    reference::combine_channels(c.x.data(), c.y.data(), c.rows, c.channels, a.data(), b.data(), center.data(),
                                e.data(), expected.data());
    auto actual = c.x;
    combine_channels(actual.data(), c.y.data(), c.rows, c.channels, a.data(), b.data(), center.data(),
                     e.data(), actual.data());
    expect_close(actual, expected, 1e-5);
  });
}

TEST(Channelwise, NotANumberPasses) {
  for_each_target([] {
    std::vector<float> x(19, 1), slope(19, 0.5f), y(19);
    x[17] = std::numeric_limits<float>::quiet_NaN();
    prelu_forward(x.data(), 1, 19, slope.data(), y.data());
    EXPECT_TRUE(std::isnan(y[17]));
    EXPECT_EQ(y[16], 1);
  });
}

TEST(Channelwise, ReferenceGradients) {
  const auto x = random_values<double>(15, 1), diff = random_values<double>(15, 2),
             slopes = random_values<double>(3, 3);
  const auto loss = [&](const std::vector<double>& values, const std::vector<double>& factors) {
    std::vector<double> y(15);
    reference::prelu_forward(values.data(), 5, 3, factors.data(), y.data());
    return dot(y, diff);
  };
  std::vector<double> gradient(15), sums(3);
  reference::prelu_backward(x.data(), diff.data(), 5, 3, slopes.data(), gradient.data(), sums.data());
  expect_gradient(gradient, x, [&](const auto& v) { return loss(v, slopes); });
  expect_gradient(sums, slopes, [&](const auto& v) { return loss(x, v); });

  std::fill(sums.begin(), sums.end(), 0);
  reference::add_channel_products(x.data(), diff.data(), 5, 3, sums.data());
  expect_gradient(sums, slopes, [&](const auto& v) {
    std::vector<double> y(15);
    reference::scale_channels(x.data(), 5, 3, v.data(), y.data());
    return dot(y, diff);
  });
}

}  // namespace
}  // namespace tailor::kernels
