// How many epochs a study will still train, for the time left. Used by what shows a study while it runs.
#pragma once

#include "tailor/tune/study/study_view.h"

namespace tailor {

// The study's pruner is played to the end on the results so far, with new trials that do as earlier ones did,
// drawn at random; epochs that running jobs still have to train are counted. In studies of more than 500
// trials each further trial is taken to need the mean of those so far (0 before there are any).
double epochs_to_go(const StudyView& view);

}  // namespace tailor
