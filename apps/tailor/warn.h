// Warnings of the command: on standard error, where they disturb no output, one paragraph each.
#pragma once

#include <string>
#include <vector>

namespace tailor {

void warn(const std::vector<std::string>& paragraphs);

}  // namespace tailor
