// What the next job of a study is: a function of what that job may see, and of nothing else. Called by the
// job queue while nobody else can change the study.
#pragma once

#include <cstddef>
#include <optional>

#include "tailor/tune/pruners/pruner.h"
#include "tailor/tune/samplers/sampler.h"
#include "tailor/tune/study/study_view.h"

namespace tailor {

struct Decision {
  enum class Kind {
    wait,      // for a job that must be seen first
    empty,     // nothing to do here; the job ends at once, so that the next one sees one result more
    finished,  // nothing is left to do
    start,     // a new trial with `setting`, or with that of a trial that it repeats
    claim,     // the waiting trial, somebody's wish
    resume,    // the paused trial
  };

  Kind kind = Kind::wait;
  Assignment setting{};                  // start: proposed; claim: proposed for what is not wished
  std::size_t trial = 0;                 // claim, resume: its number
  Job job{};                             // start, claim, resume
  std::optional<std::size_t> repeats{};  // start: the trial
};

// `everything_visible`: all that is ended may be seen whatever its number, as --free wants it.
Decision decide(StudyView& view, Sampler& sampler, const Pruner& pruner, bool everything_visible);

}  // namespace tailor
