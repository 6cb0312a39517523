// Studies and trials as rows: what storage reads and writes, and what samplers, pruners and reports look at.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tailor/storage/distribution.h"
#include "tailor/storage/timestamp.h"

namespace tailor {

// Keys of rows: positive, unique in one database. Own types, so that an id is never taken for a number.
enum class StudyId : std::int64_t {};
enum class TrialId : std::int64_t {};

enum class Direction { not_set, minimize, maximize };  // not_set: only in old studies of Optuna

enum class TrialState { running, waiting, complete, pruned, failed };

constexpr bool is_finished(TrialState state) {
  return state == TrialState::complete || state == TrialState::pruned || state == TrialState::failed;
}

// Key to any JSON text.
using Attributes = std::map<std::string, std::string, std::less<>>;

// A parameter's name with what it could be: one object for all trials that agree in both.
struct ParamDefinition {
  std::string name;
  Distribution distribution;
};

struct TrialParam {
  std::shared_ptr<const ParamDefinition> definition;  // never null
  double value = 0;                                   // internal representation, see distribution.h

  const std::string& name() const { return definition->name; }
  const Distribution& distribution() const { return definition->distribution; }
};

struct TrialRecord {
  TrialId id{};
  std::int64_t number = 0;  // 0, 1, 2, … within its study
  TrialState state = TrialState::running;
  std::vector<double> values;                          // one for each objective, or none; never NaN
  std::vector<TrialParam> params;                      // ascending names
  std::map<std::int64_t, double> intermediate_values;  // step to value, which may be NaN or infinite
  Attributes user_attributes, system_attributes;
  std::optional<Timestamp> started, finished;

  // The parameter of this name, or null.
  const TrialParam* param(std::string_view name) const;
};

struct StudyRecord {
  StudyId id{};
  std::string name;
  std::vector<Direction> directions;  // one for each objective
  Attributes user_attributes, system_attributes;
};

struct TrialCounts {
  std::int64_t running = 0, waiting = 0, complete = 0, pruned = 0, failed = 0;
  std::int64_t total() const { return running + waiting + complete + pruned + failed; }
};

// A trial to be created, with all that is known of it. Started now unless it waits.
struct NewTrial {
  TrialState state = TrialState::running;
  std::vector<double> values{};  // as finish_trial takes them; only for a finished state
  std::vector<TrialParam> params{};
  std::map<std::int64_t, double> intermediate_values{};
  Attributes user_attributes{}, system_attributes{};
};

struct CreatedTrial {
  TrialId id{};
  std::int64_t number = 0;
};

// How far get_changed_trials has read a study; starts before its first trial.
struct TrialCursor {
  TrialId last{};                   // every trial up to this one was returned at least once
  std::vector<TrialId> unfinished;  // of these, those to look at again; ascending
};

}  // namespace tailor
