// The bias gradient against plain loops: outputs that fill vectors and that do not, few and many rows, NaN.
#include "tailor/nn/kernels/layers/bias_gradient.h"

#include <limits>

#include <gtest/gtest.h>

#include "nn/kernels/compare.h"

namespace tailor::kernels {
namespace {

TEST(BiasGradient, AddsTheRowsAsTheReferenceDoes) {
  for_each_target([] {
    for (const int out : {1, 3, 6, 10, 16, 20, 63, 64, 65, 100, 128, 257})
      for (const std::size_t rows : {0, 1, 15, 16, 17, 100, 784}) {
        SCOPED_TRACE(testing::Message() << rows << ' ' << out);
        const auto dy = random_values(rows * out, 1);
        auto db = random_values(out, 2), expected = db;
        const std::size_t guard = 16;
        db.resize(out + guard, 5);
        bias_gradient(dy.data(), rows, out, db.data());
        for (std::size_t i = out; i < db.size(); ++i) EXPECT_EQ(db[i], 5);
        db.resize(out);
        reference::bias_gradient(dy.data(), rows, out, expected.data());
        expect_close(db, expected, 1e-6, std::sqrt(rows + 1));
      }
  });
}

TEST(BiasGradient, NotANumberReachesItsOutputOnly) {
  for_each_target([] {
    for (const int out : {6, 16, 70}) {
      std::vector<float> dy(40 * out, 1), db(out, 0);
      dy[33 * out + 5] = std::numeric_limits<float>::quiet_NaN();
      bias_gradient(dy.data(), 40, out, db.data());
      for (int o = 0; o < out; ++o) EXPECT_EQ(std::isnan(db[o]), o == 5);
    }
  });
}

}  // namespace
}  // namespace tailor::kernels
