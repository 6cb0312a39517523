#include "tailor/data/sources/manifest.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>
#include <unordered_map>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/natural_order.h"
#include "tailor/base/text.h"
#include "tailor/data/sources/delimited.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t no_column = ~std::size_t{0};

struct NaturalOrder {
  bool operator()(const std::string& a, const std::string& b) const { return natural_less(a, b); }
};

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// In any case, with blanks or without: " Path".
bool is_named(std::string_view column, std::string_view name) {
  column = without_blanks(column);
  return std::equal(column.begin(), column.end(), name.begin(), name.end(),
                    [](unsigned char a, char b) { return std::tolower(a) == b; });
}

std::size_t column_of(const DelimitedTable& table, std::string_view name) {
  const auto at = std::find_if(table.columns.begin(), table.columns.end(),
                               [&](const std::string& column) { return is_named(column, name); });
  return at == table.columns.end() ? no_column : static_cast<std::size_t>(at - table.columns.begin());
}

class ManifestReader {
 public:
  explicit ManifestReader(const fs::path& file)
      : file_(file), table_(parse_delimited(read_file(file), file.string())) {
    list_.folder = fs::absolute(file).parent_path();
    path_ = needed("path"), label_ = needed("label");
    part_ = column_of(table_, "part"), group_ = column_of(table_, "group");
    for (const char* name : {"path", "label", "part", "group"}) refuse_twice(name);
    list_.has_groups = group_ != no_column;
  }

  PictureList read() {
    number_classes();
    for (const DelimitedRow& row : table_.rows) add(row);
    check_picture_list(list_, file_.string());
    return std::move(list_);
  }

 private:
  template <class... Args>
  Error wrong(const DelimitedRow& row, std::string_view column, fmt::format_string<Args...> text,
              Args&&... args) const {
    return bad_input("{}:{}: {}: {}", file_.string(), row.line, column,
                     fmt::format(text, std::forward<Args>(args)...));
  }

  std::size_t needed(std::string_view name) const {
    const std::size_t column = column_of(table_, name);
    if (column == no_column)
      throw bad_input("{}:1: expected the columns path and label (and part, group), got {}", file_.string(),
                      join(table_.columns, ", "));
    return column;
  }

  void refuse_twice(std::string_view name) const {
    const auto count = std::count_if(table_.columns.begin(), table_.columns.end(),
                                     [&](const std::string& column) { return is_named(column, name); });
    if (count > 1) throw bad_input("{}:1: expected one column {}, got {}", file_.string(), name, count);
  }

  // A file's name may begin or end with a blank, the others' blanks are there to look at.
  std::string field(const DelimitedRow& row, std::size_t column) const {
    const std::string value(column == path_ ? std::string_view(row.fields[column])
                                            : without_blanks(row.fields[column]));
    const std::string_view name = without_blanks(table_.columns[column]);
    if (value.empty()) throw wrong(row, name, "expected a value, got none");
    if (!is_utf8(value))
      throw wrong(row, name, "expected UTF-8, got other bytes: convert the file (iconv does)");
    return value;
  }

  void number_classes() {
    for (const DelimitedRow& row : table_.rows) labels_.emplace(field(row, label_), 0);
    int next = 0;
    for (auto& [name, label] : labels_) {
      if (next < max_classes) label = static_cast<std::uint16_t>(next++);
      list_.class_names.push_back(name);
    }
  }

  void add(const DelimitedRow& row) {
    PicturePart part = PicturePart::train;
    if (part_ != no_column) {
      const std::string name = field(row, part_);
      const std::optional<PicturePart> found = picture_part_from_name(name);
      if (!found) throw wrong(row, "part", "expected train, validation or test, got '{}'", name);
      part = *found;
    }
    const std::string path = field(row, path_);
    PictureEntry entry{path, labels_.at(field(row, label_)), 0};
    const auto [first, is_new] = lines_.emplace((list_.folder / path).lexically_normal().string(), row.line);
    if (!is_new) throw wrong(row, "path", "'{}' is listed already, in line {}", path, first->second);
    if (kind_of_path(list_.folder / path) != PathKind::file)
      throw wrong(row, "path", "there is no file {}", (list_.folder / path).string());
    if (list_.has_groups) {
      const std::string name = field(row, group_);
      const auto [group, new_group] = groups_.emplace(name, Group{groups_.size(), part, row.line});
      if (group->second.part != part)
        throw wrong(row, "group",
                    "'{}' is in the {} part here and in the {} part in line {}: expected one part", name,
                    name_of(part), name_of(group->second.part), group->second.line);
      entry.group = static_cast<std::uint32_t>(group->second.number);
    }
    list_.part(part).push_back(std::move(entry));
  }

  struct Group {
    std::size_t number;
    PicturePart part;
    std::size_t line;
  };

  const fs::path& file_;
  const DelimitedTable table_;
  PictureList list_;
  std::size_t path_ = no_column, label_ = no_column, part_ = no_column, group_ = no_column;
  std::map<std::string, std::uint16_t, NaturalOrder> labels_;
  std::unordered_map<std::string, std::size_t> lines_;
  std::unordered_map<std::string, Group> groups_;
};

}  // namespace

bool is_manifest(const fs::path& file) {
  constexpr std::size_t enough = 4096;
  std::string begin(enough, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(begin.data(), static_cast<std::streamsize>(enough));
  begin.resize(static_cast<std::size_t>(stream.gcount()));
  begin.resize(std::min(begin.find_first_of("\r\n"), begin.size()));
  if (begin.find('\0') != std::string::npos || !is_utf8(begin)) return false;
  try {
    const DelimitedTable table = parse_delimited(begin, file.string());
    return column_of(table, "path") != no_column && column_of(table, "label") != no_column;
  } catch (const Error&) {
    return false;
  }
}

PictureList read_manifest(const fs::path& file) { return ManifestReader(file).read(); }

}  // namespace tailor
