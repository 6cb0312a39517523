// Studies and trials as tables, CSV and JSON: what `tailor studies`, `trials`, `best` and `export` print.
// Made from rows of the storage, so studies that Optuna made are listed like our own.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tailor/storage/trial_record.h"
#include "tailor/tune/study/study_provenance.h"

namespace tailor {

// The complete trial with the best value of a study with one objective; ties: the first. Null if there is
// none.
const TrialRecord* best_trial(const StudyRecord& study, std::span<const TrialRecord> trials);

// Best first; trials without a result (cut short, failed, unfinished) last; otherwise by number.
void sort_by_value(const StudyRecord& study, std::vector<TrialRecord>& trials);

// What reports call the states of trials: those of TrialState in its order; "paused" for a running trial of
// ours that nobody trains.
inline constexpr std::array<std::string_view, 6> shown_states = {"running", "waiting", "complete",
                                                                 "pruned",  "failed",  "paused"};
std::string_view shown_state(TrialState state, bool paused);
std::string_view shown_state(const TrialRecord& trial);

struct StudyOverview {
  StudyRecord study;
  std::array<std::int64_t, shown_states.size()> counts{};  // of trials, by what shown_states calls theirs
  std::optional<TrialRecord> best = std::nullopt;
  std::string problem{};  // why its trials cannot be read; empty if they can
};
StudyOverview overview(StudyRecord study, std::span<const TrialRecord> trials);

// For terminals of 80 columns; what does not fit a line is cut, ending in "…".
std::string studies_table(std::span<const StudyOverview> studies);
// `whole`: of the study that these trials are from. Where it mixes instruction sets, a column says which
// computed a trial, and sentences below say what that means.
std::string trials_table(std::span<const TrialRecord> trials, const StudyProvenance& whole = {});

// A row for each trial: number, state, value (value_0, value_1, … with several objectives), started, finished
// (UTC), steps, last, then param_NAME for every parameter of any trial. Only complete trials have a value;
// `last` is what any trial reported last. JSON has both, too. As RFC 4180 has it; an empty field is an absent
// value.
std::string trials_csv(const StudyRecord& study, std::span<const TrialRecord> trials);

// An object for each (of trials with `instruction_sets` that computed it; null: not recorded), with
// everything that the storage has; parameters as what they stand for ("adam", not the index). Numbers that
// JSON has no form for are the texts "NaN", "Infinity", "-Infinity".
std::string studies_json(std::span<const StudyOverview> studies);
std::string trials_json(std::span<const TrialRecord> trials);
std::string trial_json(const TrialRecord& trial);

}  // namespace tailor
