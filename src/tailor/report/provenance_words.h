// What it means that a study or a training was computed by several instruction sets or builds, in words: for
// listings, reports and warnings.
#pragma once

#include <string>
#include <vector>

#include "tailor/train/provenance.h"
#include "tailor/tune/study/study_provenance.h"

namespace tailor {

// "AVX-512 (12 trials) and AVX2 (3 trials)".
std::string counts_text(const StudyProvenance::Counts& counts);

// "Trials 3, 7 and 9 were continued on another one than they began on." Empty if there are none.
std::string continued_text(const std::vector<int>& trials);

// What is mixed, for each kind of it; `what`: "study", "confirmation", … The first tells of continued trials,
// too.
std::string instruction_sets_text(const StudyProvenance& provenance, const std::string& what);
std::string builds_text(const StudyProvenance& provenance, const std::string& what);
std::string not_recorded_text(const StudyProvenance& provenance, const std::string& what);

// Those of them that a reader of the study's trials must know.
std::vector<std::string> provenance_sentences(const StudyProvenance& provenance, const std::string& what);

// What a worker of `mine` must know that joins, a paragraph each. Nothing if it continues what others did.
std::vector<std::string> joining_warnings(const StudyProvenance& before, const Environment& mine,
                                          const std::string& what);

// The same for the first worker of an experiment (`what`) about a study that was computed before.
std::vector<std::string> beginning_warnings(const StudyProvenance& study, const Environment& mine,
                                            const std::string& what);

// The same for a training that is resumed after `epochs`.
std::vector<std::string> resuming_warnings(const Provenance& before, const Environment& mine, int epochs);

}  // namespace tailor
