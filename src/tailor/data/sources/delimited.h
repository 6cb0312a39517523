// Tables as text, with a row of column names: CSV (RFC 4180: quotes, doubled quotes, line ends within quotes) and TSV.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tailor {

struct DelimitedRow {
  std::size_t line = 0;  // where it begins, from 1
  std::vector<std::string> fields;
};

struct DelimitedTable {
  std::vector<std::string> columns;
  std::vector<DelimitedRow> rows;  // each with as many fields as columns
};

// Tabs separate if the first line has one, else commas, or semicolons if it has these and no comma. A byte order mark
// and empty lines are skipped. Bad input, by line, if a quote is not closed or a row has more or fewer fields;
// `origin` is for messages.
DelimitedTable parse_delimited(std::string_view text, const std::string& origin);

}  // namespace tailor
