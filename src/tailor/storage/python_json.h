// JSON as Python's json.dumps writes it: with NaN, Infinity and -Infinity, which JSON does not have. Optuna
// keeps distributions and attributes so.
#pragma once

#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace tailor {

// Numbers that JSON lacks are read as such. Discarded (see nlohmann::json::is_discarded) if the text is
// neither.
nlohmann::json parse_python_json(std::string_view text);

}  // namespace tailor
