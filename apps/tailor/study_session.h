// Working on a study until it is finished or interrupted, with output: what `tailor tune` and `tailor work`
// share.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "tailor/data/image_set.h"
#include "tailor/tune/study.h"

namespace tailor {

struct SessionOptions {
  int jobs = 0;             // 0: as many as there are processors
  std::string checkpoints;  // parent of the study's folder; empty: beside the database
  bool free = false, json = false;
};

void add_session_options(CLI::App& command, SessionOptions& options);

// `command` is what resumes it: "tune --resume", "work".
void run_session(Storage& storage, const std::string& url, StudyId study, const StudyDefinition& definition,
                 ImageSet images, const SessionOptions& options, const std::string& command);

}  // namespace tailor
