#include "tailor/report/label.h"

#include <gtest/gtest.h>

namespace tailor {
namespace {

TEST(Label, KeepsTextAndReplacesWhatCannotBeShown) {
  EXPECT_EQ(shown_label("T-shirt/top", 24), "T-shirt/top");
  EXPECT_EQ(shown_label("größe 大 🙂", 24), "größe 大 🙂");
  EXPECT_EQ(shown_label("a\x1b[31m\n\x7f\xc2\x9b", 24), "a [31m   ");
  EXPECT_EQ(shown_label("caf\xe9", 24), "caf?");
  EXPECT_EQ(shown_label("\xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80 \xe2\x82", 24), "?? ??? ???? ??");
}

TEST(Label, ShortensByCharactersNotBytes) {
  EXPECT_EQ(shown_label("äöüß", 4), "äöüß");
  EXPECT_EQ(shown_label("äöüßx", 4), "äöü…");
  EXPECT_EQ(characters("äöü…"), 4u);
  EXPECT_EQ(padded("ä", 3), "ä  ");
  EXPECT_EQ(padded("long", 3), "long");
}

}  // namespace
}  // namespace tailor
