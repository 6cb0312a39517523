#include "tailor/base/natural_order.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tailor {
namespace {

TEST(NaturalOrder, NumbersWithinNamesCountAsNumbers) {
  std::vector<std::string> names = {"10", "9", "2",      "class 10", "class 2", "a",
                                    "A",  "",  "img12b", "img12",    "img3b"};
  std::sort(names.begin(), names.end(), natural_less);
  EXPECT_EQ(names, (std::vector<std::string>{"", "2", "9", "10", "A", "a", "class 2", "class 10", "img3b",
                                             "img12", "img12b"}));
  EXPECT_TRUE(natural_less("99999999999999999999998", "99999999999999999999999"));  // more than 64 bits hold
}

TEST(NaturalOrder, IsATotalOrder) {
  const std::vector<std::string> names = {"007", "7",  "07", "7a",  "07a", "",
                                          "0",   "00", "a1", "a01", "a1b", "a01a"};
  for (const std::string& a : names)
    for (const std::string& b : names) {
      EXPECT_EQ(natural_less(a, b) || natural_less(b, a), a != b) << a << " and " << b;
      EXPECT_FALSE(natural_less(a, b) && natural_less(b, a));
      for (const std::string& c : names)
        if (natural_less(a, b) && natural_less(b, c)) {
          EXPECT_TRUE(natural_less(a, c)) << a << ", " << b << ", " << c;
        }
    }
}

}  // namespace
}  // namespace tailor
