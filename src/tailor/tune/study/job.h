// Jobs: the numbered pieces of work that a study consists of, each a new trial's first epochs or a paused
// trial's next ones. A trial keeps its jobs as JSON in its user attribute tailor:jobs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tailor/tune/study/worker_identity.h"

namespace tailor {

enum class JobEnd {
  open,      // runs, or waits to be taken over
  paused,    // at the epoch that was asked for; the trial can go on
  complete,  // the trial is trained to its end
  pruned,    // by the job's limits
  failed,
};

struct Job {
  int number = 0;
  int from = 0, to = 0;          // epochs of the trial before and after
  std::vector<double> limits{};  // see Pruner::limits; values to be minimised
  JobEnd end = JobEnd::open;
  int reached = 0;                         // epochs of the trial when it ended
  std::optional<WorkerIdentity> worker{};  // while it is open and somebody's
  // Of that worker: it was told to stop, so that its end is no death; it has no other job, so that its death
  // is this one's fault.
  bool stopping = false, alone = false;
  int deaths = 0;  // workers that died in a row without finishing an epoch
  // What other workers could not do it for, which may be their machines' fault: "HOST: reason".
  std::vector<std::string> refusals{};
};

std::string to_json(const std::vector<Job>& jobs);

// Bad input that starts with `where` if it is something else.
std::vector<Job> jobs_from_json(std::string_view text, std::string_view where);

std::string_view name_of(JobEnd end);

}  // namespace tailor
