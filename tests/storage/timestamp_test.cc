#include "tailor/storage/timestamp.h"

#include <gtest/gtest.h>

namespace tailor {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

TEST(Timestamp, HasSixDigits) {
  const Timestamp time = sys_days(year(2026) / 3 / 1) + 9h + 5min + 7s + 250ms;
  EXPECT_EQ(format_timestamp(time), "2026-03-01 09:05:07.250000");
  EXPECT_EQ(parse_timestamp("2026-03-01 09:05:07.250000"), time);
  EXPECT_EQ(parse_timestamp("2026-03-01 09:05:07.25"), time);
  EXPECT_EQ(parse_timestamp("2026-03-01 09:05:07"), time - 250ms);
  EXPECT_EQ(format_timestamp(Timestamp(-1us)), "1969-12-31 23:59:59.999999");
}

TEST(Timestamp, RefusesOtherTexts) {
  for (const char* text :
       {"", "2026-03-01", "2026-03-01T09:05:07", "2026-13-01 09:05:07", "2026-02-30 09:05:07",
        "2026-03-01 24:05:07", "2026-03-01 09:05:07.", "2026-03-01 09:05:07.1234567",
        "2026-03-01 09:05:07+00", "2026-03-01 09:0x:07", "2026-03-01 09:05:07.-1"}) {
    EXPECT_EQ(parse_timestamp(text), std::nullopt) << text;
  }
}

TEST(Timestamp, NowIsNow) {
  const auto difference = std::chrono::system_clock::now() - current_time();
  EXPECT_LT(std::chrono::abs(difference), 1min);
}

}  // namespace
}  // namespace tailor
