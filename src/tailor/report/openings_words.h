// How often test images were opened before, in words for a terminal and as JSON: what `tailor evaluate
// --test` and `tailor confirm` say before they open them.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "tailor/data/images_ledger.h"

namespace tailor {

// One to three lines of at most 80 columns.
std::string opened_before_text(const ImagesOpenings& before);

// Adds "opened_before", a count, and "last_opened", null or {time, command, study, confirmation | run, host}.
void add_opened_before(nlohmann::ordered_json& to, const ImagesOpenings& before);

}  // namespace tailor
