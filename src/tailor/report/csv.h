// Fields of CSV files, as RFC 4180 has them.
#pragma once

#include <string>

namespace tailor {

// In quotes if it needs them.
std::string csv_field(const std::string& text);

}  // namespace tailor
