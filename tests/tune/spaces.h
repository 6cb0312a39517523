// Distributions and spaces that tests of tune share.
#pragma once

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tailor/tune/space/space.h"

namespace tailor {

inline constexpr double none = std::numeric_limits<double>::quiet_NaN();

inline Distribution real(double low, double high, double step = 0) {
  return {Distribution::Kind::real, low, high, step, false, {}};
}
inline Distribution log_real(double low, double high) {
  return {Distribution::Kind::real, low, high, 0, true, {}};
}
inline Distribution integer(double low, double high, double step = 1) {
  return {Distribution::Kind::integer, low, high, step, false, {}};
}
inline Distribution log_integer(double low, double high) {
  return {Distribution::Kind::integer, low, high, 1, true, {}};
}
inline Distribution choice(std::vector<std::string> names) {
  Distribution d{Distribution::Kind::categorical, 0, 0, 0, false, {}};
  for (std::string& name : names) d.choices.emplace_back(std::move(name));
  return d;
}

// A finite conditional space: 3 * 2 for sgd, 2 for adam, 1 for none = 9 settings, times 2 of "flip".
inline Space small_conditional_space() {
  return Space({{"optimizer", choice({"sgd", "adam", "none"})},
                {"momentum", real(0, 1, 0.5), Condition{"optimizer", {0}}},
                {"nesterov", choice({"no", "yes"}), Condition{"optimizer", {0}}},
                {"beta", integer(1, 2), Condition{"optimizer", {1}}},
                {"flip", choice({"no", "yes"})}});
}

// Every kind of parameter, with conditions of two levels.
inline Space mixed_space() {
  return Space({{"rate", log_real(1e-5, 1)},
                {"width", log_integer(1, 256)},
                {"depth", integer(1, 9, 2)},
                {"dropout", real(0, 0.9, 0.1)},
                {"shift", real(-2, 2)},
                {"optimizer", choice({"sgd", "adam", "lion"})},
                {"momentum", real(0, 0.99), Condition{"optimizer", {0}}},
                {"schedule", choice({"constant", "cosine"}), Condition{"optimizer", {0, 1}}},
                {"cycles", integer(1, 4), Condition{"schedule", {1}}}});
}

}  // namespace tailor
