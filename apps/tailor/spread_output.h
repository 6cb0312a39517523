// What `tailor spread` shows: what is run and what it will cost, a line for each run, and the answer.
#pragma once

#include <chrono>

#include "session_output.h"
#include "time_left.h"

namespace tailor {

class SpreadOutput final : public SessionOutput {
 public:
  explicit SpreadOutput(const Session& session) : SessionOutput(session), plan_(*session.definition.spread) {}

  void begin(const StudyOptions& options) override;
  void ended(const JobReport& report) override;
  void tick(JobQueue& queue) override;
  void finish(Storage& storage, StudyId study, bool finished) override;

 private:
  const SpreadPlan& plan_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  TimeLeft time_left_;  // by epochs
};

}  // namespace tailor
