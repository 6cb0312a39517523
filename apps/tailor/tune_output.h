// What `tailor tune` and `tailor work` show of a search.
#pragma once

#include <chrono>
#include <cstdint>

#include "session_output.h"
#include "time_left.h"

namespace tailor {

class TuneOutput final : public SessionOutput {
 public:
  using SessionOutput::SessionOutput;

  void begin(const StudyOptions& options) override;
  void ended(const JobReport& report) override;
  void tick(JobQueue& queue) override;
  // Also writes the best setting as a recipe, beside the database.
  void finish(Storage& storage, StudyId study, bool finished) override;

 private:
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  TimeLeft time_left_;        // by epochs
  std::int64_t epochs_ = -1;  // trained, and jobs handed out, when to_go_ was foreseen
  int jobs_ = 0;
  double to_go_ = 0;
  std::chrono::steady_clock::time_point disk_read_{};
  std::uintmax_t disk_ = 0;
};

}  // namespace tailor
