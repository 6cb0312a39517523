// The option --input: the size of images where a network leaves it open.
#pragma once

#include <string>

#include "tailor/base/shape.h"

namespace tailor {

// "28x28x1"; anything else is a usage error.
Shape parse_input(const std::string& text);

}  // namespace tailor
