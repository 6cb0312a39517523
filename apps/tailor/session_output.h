// What a session of work on a study shows: the opening lines, a line for each trial that ended, the live
// status, the closing tables. tune_output.h, confirm_output.h and spread_output.h are the kinds.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "progress.h"
#include "tailor/report/label.h"
#include "tailor/report/measure_text.h"
#include "tailor/tune/objective/training_objective.h"
#include "tailor/tune/study.h"

namespace tailor {

// Where a session works, and on what; borrowed by its output.
struct Session {
  const std::string& name;  // the study's
  const std::string& url;
  const StudyDefinition& definition;
  const TrainingObjective& objective;
  const std::filesystem::path checkpoints;
  bool json;  // print nothing but the result, as JSON
};

class SessionOutput {
 public:
  explicit SessionOutput(const Session& session) : session_(session), text_(session.definition.measure) {}
  virtual ~SessionOutput() = default;

  virtual void begin(const StudyOptions& options) = 0;
  virtual void ended(const JobReport& report) = 0;
  virtual void tick(JobQueue& queue) = 0;
  // `finished`: nothing is left to do; else the session's time was over.
  virtual void finish(Storage& storage, StudyId study, bool finished) = 0;
  void clear() { line_.clear(); }
  // Lines in between.
  void say(const std::string& text);
  // What people should know, on standard error.
  void warn(const std::string& text);

 protected:
  // Title and name of what is worked on, and the architecture.
  void print_heading(const char* title) const;
  // One line of what ended, cut to the page.
  void print_ended(std::string line);
  // "value (95 % interval)"
  bool has_intervals() const;
  const char* value_title() const;
  // With what so many validation images can tell: "93.10 % (92.74-93.44)", "93.10 ±0.35 %".
  std::string with_interval(double value) const;
  std::string with_error(double value) const;
  // "15,593 images/s", of this session so far.
  std::string images_rate(double seconds) const;

  const Session session_;
  const MeasureText text_;
  StatusLine line_;
};

// "title          text"
void print_row(const char* title, const std::string& text);

// "sgd, lr 0.0123, batch 64", the ones that matter most first, in at most `columns`.
std::string short_settings(const SettingTexts& settings, std::size_t columns);

// A value of a setting: three significant digits of a number that has more than fit.
std::string short_value(const std::string& text);

// Parts that fit into so many columns, separated by two spaces.
std::string joined(const std::vector<std::string>& parts, std::size_t columns);

// "1:29", "2:05:00".
std::string clock_time(double seconds);

}  // namespace tailor
