// What the trainings of a study need in memory, by its definition alone.
#pragma once

#include <cstdint>

#include "tailor/tune/study/study_definition.h"

namespace tailor {

// The largest training that a study may make (with folds, of all of their networks), beside its images: of each hyperparameter that memory depends on
// the value of its space, or of what else it trains, that takes most.
struct LargestTraining {
  std::uint64_t bytes = 0;
  int batch_size = 0;
};
LargestTraining largest_training(const StudyDefinition& definition);

}  // namespace tailor
