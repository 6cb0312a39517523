#include "tailor/base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tailor/base/error.h"

namespace tailor {
namespace {

TEST(Numbers, AreDigitsAndSeparatorsAlone) {
  using Numbers = std::vector<std::uint64_t>;
  EXPECT_EQ(numbers("40000:20000", ':', 99999), Numbers({40000, 20000}));
  EXPECT_EQ(numbers("7", ':', 7), Numbers({7}));
  for (const char* text : {"", ":", "1:", ":1", "1::2", "-1:2", "+1:2", " 1:2", "1 :2", "1:2 ", "8", "1x2",
                           "99999999999999999999"})
    EXPECT_EQ(numbers(text, ':', 7), std::nullopt) << text;
}

TEST(Utf8, IsWhatTheStandardAllows) {
  for (const char* text : {"", "plain", "gr\xc3\xbc\xc3\x9f", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\x7f",
                           "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "\xe0\xa0\x80"})
    EXPECT_TRUE(is_utf8(text)) << text;
  for (const char* text :
       {"gr\xfc\xdf", "\xc3", "\xc3(", "\xa0", "\xc0\xaf", "\xc1\xbf", "\xe2\x82", "\xe0\x9f\xbf",
        "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf0\x8f\xbf\xbf", "\xf8\x88\x80\x80\x80", "\xff"})
    EXPECT_FALSE(is_utf8(text)) << text;
  try {
    utf8("--data", "gr\xfcn");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_THAT(error.what(), testing::StartsWith("--data: 'gr\\xfcn'"));
    EXPECT_TRUE(is_utf8(error.what()));
  }
}

TEST(TomlText, EscapesWhatABasicStringMayNotHold) {
  EXPECT_EQ(toml_text("it's \"a\\b\""), "\"it's \\\"a\\\\b\\\"\"");
  EXPECT_EQ(toml_text("a\nb\x7f"), "\"a\\u000ab\\u007f\"");
  EXPECT_EQ(toml_text("gr\xc3\xbcn"), "\"gr\xc3\xbcn\"");
}

}  // namespace
}  // namespace tailor
