#include "tailor/tune/study/recommendation.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <nlohmann/json.hpp>

namespace tailor {
namespace {

constexpr std::size_t steps_of_sd = 6;           // of the grid
constexpr double sds_below = 4, sds_above = 12;  // its ends, around the lowest mean
constexpr int em_steps = 20;
constexpr double least_df = 2;
constexpr int noise_levels =
    9;  // that the noise's sd is integrated over, from 2 / 5 of its estimate to 5 / 2
// What a setting's own noise may be, in the sd of all, and how often.
struct OwnNoise {
  double factor, share;
};
constexpr OwnNoise own_noise[] = {{0.4, 0.25}, {1, 0.4}, {2.5, 0.25}, {6, 0.1}};

struct NoiseFit {
  double squares = 0, df = 0;

  double sd() const { return std::sqrt(squares / df); }
  // Up to a constant; flat in log sd.
  double log_density(double sd) const { return -df * std::log(sd) - squares / (2 * sd * sd); }
};

NoiseFit noise_of(std::span<const SettingReports> settings) {
  NoiseFit fit;
  for (const SettingReports& s : settings) {
    const double mean = s.mean();
    for (const double c : s.costs) fit.squares += (c - mean) * (c - mean);
    fit.df += static_cast<double>(s.costs.size() - 1);
  }
  return fit;
}

// Posteriors of settings on a grid, for one noise sd.
class Posteriors {
 public:
  Posteriors(std::span<const SettingReports> settings, std::span<const double> grid, double sd)
      : grid_(grid), posterior_(settings.size(), std::vector<double>(grid.size())) {
    std::vector<double> prior(grid.size(), 1 / static_cast<double>(grid.size())), next(grid.size());
    std::vector<std::vector<double>> likelihood(posterior_);  // without constants
    for (std::size_t i = 0; i < settings.size(); ++i) {
      const double mean = settings[i].mean(), n = static_cast<double>(settings[i].costs.size());
      double squares = 0;
      for (const double c : settings[i].costs) squares += (c - mean) * (c - mean);
      for (const auto [factor, share] : own_noise) {
        const double precision = 1 / (factor * factor * sd * sd), weight = share * std::pow(factor, -n);
        for (std::size_t k = 0; k < grid.size(); ++k) {
          const double off = mean - grid[k];
          likelihood[i][k] += weight * std::exp(-precision * (squares + n * off * off) / 2) + 1e-300;
        }
      }
    }
    for (int step = 0; step <= em_steps; ++step) {
      std::fill(next.begin(), next.end(), 0);
      for (std::size_t i = 0; i < settings.size(); ++i) {
        double sum = 0;
        for (std::size_t k = 0; k < grid.size(); ++k) sum += posterior_[i][k] = prior[k] * likelihood[i][k];
        for (std::size_t k = 0; k < grid.size(); ++k) next[k] += posterior_[i][k] /= sum;
      }
      for (std::size_t k = 0; k < grid.size(); ++k) prior[k] = next[k] / static_cast<double>(settings.size());
    }
  }

  // That no other setting's worth is lower than setting i's by more than so many steps of the grid; of one
  // that is equal by less than a step, half of it.
  double near_lowest(std::size_t i, std::size_t steps) const {
    double total = 0;
    std::vector<double> above(posterior_.size(), 1);  // that a setting is above the last of grid points
    for (std::size_t k = 0; k < grid_.size(); ++k) {
      double others = 1;
      for (std::size_t j = 0; j < posterior_.size() && k >= steps; ++j) {
        const double here = posterior_[j][k - steps];
        above[j] = std::max(above[j] - here, 0.0);
        if (j != i) others *= above[j] + here / 2;
      }
      total += posterior_[i][k] * others;
    }
    return total;
  }

 private:
  std::span<const double> grid_;
  std::vector<std::vector<double>> posterior_;  // [setting][point]
};

RecommendationOdds odds_of(const SettingReports& chosen, std::vector<SettingReports> settings,
                           const NoiseFit& noise) {
  const double sd = noise.sd();
  double lowest = chosen.mean();
  for (const SettingReports& s : settings) lowest = std::min(lowest, s.mean());
  std::erase_if(settings, [&](const SettingReports& s) {
    return s.trial != chosen.trial && s.mean() > lowest + sds_above * sd;
  });
  const auto place = static_cast<std::size_t>(
      std::find_if(settings.begin(), settings.end(),
                   [&](const SettingReports& s) { return s.trial == chosen.trial; }) -
      settings.begin());
  std::vector<double> grid;
  for (double z = -sds_below; z <= sds_above; z += 1.0 / steps_of_sd) grid.push_back(lowest + z * sd);
  RecommendationOdds odds{.noise_sd = sd, .best = 0, .near_best = 0};
  double total = 0;
  for (int i = 0; i < noise_levels; ++i) {
    const double level = sd * std::pow(2.5, 2.0 * i / (noise_levels - 1) - 1);
    const double weight = std::exp(noise.log_density(level) - noise.log_density(sd));
    const Posteriors fit(settings, grid, level);
    odds.best += weight * fit.near_lowest(place, 0);
    odds.near_best += weight * fit.near_lowest(place, steps_of_sd);
    total += weight;
  }
  odds.best /= total;
  odds.near_best = std::max(odds.best, std::min(odds.near_best / total, most_sure));
  return odds;
}

void drop_failed(std::vector<SettingReports>& settings) {
  std::erase_if(settings, [](const SettingReports& s) { return !std::isfinite(s.mean()); });
}

SettingReports* find_setting(std::vector<SettingReports>& settings, std::size_t trial) {
  const auto found = std::find_if(settings.begin(), settings.end(),
                                  [&](const SettingReports& s) { return s.trial == trial; });
  return found == settings.end() ? nullptr : &*found;
}

// By the study's own reports, see the header.
std::optional<std::size_t> best_mean(const std::vector<SettingReports>& settings) {
  std::size_t most = 1;
  for (const SettingReports& s : settings) most = std::max(most, s.costs.size());
  const std::size_t least = most < 2 ? 1 : std::max<std::size_t>(2, most - 1);
  const SettingReports* chosen = nullptr;
  for (const SettingReports& s : settings)
    if (s.costs.size() >= least && (!chosen || s.mean() < chosen->mean())) chosen = &s;
  return chosen ? std::optional(chosen->trial) : std::nullopt;
}

void add_fresh(std::vector<SettingReports>& settings, const FreshReports& fresh) {
  for (const SettingReports& more : fresh.settings) {
    if (SettingReports* known = find_setting(settings, more.trial))
      known->costs.insert(known->costs.end(), more.costs.begin(), more.costs.end());
    else if (!more.costs.empty())
      settings.push_back(more);
  }
  drop_failed(settings);
}

}  // namespace

std::optional<Recommendation> recommend(std::span<const Report> reports, const FreshReports& fresh) {
  std::vector<SettingReports> settings = reports_of_settings(reports);
  drop_failed(settings);
  std::optional<std::size_t> chosen = fresh.confirmed;
  if (!chosen) chosen = best_mean(settings);
  add_fresh(settings, fresh);
  const SettingReports* setting = chosen ? find_setting(settings, *chosen) : nullptr;
  if (setting == nullptr) return std::nullopt;
  Recommendation result{setting->trial, setting->costs.size(), setting->mean(), std::nullopt};
  const NoiseFit noise = noise_of(settings);
  if (noise.df < least_df) return result;
  // Without any noise the lowest is the best: it was repeated.
  const bool any = noise.sd() > 1e-9 * std::abs(setting->mean());
  result.odds = any ? odds_of(*setting, settings, noise) : RecommendationOdds{.noise_sd = noise.sd()};
  return result;
}

std::string to_json(const Recommendation& r, bool maximize) {
  const double sign = maximize ? -1 : 1;
  nlohmann::ordered_json json{
      {"trial", r.trial},    {"reports", r.reports},        {"mean", sign * r.mean},
      {"noise_sd", nullptr}, {"probability_best", nullptr}, {"probability_near_best", nullptr}};
  if (r.odds) {
    json["noise_sd"] = r.odds->noise_sd;
    json["probability_best"] = r.odds->best;
    json["probability_near_best"] = r.odds->near_best;
  }
  return json.dump();
}

}  // namespace tailor
