#include "session_output.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "tailor/base/text.h"
#include "tailor/report/label.h"
#include "tailor/train/metrics.h"
#include "warn.h"

namespace tailor {
std::string short_value(const std::string& text) {
  constexpr std::size_t short_enough = 6;
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  const bool is_number = end != text.c_str() && *end == '\0';
  return is_number && text.size() > short_enough ? fmt::format("{:.3g}", number) : text;
}

void print_row(const char* title, const std::string& text) { std::printf("%-14s %s\n", title, text.c_str()); }

void SessionOutput::print_heading(const char* title) const {
  const Architecture& a = session_.definition.architecture;
  print_row(title, fmt::format("{} in {}", session_.name, without_password(session_.url)));
  print_row("architecture", fmt::format("{}, {} parameters, fingerprint {:.12} (fixed)", a.name,
                                        with_thousands(a.parameters()), a.fingerprint));
}

void SessionOutput::say(const std::string& text) {
  if (session_.json) return;
  line_.clear();
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

void SessionOutput::warn(const std::string& text) {
  line_.clear();
  tailor::warn({text});
}

void SessionOutput::print_ended(std::string line) {
  if (line.size() > page_columns) line = line.substr(0, page_columns - 3) + "...";
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

// Of other metrics a value alone does not tell.
bool SessionOutput::has_intervals() const {
  return metric_of(session_.definition.measure) == Metric::accuracy;
}

const char* SessionOutput::value_title() const { return has_intervals() ? "value (95 % interval)" : "value"; }

std::string SessionOutput::with_interval(double v) const {
  if (!has_intervals()) return text_.value(v);
  const Interval i = wilson_interval(v, session_.definition.data.validation_images);
  return text_.value(Estimate{v, i.low, i.high});
}

std::string SessionOutput::with_error(double v) const {
  if (!has_intervals()) return text_.value(v);
  const Interval i = wilson_interval(v, session_.definition.data.validation_images);
  return fmt::format("{} ±{}", text_.number(v), text_.value((i.high - i.low) / 2));
}

std::string SessionOutput::images_rate(double seconds) const {
  return with_thousands(std::llround(static_cast<double>(session_.objective.images_trained()) / seconds)) +
         " images/s";
}

std::string short_settings(const SettingTexts& settings, std::size_t columns) {
  if (settings.empty()) return "the defaults";
  // Roughly in the order of what they do to the result.
  static const std::vector<std::string> first = {"optimizer", "learning_rate", "batch_size",
                                                 "schedule",  "weight_decay",  "momentum"};
  std::vector<std::pair<std::string, std::string>> sorted(settings.begin(), settings.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return std::find(first.begin(), first.end(), a.first) < std::find(first.begin(), first.end(), b.first);
  });
  std::string line;
  for (const auto& [name, text] : sorted) {
    const std::string shown = short_value(text);
    const std::string part = name == "optimizer" || name == "schedule" ? shown
                             : name == "learning_rate"                 ? "lr " + shown
                             : name == "batch_size"                    ? "batch " + shown
                                                                       : name + " " + shown;
    const std::string longer = line.empty() ? part : line + ", " + part;
    const bool last = name == sorted.back().first;
    if (longer.size() + (last ? 0 : 3) > columns) return line.empty() ? "..." : line + "...";
    line = longer;
  }
  return line;
}

std::string joined(const std::vector<std::string>& parts, std::size_t columns) {
  std::string line;
  for (const std::string& part : parts) {
    const std::string longer = line.empty() ? part : line + "  " + part;
    if (characters(longer) <= columns) line = longer;
  }
  return line;
}

std::string clock_time(double seconds) {
  const long long s = std::llround(seconds);
  return s < 3600 ? fmt::format("{}:{:02}", s / 60, s % 60)
                  : fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

}  // namespace tailor
