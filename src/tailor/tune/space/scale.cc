#include "tailor/tune/space/scale.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "tailor/base/error.h"

namespace tailor {
namespace {

using Kind = Distribution::Kind;

bool discrete(const Distribution& d) { return d.kind != Kind::real || d.step > 0; }

double last_choice(const Distribution& d) { return static_cast<double>(d.choices.size()) - 1; }

double highest(const Distribution& d) { return d.kind == Kind::categorical ? last_choice(d) : d.high; }

void check_categories(const Distribution& d, std::string_view where) {
  if (d.choices.empty()) throw bad_input("{}: has no choices; give at least one", where);
  for (std::size_t i = 0; i < d.choices.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (d.choices[i] == d.choices[j])
        throw bad_input("{}: choices {} and {} are equal", where, j + 1, i + 1);
    }
  }
}

bool whole(double x) { return std::isfinite(x) && std::abs(x - std::round(x)) <= 1e-8 * std::max(1.0, x); }

}  // namespace

void check_distribution(const Distribution& d, std::string_view where) {
  if (d.kind == Kind::categorical) return check_categories(d, where);
  if (!std::isfinite(d.low) || !std::isfinite(d.high)) {
    throw bad_input("{}: the range {} to {} is not finite", where, d.low, d.high);
  }
  if (d.low > d.high)
    throw bad_input("{}: the range {} to {} is empty: low is above high", where, d.low, d.high);
  if (!std::isfinite(d.step) || d.step < 0) throw bad_input("{}: step {} is below 0", where, d.step);
  if (d.log && d.low <= 0) throw bad_input("{}: log needs low above 0, got {}", where, d.low);
  if (d.kind == Kind::integer) {
    constexpr double most = 9007199254740992.0;  // 2^53, where doubles stop being exact
    if (d.low != std::round(d.low) || d.high != std::round(d.high) || d.low < -most || d.high > most) {
      throw bad_input("{}: the range {} to {} must have whole ends", where, d.low, d.high);
    }
    if (d.step < 1 || d.step != std::round(d.step)) {
      throw bad_input("{}: step must be a whole number of at least 1, got {}", where, d.step);
    }
  }
  if (d.log && d.step > (d.kind == Kind::integer ? 1 : 0)) {
    throw bad_input("{}: has both log and step {}; leave one of them out", where, d.step);
  }
  if (d.step > 0 && !whole((d.high - d.low) / d.step)) {
    const double reached = d.low + std::floor((d.high - d.low) / d.step) * d.step;
    throw bad_input("{}: from {} no number of steps of {} gives {}; write high = {}", where, d.low, d.step,
                    d.high, reached);
  }
}

std::optional<std::uint64_t> cardinality(const Distribution& d) {
  if (d.kind == Kind::categorical) return d.choices.size();
  if (d.low == d.high) return 1;
  if (d.step <= 0) return std::nullopt;
  const double steps = std::round((d.high - d.low) / d.step);
  return steps < 0x1.0p63 ? static_cast<std::uint64_t>(steps) + 1 : std::numeric_limits<std::uint64_t>::max();
}

bool contains(const Distribution& d, double value) {
  if (d.kind == Kind::categorical) return value >= 0 && value <= last_choice(d) && value == std::round(value);
  if (!(value >= d.low && value <= d.high)) return false;
  return d.step <= 0 || whole((value - d.low) / d.step);
}

double snap(const Distribution& d, double value) {
  if (d.kind == Kind::categorical) return std::clamp(std::round(value), 0.0, last_choice(d));
  if (d.step > 0) {
    const double steps = std::round((d.high - d.low) / d.step);
    value = d.low + std::clamp(std::round((value - d.low) / d.step), 0.0, steps) * d.step;
  }
  return std::clamp(value, d.low, d.high);
}

double value_at(const Distribution& d, std::uint64_t k) {
  const auto steps = static_cast<double>(k);
  return d.kind == Kind::categorical ? steps : std::min(d.low + steps * d.step, d.high);
}

std::uint64_t number_of(const Distribution& d, double value) {
  if (d.kind == Kind::categorical) return static_cast<std::uint64_t>(value);
  return d.low == d.high ? 0 : static_cast<std::uint64_t>(std::round((value - d.low) / d.step));
}

double to_scale(const Distribution& d, double value) { return d.log ? std::log(value) : value; }

std::pair<double, double> scale_cell(const Distribution& d, double value) {
  if (!discrete(d)) return {to_scale(d, value), to_scale(d, value)};
  const double half = d.kind == Kind::categorical ? 0.5 : d.step / 2;
  return {to_scale(d, value - half), to_scale(d, value + half)};
}

std::pair<double, double> scale_range(const Distribution& d) {
  const double low = d.kind == Kind::categorical ? 0 : d.low;
  return {scale_cell(d, low).first, scale_cell(d, highest(d)).second};
}

double from_scale(const Distribution& d, double point) { return snap(d, d.log ? std::exp(point) : point); }

double to_unit(const Distribution& d, double value) {
  const auto [low, high] = scale_range(d);
  return high > low ? (to_scale(d, value) - low) / (high - low) : 0.5;
}

double from_unit(const Distribution& d, double u) {
  const auto [low, high] = scale_range(d);
  return from_scale(d, low + u * (high - low));
}

}  // namespace tailor
