// Python's Optuna 5 and we share databases: it reads, continues and analyses our studies, we continue its
// own, both work on one study at once, and the schemas are the same. optuna_peer.py is the Python side.
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>
#include <sstream>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "storage/databases.h"
#include "tailor/base/process.h"
#include "tailor/storage/distribution_json.h"

namespace tailor {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using Json = nlohmann::json;

// Runs a command of optuna_peer.py in another time zone than UTC; expects that it succeeds. Its lines.
std::vector<std::string> optuna(std::vector<std::string> arguments) {
  const std::filesystem::path root = TAILOR_SOURCE_DIR;
  const std::filesystem::path python = root / "build" / "python" / "bin" / "python";
  if (!std::filesystem::exists(python))
    throw failure("{} is missing; run scripts/setup_python", python.string());
  std::vector<std::string> command = {"env",
                                      "TZ=Asia/Tokyo",
                                      "PYTHONDONTWRITEBYTECODE=1",
                                      "PYTHONIOENCODING=utf-8",
                                      python.string(),
                                      (root / "tests" / "storage" / "optuna_peer.py").string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const ProgramResult result = run_program(command, "coreutils");
  EXPECT_EQ(result.status, 0) << result.errors;
  std::istringstream lines(result.output);
  std::vector<std::string> split;
  for (std::string line; std::getline(lines, line);) split.push_back(line);
  return split;
}

// What optuna_peer.py's describe prints, made from our records.
std::string real_text(double value) {
  if (std::isnan(value)) return "nan";
  const std::string text = Json(value).dump();
  return std::isinf(value) ? (value > 0 ? "inf" : "-inf") : text;
}

std::string attributes_text(const Attributes& attributes) {
  Json object = Json::object();
  for (const auto& [key, json] : attributes) object[key] = Json::parse(json);
  return object.dump();
}

std::string describe(const TrialRecord& trial) {
  constexpr const char* states[] = {"RUNNING", "WAITING", "COMPLETE", "PRUNED", "FAIL"};
  std::string values, steps;
  for (const double value : trial.values)
    values += fmt::format("{}'{}'", values.empty() ? "" : ", ", real_text(value));
  Json params = Json::object();
  for (const TrialParam& param : trial.params) {
    params[param.name()] = {param.value, Json::parse(distribution_to_json(param.distribution()))};
  }
  for (const auto& [step, value] : trial.intermediate_values) {
    steps += fmt::format("{}{}:{}", steps.empty() ? "" : " ", step, real_text(value));
  }
  return fmt::format("{}|{}|[{}]|{}|{}|{}|{}|{}|{}", trial.number, states[static_cast<int>(trial.state)],
                     values, params.dump(), steps, attributes_text(trial.user_attributes),
                     attributes_text(trial.system_attributes),
                     trial.started ? format_timestamp(*trial.started) : "-",
                     trial.finished ? format_timestamp(*trial.finished) : "-");
}

std::vector<std::string> describe(Storage& storage, StudyId id) {
  const StudyRecord study = storage.get_study(id);
  std::string directions;
  for (const Direction direction : study.directions) {
    directions += fmt::format("{}'{}'", directions.empty() ? "" : ", ",
                              direction == Direction::minimize ? "MINIMIZE" : "MAXIMIZE");
  }
  std::vector<std::string> lines = {fmt::format("{}|[{}]|{}|{}", study.name, directions,
                                                attributes_text(study.user_attributes),
                                                attributes_text(study.system_attributes))};
  for (const TrialRecord& trial : storage.get_trials(id)) lines.push_back(describe(trial));
  return lines;
}

void expect_same(const std::vector<std::string>& theirs, const std::vector<std::string>& ours) {
  ASSERT_EQ(theirs.size(), ours.size());
  for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_EQ(theirs[i], ours[i]);
}

// The parameters of optuna_peer.py's objective.
std::vector<TrialParam> params_for(int trial) {
  using Kind = Distribution::Kind;
  const double fraction = (trial * 7 % 20) / 20.0;
  return {learning_rate(1e-4 + 0.05 * fraction),
          make_param("momentum", {.low = 0, .high = 0.95, .step = 0.05}, 0.05 * (trial % 20)),
          batch_size(16 + trial),
          make_param("layers", {.kind = Kind::integer, .low = 1, .high = 9, .step = 2}, 1 + trial % 5 * 2),
          make_param("optimizer",
                     {.kind = Kind::categorical,
                      .choices = {std::string("sgd"), std::string("adam"), std::monostate(), true, 1.5,
                                  std::int64_t{3}, std::string("größe \"x\"")}},
                     trial % 7)};
}

class OptunaTest : public StorageTest {
 protected:
  // A database in which Optuna shall create the tables.
  std::string untouched() const { return new_database(GetParam()); }
};
TAILOR_STORAGE_TESTS(OptunaTest);

// Everything that the database itself knows of the tables, one line for each thing.
std::vector<std::string> schema_of(Backend backend, const std::string& url) {
  if (backend == Backend::sqlite)
    return query(url, "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid");
  std::vector<std::string> all;
  for (const char* part : {
           "SELECT table_name, ordinal_position, column_name, data_type, udt_name, is_nullable, "
           "column_default, character_maximum_length, numeric_precision, datetime_precision FROM "
           "information_schema.columns WHERE table_schema = current_schema() ORDER BY 1, 2",
           "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE "
           "connamespace = current_schema()::regnamespace ORDER BY 1, 2",
           "SELECT tablename, indexname, replace(indexdef, current_schema() || '.', '') FROM pg_indexes "
           "WHERE schemaname = current_schema() ORDER BY 1, 2",
           "SELECT t.typname, e.enumlabel FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid WHERE "
           "t.typnamespace = current_schema()::regnamespace ORDER BY 1, e.enumsortorder",
           "SELECT sequencename, data_type, start_value, min_value, max_value, increment_by, cycle FROM "
           "pg_sequences WHERE schemaname = current_schema() ORDER BY 1",
       }) {
    const std::vector<std::string> lines = query(url, part);
    EXPECT_FALSE(lines.empty()) << part;
    all.insert(all.end(), lines.begin(), lines.end());
  }
  return all;
}

TEST_P(OptunaTest, SchemasAreTheSame) {
  const std::string theirs = untouched();
  optuna({"create", theirs, "made by Optuna"});
  const std::vector<std::string> our_schema = schema_of(GetParam(), url),
                                 their_schema = schema_of(GetParam(), theirs);
  expect_same(their_schema, our_schema);
  for (const char* table : {"alembic_version", "version_info"}) {
    const std::string rows = std::string("SELECT * FROM ") + table;
    EXPECT_EQ(query(rows), tailor::query(theirs, rows));
  }
}

TEST_P(OptunaTest, ReadsOursAsWeDo) {
  const double infinity = std::numeric_limits<double>::infinity();
  const StudyId study = storage->create_study("größe", {Direction::minimize, Direction::maximize});
  storage->set_user_attribute(study, "tailor:seed", "7");
  storage->set_user_attribute(study, "text", R"("größe \" \\ \u00fc \ud83d\ude00")");
  storage->set_system_attribute(study, "study:metric_names", R"(["val_error","time"])");
  storage->create_trial(study, {.state = TrialState::complete,
                                .values = {0.1 + 0.2, -infinity},
                                .params = params_for(6),
                                .intermediate_values = {{1, std::nan("")}, {2, infinity}, {10, 1e-300}},
                                .user_attributes = {{"u", "[1,2.5,null,\"x\"]"}},
                                .system_attributes = {{"constraints", "[0.5]"}}});
  storage->create_trial(study, {.params = params_for(1)});
  storage->create_trial(study,
                        {.state = TrialState::waiting, .system_attributes = {{"fixed_params", "{\"a\":1}"}}});
  storage->create_trial(study, {.state = TrialState::pruned});
  storage->create_trial(study,
                        {.state = TrialState::failed, .user_attributes = {{"reason", "\"out of memory\""}}});
  const TrialId claimed = storage->create_trial(study, {.state = TrialState::waiting}).id;
  storage->claim_trial(claimed);
  storage->finish_trial(claimed, TrialState::complete, {1, 2});
  expect_same(optuna({"describe", url, "größe"}), describe(*storage, study));
}

TEST_P(OptunaTest, ContinuesOurs) {
  const StudyId study = storage->create_study("digits", {Direction::minimize});
  for (int i = 0; i < 20; ++i) {
    const TrialId trial = storage->create_trial(study, {.params = params_for(i)}).id;
    storage->set_intermediate_value(trial, 1, 10 - 0.1 * i);
    storage->finish_trial(trial, i % 6 == 5 ? TrialState::pruned : TrialState::complete, {5 - 0.1 * i});
  }
  storage->create_trial(study, {.state = TrialState::waiting, .params = params_for(3)});
  TrialCursor cursor;
  EXPECT_EQ(storage->get_changed_trials(study, cursor).size(), 21u);
  optuna({"resume", url, "digits", "6"});
  const std::vector<TrialRecord> theirs = storage->get_changed_trials(study, cursor);
  ASSERT_EQ(theirs.size(), 6u);
  EXPECT_EQ(theirs[0].number, 20) << "our waiting trial is the first that it takes";
  EXPECT_EQ(theirs[0].param("learning_rate")->value, params_for(3)[0].value);
  for (const TrialRecord& trial : theirs) {
    EXPECT_TRUE(is_finished(trial.state));
    EXPECT_EQ(trial.params.size(), 5u);
  }
  EXPECT_EQ(storage->create_trial(study).number, 26);
}

TEST_P(OptunaTest, IsContinuedByUs) {
  const std::string theirs = untouched();
  optuna({"create", theirs, "theirs"});
  const auto ours = open_storage(theirs);
  const auto found = ours->find_study("theirs");
  ASSERT_TRUE(found);
  expect_same(optuna({"describe", theirs, "theirs"}), describe(*ours, *found));
  EXPECT_LT(std::chrono::abs(current_time() - ours->get_trials(*found).at(0).started.value()), 10min)
      << "it writes UTC, too";
  const TrialCounts counts = ours->count_trials(*found);
  EXPECT_EQ(counts.running, 1);
  EXPECT_EQ(counts.waiting, 1);
  EXPECT_EQ(counts.complete, 8);
  EXPECT_EQ(counts.pruned, 2);
  EXPECT_EQ(counts.failed, 2);
  std::optional<TrialId> waiting;
  for (const TrialRecord& trial : ours->get_trials(*found))
    if (trial.state == TrialState::waiting) waiting = trial.id;
  ASSERT_TRUE(waiting);
  ASSERT_TRUE(ours->claim_trial(*waiting));
  EXPECT_THAT(ours->get_trial(*waiting).system_attributes,
              Contains(Pair("fixed_params", R"({"learning_rate": 0.03})")));
  ours->set_params(*waiting, params_for(2));
  ours->finish_trial(*waiting, TrialState::complete, {0.5});
  EXPECT_EQ(
      ours->create_trial(*found, {.state = TrialState::complete, .values = {0.25}, .params = params_for(4)})
          .number,
      14);
  EXPECT_THROW(ours->create_trial(*found, {.params = {make_param("optimizer", {.low = 0, .high = 1}, 0)}}),
               Error);
  expect_same(optuna({"describe", theirs, "theirs"}), describe(*ours, *found));
  optuna({"resume", theirs, "theirs", "3"});
  EXPECT_EQ(ours->count_trials(*found).total(), 18);
}

TEST_P(OptunaTest, WorksWhileWeWork) {
  constexpr int each = 15, processes = 3;
  const StudyId study = storage->create_study("digits", {Direction::minimize});
  Processes ours(processes + 1, [&](int worker) {
    if (worker == processes) {
      optuna({"follow", url, "digits", std::to_string(each)});
      return;
    }
    const auto mine = open();
    for (int i = 0; i < 3 * each; ++i) {
      const TrialId trial = mine->create_trial(study, {.params = {learning_rate(0.01)}}).id;
      mine->record_heartbeat(std::to_string(worker));
      std::this_thread::sleep_for(20ms);
      mine->finish_trial(trial, TrialState::complete, {1});
    }
  });
  ours.wait();
  const auto trials = storage->get_trials(study);
  ASSERT_EQ(trials.size(), static_cast<std::size_t>(each + processes * 3 * each));
  for (std::size_t i = 0; i < trials.size(); ++i) {
    EXPECT_EQ(trials[i].number, static_cast<std::int64_t>(i));
    EXPECT_EQ(trials[i].state, TrialState::complete);
  }
}

// An Optuna that fails trials without heartbeats in time reads them in its session's time zone, whatever that
// is; ours it never sees.
TEST_P(OptunaTest, NeverFailsOurTrialsForTheirHeartbeats) {
  const StudyId study = storage->create_study("digits", {Direction::minimize});
  const TrialId ours = storage->create_trial(study).id, theirs = storage->create_trial(study).id;
  optuna({"beat", url, "digits", "1"});
  age_heartbeat(theirs, 100);
  storage->record_heartbeat("worker");
  optuna({"reap", url, "digits", "1"});
  EXPECT_EQ(storage->get_trial(theirs).state, TrialState::failed);
  EXPECT_EQ(storage->get_trial(ours).state, TrialState::running);
  expect_same(optuna({"describe", url, "digits"}), describe(*storage, study));
}

}  // namespace
}  // namespace tailor
