#include "tailor/data/trivial_augment.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "data/pictures/made_up.h"
#include "tailor/base/hash.h"
#include "tailor/data/augment.h"

namespace tailor {
namespace {

using test::gradient;
using test::made_up;

struct GoldenOperations {
  Picture picture;
  std::array<std::string, trivial_operations> hashes;  // the first 16 digits; of all strengths, both signs
};

// Printed by make_trivial_augment.py.
const std::vector<GoldenOperations> golden_operations = {
    {made_up(32, 32, 3),
     {"ba63047d4b270f7c", "4433cb7829f428e2", "cc72dcdc9f04bdee", "a971f25c28041f8d", "82571b08b306ce19",
      "955c5af3b2d69185", "2d39819f39f44451", "8b81b015a2c3324b", "e72a45d9b5a1c056", "f9739c624268344f",
      "9950856164007899", "54a6c6f332a70614", "0fb1e9d7eb636e2e", "6574c7cd6e724ac8"}},
    {made_up(9, 11, 3),
     {"966c350c6aff4ae5", "113de030003f7cbf", "3ae987c136f1d793", "9c5a8439596de589", "ee81fa358edf575f",
      "a99fccd4917d4588", "5aba7ecc0ac6dbaf", "9591f22efb03e361", "a270aa14d13160ea", "9b5ad73aa42b4405",
      "238a996646aafdfa", "d868e43e884a88c3", "ac6113d27cbe2165", "966c350c6aff4ae5"}},
    {made_up(28, 28, 1),
     {"996cfc5a51ce91f9", "beca8bd27be88332", "7f6a8545267fd518", "eb04949fcdfeca37", "fa7c92cf37000aab",
      "35c1ee2141efcaa3", "1ca4222a2763ef60", "996cfc5a51ce91f9", "30f6457d060e3eb4", "d2da9f07209dbfab",
      "1526919193e58fb5", "09bf522888cbe5f3", "996cfc5a51ce91f9", "5ad9815ae028f8cb"}},
    {gradient(24, 20, 3),
     {"ff47d8269a38ee33", "07e615f655608b68", "d6034186996340c9", "3d1d3ae47157ed77", "90d99ee9f16497c1",
      "2469547444404782", "4dc5973e487d50c2", "331b7d15b08023d6", "bd1b46d56f3f804c", "ff47d8269a38ee33",
      "9cff52bd5dce66ad", "08b05dddc3c4e424", "daf8a576d1e3d65b", "63cac8928f8357e8"}},
    {made_up(2, 1, 3),
     {"06b295124b60df48", "95fd50c0f5c8ffdf", "06b295124b60df48", "fef980ff0025be38", "9195a8519f8ee631",
      "9844cefd5fe911cc", "8919b160ee580036", "5d917f9eeb275052", "bc78d33ac797b178", "06b295124b60df48",
      "851bd53b1c4574ca", "a2d58ce9b938554c", "07f7d6f8e2fcd9cb", "06b295124b60df48"}},
};

TEST(TrivialAugment, PixelsAreThoseOfPillow) {
  for (const GoldenOperations& each : golden_operations) {
    const Shape shape = each.picture.shape;
    std::vector<std::uint8_t> out(shape.size());
    for (int operation = 0; operation < trivial_operations; ++operation) {
      Sha256 hash;
      for (int strength = 0; strength < trivial_strengths; ++strength)
        for (const bool negative : {false, true}) {
          apply_trivial({static_cast<TrivialOperation>(operation), strength, negative}, shape,
                        each.picture.pixels.data(), out.data());
          hash.add(out.data(), out.size());
        }
      EXPECT_EQ(hash.hex().substr(0, 16), each.hashes[static_cast<std::size_t>(operation)])
          << "operation " << operation << ", " << shape.height << "x" << shape.width << "x" << shape.channels;
    }
  }
}

TEST(TrivialAugment, DrawsEvenly) {
  std::array<int, trivial_operations> operations{};
  std::array<int, trivial_strengths> strengths{};
  int negative = 0;
  for (std::uint64_t i = 0; i < 43400; ++i) {
    const TrivialChoice choice = draw_trivial(Key(3).with(i));
    ++operations[static_cast<std::size_t>(choice.operation)];
    ++strengths[static_cast<std::size_t>(choice.strength)];
    negative += choice.negative;
  }
  for (const int n : operations) EXPECT_NEAR(n, 3100, 270);
  for (const int n : strengths) EXPECT_NEAR(n, 1400, 190);
  EXPECT_NEAR(negative, 21700, 520);
}

// After geometry, before everything else: what the augmenter gives is the operation on the mirrored bytes.
TEST(TrivialAugment, ComesAfterGeometry) {
  const Picture picture = made_up(9, 11, 3), mirrored = [&] {
    Picture p = picture;
    for (int y = 0; y < 9; ++y)
      for (int x = 0; x < 11; ++x)
        for (int c = 0; c < 3; ++c)
          p.pixels[static_cast<std::size_t>((y * 11 + x) * 3 + c)] =
              picture.pixels[static_cast<std::size_t>((y * 11 + 10 - x) * 3 + c)];
    return p;
  }();
  for (const bool general : {false, true}) {
    const Augmenter augmenter(picture.shape, {{0, 0, 0}, {1, 1, 1}},
                              {.rotation = general ? 1.0 : 0.0, .trivial_augment = true});
    std::vector<float> out(picture.pixels.size());
    std::vector<std::uint8_t> expected(picture.pixels.size());
    for (int operation = 0; operation < trivial_operations; ++operation) {
      Variation v;
      v.flip = true;
      v.trivial = {static_cast<TrivialOperation>(operation), 11, false};
      augmenter.vary(picture.pixels, v, out.data());
      apply_trivial(v.trivial, picture.shape, mirrored.pixels.data(), expected.data());
      for (std::size_t i = 0; i < out.size(); ++i)
        ASSERT_NEAR(255 * out[i], expected[i], 1e-3) << operation << " " << i;
    }
  }
}

}  // namespace
}  // namespace tailor
