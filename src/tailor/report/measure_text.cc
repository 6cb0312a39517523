#include "tailor/report/measure_text.h"

#include <cmath>

#include <fmt/format.h>

namespace tailor {
namespace {

// Per cent. Shares of images often end in a 5 at the third decimal, which the last bit must not round up here
// and down there.
double per_cent(double share) { return 100 * share + std::copysign(1e-9, share); }

bool has_bounds(const Estimate& e) { return std::isfinite(e.low) && std::isfinite(e.high); }

}  // namespace

std::string MeasureText::with_unit(const std::string& difference) const {
  return accuracy_ ? difference + " " + unit() : difference;
}

std::string MeasureText::number(double v) const {
  if (std::isnan(v)) return "-";
  return accuracy_ ? fmt::format("{:.2f}", per_cent(v)) : fmt::format("{:.4f}", v);
}

std::string MeasureText::value(double v) const {
  return number(v) + (accuracy_ && !std::isnan(v) ? " %" : "");
}

std::string MeasureText::value(const Estimate& e) const {
  return has_bounds(e) ? fmt::format("{} ({}-{})", value(e.estimate), number(e.low), number(e.high))
                       : value(e.estimate);
}

std::string MeasureText::narrow(const Estimate& e) const {
  return has_bounds(e) ? fmt::format("{} ({}-{})", number(e.estimate), number(e.low), number(e.high))
                       : number(e.estimate);
}

std::string MeasureText::change(double v) const {
  if (std::isnan(v)) return "-";
  return accuracy_ ? fmt::format("{:+.2f}", per_cent(v)) : fmt::format("{:+.4f}", v);
}

std::string MeasureText::change(const Estimate& e) const {
  return has_bounds(e) ? fmt::format("{} ({} to {})", change(e.estimate), change(e.low), change(e.high))
                       : change(e.estimate);
}

std::string MeasureText::told_difference(double v) const {
  return number(v) + (accuracy_ ? " percentage points" : "");
}

std::string MeasureText::told_difference(const Estimate& e) const {
  return fmt::format("{} (95 % interval {} to {})", told_difference(e.estimate), number(e.low),
                     number(e.high));
}

std::string percent(double share) { return std::isnan(share) ? "-" : fmt::format("{:.0f} %", 100 * share); }

}  // namespace tailor
