#include "tailor/analysis/final_value.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace tailor {
namespace {

constexpr std::size_t nobody = static_cast<std::size_t>(-1);

// The k-th smallest, between neighbours for a k (from 1) that is no integer; the last beyond it.
double order_statistic(std::vector<double> values, double k) {
  std::sort(values.begin(), values.end());
  const double place = std::clamp(k - 1, 0.0, static_cast<double>(values.size() - 1));
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

}  // namespace

FinalValueLine::FinalValueLine(std::span<const double> early, std::span<const double> final)
    : early_(early.begin(), early.end()) {
  whole_ = fit(early, final, nobody);
  for (std::size_t i = 0; i < early.size(); ++i) {
    lines_.push_back(fit(early, final, i));
    residuals_.push_back(final[i] - lines_[i](early[i]));
  }
}

FinalValueLine::Line FinalValueLine::fit(std::span<const double> early, std::span<const double> final,
                                         std::size_t without) {
  double n = 0, x = 0, y = 0, xx = 0, xy = 0;
  for (std::size_t i = 0; i < early.size(); ++i)
    if (i != without) ++n, x += early[i], y += final[i];
  x /= n, y /= n;
  for (std::size_t i = 0; i < early.size(); ++i)
    if (i != without) xx += (early[i] - x) * (early[i] - x), xy += (early[i] - x) * (final[i] - y);
  return {y, xx > 0 ? xy / xx : 0, x};
}

std::optional<Estimate> FinalValueLine::predict(double early) const {
  const auto [low, high] = std::minmax_element(early_.begin(), early_.end());
  if (!(early >= *low && early <= *high)) return std::nullopt;
  std::vector<double> lower, upper;  // the lower ones negated
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    lower.push_back(std::abs(residuals_[i]) - lines_[i](early));
    upper.push_back(std::abs(residuals_[i]) + lines_[i](early));
  }
  const double k = confidence * static_cast<double>(lines_.size() + 1);
  return Estimate{whole_(early), -order_statistic(lower, k), order_statistic(upper, k)};
}

double FinalValueLine::draw(double early, Key key) const {
  const std::size_t i = key.below(0, lines_.size());
  const double sign = key.uniform(1) < 0.5 ? -1 : 1;
  return lines_[i](early) + sign * residuals_[i];
}

FinalValues predict_finals(const StudyTable& table) {
  std::vector<const StudyRow*> told;
  for (const StudyRow& row : table.trials)
    if (row.unconditional && row.has_result() && row.role != TrialRole::untuned) told.push_back(&row);
  FinalValues result;
  if (told.size() < least_for_final_values) return result;
  std::map<std::size_t, std::size_t> lines;  // by epoch
  for (std::size_t i = 0; i < table.trials.size(); ++i) {
    const StudyRow& row = table.trials[i];
    const std::size_t epochs = row.epochs.size();
    if (!row.cut_short() || epochs == 0 || row.number < told.front()->number ||
        row.number > told.back()->number)
      continue;
    const auto [line, is_new] = lines.try_emplace(epochs, result.lines.size());
    if (is_new) {
      std::vector<double> early, final;
      for (const StudyRow* other : told) {
        if (other->epochs.size() < epochs || !std::isfinite(other->epochs[epochs - 1])) continue;
        early.push_back(other->epochs[epochs - 1]);
        final.push_back(other->value);
      }
      if (early.size() < least_for_final_values) {
        lines.erase(line);
        continue;
      }
      result.lines.emplace_back(early, final);
    }
    if (auto value = result.lines[line->second].predict(row.epochs.back())) {
      if (table.maximize) value = of_accuracy(*value);
      result.predicted.push_back({i, row.epochs.back(), *value, line->second});
    }
  }
  return result;
}

}  // namespace tailor
