// Working on a study until it is finished or interrupted, with output: what `tailor tune`, `work`,
// `confirm` and `spread` share.
#pragma once

#include <functional>
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

// The study's images, and how its sealed test images are opened, which only a confirmation does.
struct SessionImages {
  ImageSet images;
  std::function<ImageSet()> test;
};
// Of the data set of this name, or in this folder.
SessionImages open_images(const std::string& data);

// `command` and the name of `resume_study` tell how to go on after an interruption.
void run_session(Storage& storage, const std::string& url, StudyId study, SessionImages images,
                 const SessionOptions& session, const std::string& command, const std::string& resume_study);

}  // namespace tailor
