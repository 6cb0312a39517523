// Names in a storage.
#pragma once

#include <string_view>

namespace tailor {

// Refuses, as a usage error, what Optuna's columns cannot hold: nothing, more than 512 characters, or bytes that are
// not UTF-8. `what` is for the message: "study", "attribute".
void check_name(std::string_view what, std::string_view name);

}  // namespace tailor
