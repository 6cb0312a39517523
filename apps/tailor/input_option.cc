#include "input_option.h"

#include <algorithm>

#include "tailor/base/error.h"
#include "tailor/base/text.h"

namespace tailor {

Shape parse_input(const std::string& text) {
  const auto sides = numbers(text, 'x', 99'999);
  if (!sides || sides->size() != 3 || std::count(sides->begin(), sides->end(), 0u) > 0)
    throw usage_error("--input: expected HEIGHTxWIDTHxCHANNELS such as 28x28x1, got '{}'", text);
  const auto side = [&](std::size_t i) { return static_cast<int>((*sides)[i]); };
  return {side(0), side(1), side(2)};
}

}  // namespace tailor
