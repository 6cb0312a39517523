// One line on a terminal's standard error that shows how far a long job is, how fast, and how long it still
// takes. Used by the commands that make a person wait; prints nothing where standard error is not a terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

namespace tailor {

// "epoch 3/12  [======>         ]  42 %  10,800 images/s  1 min 15 s left", in at most `columns` characters;
// what does not fit is left out from the end. `rate` is in units per second, 0 while it is not known.
std::string progress_line(const std::string& label, std::int64_t done, std::int64_t total, double rate,
                          const std::string& unit, std::size_t columns);

// A line that is drawn over itself; only where `out` is a terminal.
class StatusLine {
 public:
  explicit StatusLine(std::FILE* out = stderr);
  ~StatusLine() { clear(); }
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  bool visible() const { return terminal_; }
  std::size_t columns() const;  // that a line may have
  void show(const std::string& line);
  // Removes the line, so that other output can be printed.
  void clear();

 private:
  std::FILE* const out_;
  const bool terminal_;
  bool drawn_ = false;
};

class Progress {
 public:
  // `already_done` of the `total` units were done by an earlier process and do not count into the rate.
  Progress(std::int64_t total, std::string unit, std::int64_t already_done = 0, std::FILE* out = stderr);
  // Cheap enough for every training step: draws at most ten times a second.
  void update(std::int64_t done, const std::string& label);

  // Removes the line, so that other output can be printed; the next update draws it again.
  void clear() { line_.clear(); }

 private:
  using Clock = std::chrono::steady_clock;

  const std::int64_t total_, already_done_;
  const std::string unit_;
  StatusLine line_;
  const Clock::time_point start_ = Clock::now();
  Clock::time_point last_{};
};

}  // namespace tailor
