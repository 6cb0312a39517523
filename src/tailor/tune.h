// Tuning: a study of settings, kept in a database where several processes can work on it.
#pragma once

#include "tailor/base/build_info.h"                    // which build this is: version, commit
#include "tailor/base/error.h"                         // what is thrown: kind, message
#include "tailor/data/dataset.h"                       // images by name or folder
#include "tailor/storage/storage.h"                    // open_storage(url)
#include "tailor/tune/files/study_file.h"              // studies as TOML files
#include "tailor/tune/objective/training_objective.h"  // what a trial does: train
#include "tailor/tune/study.h"                         // create_study, run_study
#include "tailor/tune/study/study_summary.h"           // what came out
