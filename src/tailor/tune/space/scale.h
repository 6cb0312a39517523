// One distribution as samplers use it: which values it allows, and the scale (linear or logarithmic) along
// which they are searched, on which every discrete value has a cell of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "tailor/storage/distribution.h"

namespace tailor {

// Bad input that starts with `where` if it cannot be searched.
void check_distribution(const Distribution& distribution, std::string_view where);
// Number of different values; nothing for reals without a step.
std::optional<std::uint64_t> cardinality(const Distribution& distribution);
// Whether the value is in the range and on a step.
bool contains(const Distribution& distribution, double value);
// The nearest allowed value.
double snap(const Distribution& distribution, double value);
// The k-th value of a finite distribution, in ascending order.
double value_at(const Distribution& distribution, std::uint64_t k);
// Its inverse.
std::uint64_t number_of(const Distribution& distribution, double value);

// The distribution's scale: the logarithm of a log one, otherwise the value itself.
double to_scale(const Distribution& distribution, double value);
// Ends of the scale: half a step beyond the lowest and the highest value, so that every value has a cell of
// its own; categories: -0.5 and n - 0.5.
std::pair<double, double> scale_range(const Distribution& distribution);
// Ends of the cell of a stepped, integer or categorical value on the scale.
std::pair<double, double> scale_cell(const Distribution& distribution, double value);
// Allowed value for a point of the scale.
double from_scale(const Distribution& distribution, double point);

// Position in [0, 1] along the scale: of a value (the middle of its cell), and the value at a position.
double to_unit(const Distribution& distribution, double value);
double from_unit(const Distribution& distribution, double u);

}  // namespace tailor
