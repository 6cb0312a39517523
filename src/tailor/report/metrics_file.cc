#include "tailor/report/metrics_file.h"

#include <charconv>
#include <string_view>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/text.h"

namespace tailor {
namespace {

// The one definition of the columns: calls visit(name, member) for each, in order. Row is EpochMetrics, const
// or not.
template <class Row, class Visit>
void each_column(Row& row, Visit&& visit) {
  visit("epoch", row.epoch);
  visit("train_loss", row.train.loss);
  visit("train_accuracy", row.train.accuracy);
  visit("train_images", row.train.count);
  visit("train_sample_loss", row.train_sample.loss);
  visit("train_sample_accuracy", row.train_sample.accuracy);
  visit("train_sample_images", row.train_sample.count);
  visit("validation_loss", row.validation.loss);
  visit("validation_accuracy", row.validation.accuracy);
  visit("validation_images", row.validation.count);
  visit("learning_rate", row.learning_rate);
  visit("images_per_second", row.images_per_second);
  visit("seconds", row.seconds);
  visit("objective", row.objective);
  visit("objective_error", row.objective_error);
  visit("temperature", row.temperature);
}

// Splits off the part before `separator`, which is dropped too.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

std::string_view take_line(std::string_view& text) {
  std::string_view line = take(text, '\n');
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

EpochMetrics parse_row(std::string_view line, const std::string& place) {
  EpochMetrics row;
  each_column(row, [&](const char* name, auto& value) {
    const std::string_view field = take(line, ',');
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error != std::errc() || end != field.data() + field.size())
      throw bad_input("{}: column {}: expected a number, got '{}'", place, name, field);
  });
  if (!line.empty())
    throw bad_input("{}: {} columns expected, more are there", place, metrics_columns().size());
  return row;
}

}  // namespace

std::vector<std::string> metrics_columns() {
  std::vector<std::string> names;
  const EpochMetrics row;
  each_column(row, [&](const char* name, const auto&) { names.emplace_back(name); });
  return names;
}

void write_metrics(const std::filesystem::path& path, std::span<const EpochMetrics> epochs) {
  std::string text = join(metrics_columns(), ",") + "\n";
  for (const EpochMetrics& row : epochs) {
    std::vector<std::string> fields;
    each_column(row, [&](const char*, const auto& value) { fields.push_back(fmt::format("{}", value)); });
    text += join(fields, ",") + "\n";
  }
  write_file(path, text);
}

std::vector<EpochMetrics> read_metrics(const std::filesystem::path& path) {
  const std::string content = read_file(path);
  std::string_view text = content;
  const std::string_view header = take_line(text);
  const std::string expected = join(metrics_columns(), ",");
  if (header != expected)
    throw bad_input("{}:1: not a metrics file of this version: expected the columns {}, got '{}'",
                    path.string(), expected, header.substr(0, 200));
  std::vector<EpochMetrics> epochs;
  for (int line = 2; !text.empty(); ++line) {
    const std::string place = fmt::format("{}:{}", path.string(), line);
    epochs.push_back(parse_row(take_line(text), place));
    if (epochs.back().epoch != line - 1)
      throw bad_input("{}: column epoch: expected {}, got {}: a row is missing or repeated", place, line - 1,
                      epochs.back().epoch);
  }
  return epochs;
}

}  // namespace tailor
