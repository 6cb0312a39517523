#include "progress.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tailor/base/text.h"

namespace tailor {
namespace {

constexpr std::chrono::milliseconds pause(100);
constexpr std::size_t bar_width = 16;

bool is_terminal(std::FILE* file) {
  const char* kind = std::getenv("TERM");
  return ::isatty(fileno(file)) == 1 && !(kind && std::strcmp(kind, "dumb") == 0);
}

std::size_t columns_of(std::FILE* file) {
  winsize size{};
  return ::ioctl(fileno(file), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string bar(double share) {
  const auto full = static_cast<std::size_t>(share * bar_width);
  return fmt::format("[{}{}{}]", std::string(full, '='), full < bar_width ? ">" : "",
                     std::string(full < bar_width ? bar_width - 1 - full : 0, ' '));
}

}  // namespace

std::string progress_line(const std::string& label, std::int64_t done, std::int64_t total, double rate,
                          const std::string& unit, std::size_t columns) {
  const double share =
      total > 0 ? std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0) : 1;
  std::vector<std::string> parts{label, fmt::format("{} {:3.0f} %", bar(share), std::floor(100 * share))};
  if (rate > 0) {
    parts.push_back(rate < 10 ? fmt::format("{:.2g} {}/s", rate, unit)
                              : fmt::format("{} {}/s", with_thousands(std::llround(rate)), unit));
    if (done < total) parts.push_back(duration(static_cast<double>(total - done) / rate) + " left");
  }
  std::string line;
  for (const std::string& part : parts) {
    const std::string longer = line.empty() ? part : line + "  " + part;
    if (longer.size() > columns) break;
    line = longer;
  }
  return line;
}

StatusLine::StatusLine(std::FILE* out) : out_(out), terminal_(is_terminal(out)) {}

// One column stays free: a full line would wrap on some terminals.
std::size_t StatusLine::columns() const { return columns_of(out_) - 1; }

void StatusLine::show(const std::string& line) {
  if (!terminal_) return;
  std::fprintf(out_, "\r%s\x1b[K", line.c_str());
  std::fflush(out_);
  drawn_ = true;
}

void StatusLine::clear() {
  if (!drawn_) return;
  std::fputs("\r\x1b[K", out_);
  std::fflush(out_);
  drawn_ = false;
}

Progress::Progress(std::int64_t total, std::string unit, std::int64_t already_done, std::FILE* out)
    : total_(total), already_done_(already_done), unit_(std::move(unit)), line_(out) {}

void Progress::update(std::int64_t done, const std::string& label) {
  if (!line_.visible()) return;
  const Clock::time_point now = Clock::now();
  if (now - last_ < pause && done < total_) return;
  last_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double rate = seconds > 0 ? static_cast<double>(done - already_done_) / seconds : 0;
  line_.show(progress_line(label, done, total_, rate, unit_, line_.columns()));
}

}  // namespace tailor
