#include "tailor/data/normalization.h"

#include <numeric>

#include "data/files.h"
#include "tailor/data/dataset.h"

namespace tailor {
namespace {

TEST(Normalization, UnitLeavesTheRangeAlone) {
  const ImageSet set{{1, 1, 3}, {1, 2, 3}, {0}, ""};
  const Normalization n = make_normalization("unit", set, std::vector<std::uint32_t>{0});
  EXPECT_EQ(n.mean, (std::vector<float>{0, 0, 0}));
  EXPECT_EQ(n.deviation, (std::vector<float>{1, 1, 1}));
  test::expect_error(ExitCode::usage, {"unit or standard", "'Standard'"},
                     [&] { make_normalization("Standard", set, {}); });
}

TEST(Normalization, StandardIsByChannelOverTheGivenImagesOnly) {
  // channels: 0 is 51, 255 and 51; 1 is constant; the third image is not asked for
  const ImageSet set{{1, 1, 2}, {51, 7, 255, 7, 0, 0}, {0, 1, 0}, ""};
  const Normalization n = make_normalization("standard", set, std::vector<std::uint32_t>{0, 1});
  EXPECT_FLOAT_EQ(n.mean[0], 0.6f);
  EXPECT_FLOAT_EQ(n.deviation[0], 0.4f);
  EXPECT_FLOAT_EQ(n.mean[1], 7 / 255.0f);
  EXPECT_FLOAT_EQ(n.deviation[1], 1);
}

TEST(Normalization, OfFashionMnistAgreesWithTheLiterature) {
  const ImageSet set = open_dataset("fashion-mnist")->read_train();
  std::vector<std::uint32_t> all(set.count());
  std::iota(all.begin(), all.end(), 0u);
  const Normalization n = make_normalization("standard", set, all);
  EXPECT_NEAR(n.mean[0], 0.2860, 5e-5);
  EXPECT_NEAR(n.deviation[0], 0.3530, 5e-5);
}

}  // namespace
}  // namespace tailor
