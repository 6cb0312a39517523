// What `tailor tune` and `tailor work` show of a search.
#pragma once

#include <chrono>
#include <cstdint>

#include "session_output.h"

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
  std::int64_t epochs_at_start_ = -1;
  std::chrono::steady_clock::time_point disk_read_{};
  std::uintmax_t disk_ = 0;
};

}  // namespace tailor
