// Signs of life of workers. (In Optuna's own table a heartbeat is a trial's, and in the time zone of the
// session that wrote it: an hour seems to pass or to be missing when clocks change, and sessions of two zones
// disagree.)
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "tailor/storage/session.h"

namespace tailor {
namespace {

constexpr std::string_view prefix = "tailor:worker:";
constexpr auto kept_for = std::chrono::days(30);

std::string key_of(std::string_view worker) { return fmt::format("{}{}", prefix, worker); }

}  // namespace

void Storage::record_heartbeat(std::string_view worker) {
  const std::string key = key_of(worker);
  session_->write([&](auto& t) {
    Database& db = *t.db;
    const std::int64_t changed = db.execute(
        fmt::format("UPDATE trial_system_attributes SET value_json = {} WHERE trial_id IS NULL AND "
                    "\"key\" = ?",
                    db.dialect().now_json),
        {key});
    if (changed > 0) return;
    const std::string oldest = fmt::format("\"{}", format_timestamp(current_time() - kept_for));
    db.execute(
        "DELETE FROM trial_system_attributes WHERE trial_id IS NULL AND \"key\" LIKE ? AND value_json < ?",
        {fmt::format("{}%", prefix), oldest});
    db.execute(fmt::format(
                   "INSERT INTO trial_system_attributes (trial_id, \"key\", value_json) VALUES (NULL, ?, {})",
                   db.dialect().now_json),
               {key});
  });
}

void Storage::delete_heartbeat(std::string_view worker) {
  session_->write([&](auto& t) {
    t.db->execute("DELETE FROM trial_system_attributes WHERE trial_id IS NULL AND \"key\" = ?",
                  {key_of(worker)});
  });
}

std::vector<Heartbeat> Storage::list_heartbeats() {
  return session_->read([&](auto& t) {
    Database& db = *t.db;
    std::vector<Heartbeat> heartbeats;
    db.execute(
        fmt::format("SELECT a.\"key\", a.value_json, {} FROM trial_system_attributes a WHERE a.trial_id IS "
                    "NULL AND a.\"key\" LIKE ?",
                    db.dialect().age_of_json),
        {fmt::format("{}%", prefix)}, [&](const Row& row) {
          heartbeats.push_back(
              {std::string(row.text(0).substr(prefix.size())), std::string(row.text(1)), row.real(2)});
        });
    return heartbeats;
  });
}

void Storage::delete_trial_heartbeat(TrialId trial) {
  session_->write(
      [&](auto& t) { t.db->execute("DELETE FROM trial_heartbeats WHERE trial_id = ?", {sql(trial)}); });
}

}  // namespace tailor
