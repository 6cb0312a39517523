// What a spread experiment runs next: a sampler that reads its plan.
#pragma once

#include <memory>

#include "tailor/tune/samplers/sampler.h"
#include "tailor/tune/study/study_definition.h"

namespace tailor {

// Of a definition that has a plan.
std::unique_ptr<Sampler> make_plan_sampler(const StudyDefinition& definition);

}  // namespace tailor
