// What `tailor confirm` shows: who races, a line for each run, and the answer.
#pragma once

#include <chrono>

#include "session_output.h"
#include "time_left.h"

namespace tailor {

class ConfirmOutput final : public SessionOutput {
 public:
  explicit ConfirmOutput(const Session& session)
      : SessionOutput(session), confirmation_(*session.definition.confirmation) {}

  void begin(const StudyOptions& options) override;
  void ended(const JobReport& report) override;
  void tick(JobQueue& queue) override;
  void finish(Storage& storage, StudyId study, bool finished) override;

 private:
  std::vector<std::string> with_finals() const;
  std::int64_t most_epochs(const RaceStanding& standing) const;

  const Confirmation& confirmation_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  TimeLeft time_left_;  // by epochs
};

}  // namespace tailor
