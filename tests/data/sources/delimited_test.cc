#include "tailor/data/sources/delimited.h"

#include "data/files.h"

namespace tailor {
namespace {

using Fields = std::vector<std::string>;
using test::expect_error;

TEST(Delimited, ReadsQuotesAndLineEnds) {
  const DelimitedTable table = parse_delimited(
      "\xEF\xBB\xBFpath,label\r\n\"a,1.png\",\"say \"\"cat\"\"\"\r\n\n\"two\nlines\",dog", "m.csv");
  EXPECT_EQ(table.columns, (Fields{"path", "label"}));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[0].fields, (Fields{"a,1.png", "say \"cat\""}));
  EXPECT_EQ(table.rows[0].line, 2u);
  EXPECT_EQ(table.rows[1].fields, (Fields{"two\nlines", "dog"}));
  EXPECT_EQ(table.rows[1].line, 4u);
}

TEST(Delimited, LinesMayEndAsOnOldMacintoshes) {
  const DelimitedTable table = parse_delimited("a;b\r1;2\r\r\"3\";4", "x");
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[1].line, 4u);
  EXPECT_EQ(table.rows[1].fields, (std::vector<std::string>{"3", "4"}));
}

TEST(Delimited, TabsAndSemicolonsSeparateToo) {
  EXPECT_EQ(parse_delimited("a\tb,c\n1\t2,3\n", "m").rows[0].fields, (Fields{"1", "2,3"}));
  EXPECT_EQ(parse_delimited("a;b\n1;2\n", "m").rows[0].fields, (Fields{"1", "2"}));
  EXPECT_TRUE(parse_delimited("", "m").columns.empty());
}

TEST(Delimited, WhatIsWrongHasItsLine) {
  expect_error(ExitCode::bad_input, {"m.csv:3", "expected 2 fields", "got 3"},
               [] { parse_delimited("a,b\n1,2\n1,2,3\n", "m.csv"); });
  expect_error(ExitCode::bad_input, {"m.csv:2", "not closed"},
               [] { parse_delimited("a,b\n\"1,2\n3,4\n", "m.csv"); });
  expect_error(ExitCode::bad_input, {"m.csv:2", "after a quoted field", "got 'x'"},
               [] { parse_delimited("a,b\n\"1\"x,2\n", "m.csv"); });
}

}  // namespace
}  // namespace tailor
