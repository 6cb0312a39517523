// A longer study goes on where the shorter one would have gone on. What a study does at its end hangs on how
// many trials it has: it promotes the last leaders because nobody else will come, looks at results that it
// would have proposed without, and gives up the trials that are still paused. When it gets more trials, all
// of that is taken back, so that it is the study that it would have been with so many from the start.
//
// This cannot be where repeats were made (their trials have the numbers of the longer study's search), where
// wishes came after the end, or where `--free` workers decided; such studies just go on.
#pragma once

#include "tailor/storage/storage.h"
#include "tailor/tune/study/study_definition.h"

namespace tailor {

// Within a transaction that holds the study's lock, before its definition changes from `before` to `now`. How
// many trials were ended and are not any more.
int take_back_the_end(Storage& storage, StudyId study, const StudyDefinition& before,
                      const StudyDefinition& now);

}  // namespace tailor
