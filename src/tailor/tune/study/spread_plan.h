// A spread experiment: how vastly results vary over a study's space, from independent random settings trained
// to the end, none cut short, beside baselines on fresh seeds. It is itself a study in the same storage,
// whose trials are the runs of this plan: what each of them is depends on its number alone, so nothing that
// came out earlier has a say in it. None of its seeds or draws is the study's, or a confirmation's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "tailor/tune/space/setting_text.h"

namespace tailor {

// From the untuned default to the tuned setting, in the order in which the way is told.
enum class BaselineKind {
  untuned,      // the default
  best_length,  // the default, trained for as long as was best in the study's own trial 0
  by_hand,      // the default with everything that the study fixed by hand
  tuned,        // the study's best trial, or the confirmed winner
};
std::string_view name_of(BaselineKind kind);  // "default", "best_length", "by_hand", "tuned"

struct SpreadBaseline {
  BaselineKind kind = BaselineKind::untuned;
  std::string name{};       // for people: "trial 15, confirmed"
  SettingTexts settings{};  // where they differ from the study's untuned defaults

  bool operator==(const SpreadBaseline&) const = default;
};

struct SpreadPlan {
  std::string study;                      // of whose space this is
  std::vector<SpreadBaseline> baselines;  // the untuned default first, each kind at most once
  // By the trial's number: n > 0 is the random setting n (again: its second seed), -n is baselines[n - 1].
  std::vector<int> runs{};

  // Every fourth random setting, from the first on, is trained twice: of these the seed's share is told.
  static constexpr int repeated_every = 4;

  int settings() const;     // random ones
  int repeats() const;      // runs of each baseline
  int second_runs() const;  // random settings that are trained twice
  // Nothing for a random setting.
  const SpreadBaseline* baseline(int trial_number) const;
  std::string run_name(int trial_number) const;  // "default", "random setting 12"

  // Appends what is missing to so many; never takes away.
  void extend(int settings, int repeats);
  // Whether `later` is this plan, perhaps with more runs at its end.
  bool continued_by(const SpreadPlan& later) const;

  bool operator==(const SpreadPlan&) const = default;
};

nlohmann::json to_json_value(const SpreadPlan& plan);
// Throws nlohmann::json::exception, or bad input, if it is something else.
SpreadPlan spread_plan_from_json(const nlohmann::json& json);

}  // namespace tailor
