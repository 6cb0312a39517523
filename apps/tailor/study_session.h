// Working on a study until it is finished or interrupted, with output: what `tailor tune`, `work`,
// `confirm` and `spread` share.
#pragma once

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "tailor/data/dataset.h"
#include "tailor/tune/study.h"

namespace tailor {

struct SessionOptions {
  int jobs = 0;             // 0: as many as there are processors
  std::string checkpoints;  // parent of the study's folder; empty: beside the database
  bool free = false, json = false;
};

void add_session_options(CLI::App& command, SessionOptions& options);

// The study's images, and where its sealed test images are, which only a confirmation opens.
struct SessionImages {
  ImageSet images;
  std::shared_ptr<const Dataset> dataset;
};
// Of a study's data set, which may be elsewhere on this machine.
SessionImages open_images(const StudyData& data, const std::string& elsewhere);

// Before a confirmation trains for hours: an error if its test images could not be read in the end, as far as
// can be told without reading any, or their opening not be written down.
void check_sealed_images(const SessionImages& images);

// `command` and the name of `resume_study` tell how to go on after an interruption.
void run_session(Storage& storage, const std::string& url, StudyId study, SessionImages images,
                 const SessionOptions& session, const std::string& command, const std::string& resume_study);

}  // namespace tailor
