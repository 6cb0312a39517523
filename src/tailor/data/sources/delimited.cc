#include "tailor/data/sources/delimited.h"

#include <algorithm>

#include "tailor/base/error.h"

namespace tailor {
namespace {

class DelimitedReader {
 public:
  DelimitedReader(std::string_view text, char separator, const std::string& origin)
      : text_(text), separator_(separator), origin_(origin) {}

  bool at_end() const { return at_ == text_.size(); }

  DelimitedRow row() {
    DelimitedRow row{line_, {}};
    do row.fields.push_back(field());
    while (take(separator_));
    const bool returned = take('\r');  // alone on old Macintoshes
    if (!take('\n') && !returned && !at_end())
      throw bad_input("{}:{}: expected a separator or the line's end after a quoted field, got '{}'", origin_,
                      line_, text_[at_]);
    ++line_;
    return row;
  }

 private:
  bool take(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::string field() {
    if (take('"')) return quoted();
    const std::size_t end =
        std::min(text_.find_first_of(std::string{separator_, '\r', '\n'}, at_), text_.size());
    std::string value(text_.substr(at_, end - at_));
    at_ = end;
    return value;
  }

  std::string quoted() {
    const std::size_t begin = line_;
    std::string value;
    while (!at_end()) {
      const char c = text_[at_++];
      if (c == '"' && !take('"')) return value;
      line_ += c == '\n';
      value += c;
    }
    throw bad_input("{}:{}: the quote that begins here is not closed", origin_, begin);
  }

  std::string_view text_;
  const char separator_;
  const std::string& origin_;
  std::size_t at_ = 0, line_ = 1;
};

char separator_of(std::string_view first_line) {
  if (first_line.find('\t') != std::string_view::npos) return '\t';
  return first_line.find(',') == std::string_view::npos && first_line.find(';') != std::string_view::npos
             ? ';'
             : ',';
}

}  // namespace

DelimitedTable parse_delimited(std::string_view text, const std::string& origin) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  DelimitedReader reader(text, separator_of(text.substr(0, text.find_first_of("\r\n"))), origin);
  DelimitedTable table;
  if (!reader.at_end()) table.columns = reader.row().fields;
  while (!reader.at_end()) {
    DelimitedRow row = reader.row();
    if (row.fields.size() == 1 && row.fields.front().empty()) continue;
    if (row.fields.size() != table.columns.size())
      throw bad_input("{}:{}: expected {} fields, as there are columns, got {}", origin, row.line,
                      table.columns.size(), row.fields.size());
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace tailor
