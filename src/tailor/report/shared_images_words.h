// What it means that images of one part are among those of another, in words: for train, tune, confirm, evaluate and
// reports.
#pragma once

#include <string>
#include <vector>

#include "tailor/data/shared_images.h"
#include "tailor/report/study_words.h"
#include "tailor/tune/study/study_definition.h"

namespace tailor {

// `part`: "validation" or "test". `data` names the images and their split to the command that shows them.
WarningWords near_duplicates_words(const SharedImages& shared, const std::string& part,
                                   const StudyData& data);
WarningWords contradictions_words(const SharedImages& shared, const std::string& part, const StudyData& data);

// Those of them that are worth saying, with their advice.
std::vector<std::string> shared_images_warnings(const SharedImages& shared, const std::string& part,
                                                const StudyData& data);

}  // namespace tailor
