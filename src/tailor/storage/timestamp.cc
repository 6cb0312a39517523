// Text of points in time; written out because GCC 12's <chrono> cannot format.
#include "tailor/storage/timestamp.h"

#include <charconv>
#include <cstddef>

#include <fmt/format.h>

namespace tailor {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// All characters of `text` as a number without sign.
std::optional<unsigned> digits(std::string_view text) {
  unsigned value = 0;
  if (text.empty() || text.front() == '-') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<microseconds> fraction(std::string_view text) {
  if (text.empty()) return microseconds(0);
  if (text.front() != '.' || text.size() < 2 || text.size() > 7) return std::nullopt;
  const auto value = digits(text.substr(1));
  if (!value) return std::nullopt;
  long long micro = *value;
  for (std::size_t length = text.size() - 1; length < 6; ++length) micro *= 10;
  return microseconds(micro);
}

}  // namespace

Timestamp current_time() { return std::chrono::floor<microseconds>(std::chrono::system_clock::now()); }

std::string format_timestamp(Timestamp time) {
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  constexpr std::string_view shape = "0000-00-00 00:00:00";
  if (text.size() < shape.size()) return std::nullopt;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] != '0' && text[i] != shape[i]) return std::nullopt;
  }
  const auto year = digits(text.substr(0, 4)), month = digits(text.substr(5, 2)),
             day = digits(text.substr(8, 2));
  const auto hour = digits(text.substr(11, 2)), minute = digits(text.substr(14, 2));
  const auto second = digits(text.substr(17, 2));
  const auto rest = fraction(text.substr(shape.size()));
  if (!year || !month || !day || !hour || !minute || !second || !rest) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day));
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return std::chrono::sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second) + *rest;
}

}  // namespace tailor
