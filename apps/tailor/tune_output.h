// What `tailor tune` and `tailor work` show: the opening lines, a line for each trial that ended, the live
// status, the closing tables.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "progress.h"
#include "tailor/tune/study.h"
#include "tailor/tune/study_summary.h"
#include "tailor/tune/training_objective.h"

namespace tailor {

class TuneOutput {
 public:
  // Everything given is borrowed. `json`: print nothing but the summary, as JSON.
  TuneOutput(const StudyDefinition& definition, const TrainingObjective& objective,
             std::filesystem::path checkpoints, bool json);

  void begin(const std::string& name, const std::string& url, const StudyOptions& options) const;
  void ended(const JobReport& report);
  void tick(JobQueue& queue);
  // `recipe`: the file that the best setting was written to.
  void finish(const StudySummary& summary, const std::string& url, const std::filesystem::path& recipe,
              bool time_is_over);
  void clear() { line_.clear(); }

 private:
  std::string value(double value) const;
  std::string with_interval(double value) const;
  std::string with_error(double value) const;

  const StudyDefinition& definition_;
  const TrainingObjective& objective_;
  const std::filesystem::path checkpoints_;
  const bool json_;
  StatusLine line_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::int64_t epochs_at_start_ = -1;
  std::chrono::steady_clock::time_point disk_read_{};
  std::uintmax_t disk_ = 0;
};

// "sgd, learning_rate 0.0123, batch_size 64", the ones that matter most first, in at most `columns`.
std::string short_settings(const SettingTexts& settings, std::size_t columns);

}  // namespace tailor
