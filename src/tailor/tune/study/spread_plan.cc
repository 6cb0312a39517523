#include "tailor/tune/study/spread_plan.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tailor/base/error.h"

namespace tailor {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 4> kind_names = {"default", "best_length", "by_hand", "tuned"};

BaselineKind kind_from_name(const std::string& name) {
  for (std::size_t i = 0; i < kind_names.size(); ++i)
    if (kind_names[i] == name) return static_cast<BaselineKind>(i);
  throw bad_input("a spread experiment's baseline of an unknown kind '{}'", name);
}

}  // namespace

std::string_view name_of(BaselineKind kind) { return kind_names[static_cast<std::size_t>(kind)]; }

int SpreadPlan::settings() const {
  return runs.empty() ? 0 : std::max(0, *std::max_element(runs.begin(), runs.end()));
}

int SpreadPlan::repeats() const { return static_cast<int>(std::count(runs.begin(), runs.end(), -1)); }

int SpreadPlan::second_runs() const {
  const auto random = std::count_if(runs.begin(), runs.end(), [](int run) { return run > 0; });
  return static_cast<int>(random) - settings();
}

const SpreadBaseline* SpreadPlan::baseline(int trial_number) const {
  const int run = runs.at(static_cast<std::size_t>(trial_number));
  return run < 0 ? &baselines.at(static_cast<std::size_t>(-run) - 1) : nullptr;
}

std::string SpreadPlan::run_name(int trial_number) const {
  if (const SpreadBaseline* of = baseline(trial_number)) return std::string(name_of(of->kind));
  return fmt::format("random setting {}", runs[static_cast<std::size_t>(trial_number)]);
}

void SpreadPlan::extend(int wanted_settings, int wanted_repeats) {
  for (int made = repeats(); made < wanted_repeats; ++made)
    for (std::size_t b = 0; b < baselines.size(); ++b) runs.push_back(-static_cast<int>(b) - 1);
  for (int setting = settings() + 1; setting <= wanted_settings; ++setting) {
    runs.push_back(setting);
    if (setting % repeated_every == 1) runs.push_back(setting);
  }
}

bool SpreadPlan::continued_by(const SpreadPlan& later) const {
  return study == later.study && baselines == later.baselines && runs.size() <= later.runs.size() &&
         std::equal(runs.begin(), runs.end(), later.runs.begin());
}

json to_json_value(const SpreadPlan& plan) {
  json baselines = json::array();
  for (const SpreadBaseline& b : plan.baselines)
    baselines.push_back({{"kind", name_of(b.kind)}, {"name", b.name}, {"settings", json(b.settings)}});
  return {{"study", plan.study}, {"baselines", std::move(baselines)}, {"runs", plan.runs}};
}

SpreadPlan spread_plan_from_json(const json& j) {
  SpreadPlan plan{j.at("study"), {}};
  for (const json& b : j.at("baselines"))
    plan.baselines.push_back(
        {kind_from_name(b.at("kind")), b.at("name"), b.at("settings").get<SettingTexts>()});
  plan.runs = j.at("runs").get<std::vector<int>>();
  const int count = static_cast<int>(plan.baselines.size());
  for (const int run : plan.runs)
    if (run == 0 || run < -count)
      throw bad_input("a spread experiment's run {} is none of its baselines", run);
  return plan;
}

}  // namespace tailor
