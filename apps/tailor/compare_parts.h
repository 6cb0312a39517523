// Comparing the parts of a data set before they are relied on; done once for the same images, then known.
#pragma once

#include "tailor/data/folds.h"
#include "tailor/data/shared_images.h"
#include "tailor/report/run_folder.h"
#include "tailor/tune/study/study_definition.h"

namespace tailor {

// With a line of progress on the terminal.
SharedImages compare_validation(const Dataset& dataset, const ImageSet& images, const Split& split);

// Each image against those that its fold's network is trained on.
SharedImages compare_folds(const Dataset& dataset, const ImageSet& images, const Folds& folds);

// `quiet`: without that line.
SharedImages compare_test(const Dataset& dataset, const ImageSet& training, const ImageSet& test,
                          bool quiet = false);

// A run's images and split, as studies name theirs.
StudyData data_of(const RunDescription& run);

}  // namespace tailor
