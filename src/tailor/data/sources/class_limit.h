// How many classes a data set may have, whatever its kind.
#pragma once

namespace tailor {

inline constexpr int max_classes = 1000;

}  // namespace tailor
