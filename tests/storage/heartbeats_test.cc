#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/databases.h"
#include "storage/postgresql_server.h"

namespace tailor {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HeartbeatsTest : public StorageTest {
 protected:
  void age(const std::string& worker, int seconds) const {
    const char* statement =
        GetParam() == Backend::sqlite
            ? "UPDATE trial_system_attributes SET value_json = strftime('\"%Y-%m-%d %H:%M:%f000\"', 'now', "
              "'-{} seconds') WHERE \"key\" = 'tailor:worker:{}'"
            : "UPDATE trial_system_attributes SET value_json = '\"' || (now() AT TIME ZONE 'UTC' - interval "
              "'{} seconds')::text || '\"' WHERE key = 'tailor:worker:{}'";
    query(fmt::format(fmt::runtime(statement), seconds, worker));
  }
};
TAILOR_STORAGE_TESTS(HeartbeatsTest);

TEST_P(HeartbeatsTest, AreOfTheDatabasesClock) {
  EXPECT_THAT(storage->list_heartbeats(), IsEmpty());
  storage->record_heartbeat("ann");
  storage->record_heartbeat("bob");
  age("bob", 100);
  for (const Heartbeat& h : open()->list_heartbeats())
    EXPECT_NEAR(h.age, h.worker == "ann" ? 0 : 100, 20) << h.worker << " " << h.time;
  age("ann", 50);  // two beats may fall into one millisecond
  const std::string before = storage->list_heartbeats().at(0).time;
  storage->record_heartbeat("bob");
  storage->record_heartbeat("ann");
  const std::vector<Heartbeat> heartbeats = storage->list_heartbeats();
  ASSERT_EQ(heartbeats.size(), 2u);
  EXPECT_NE(heartbeats[0].time, before);
  for (const Heartbeat& h : heartbeats) EXPECT_LT(h.age, 20);
  storage->delete_heartbeat("ann");
  ASSERT_EQ(storage->list_heartbeats().size(), 1u);
  EXPECT_EQ(storage->list_heartbeats()[0].worker, "bob");
  EXPECT_THAT(query("SELECT COUNT(*) FROM trial_heartbeats"), ElementsAre("0"))
      << "Optuna would fail trials by them";
}

TEST_P(HeartbeatsTest, OfWorkersThatWereKilledAreRemovedAfterAMonth) {
  storage->record_heartbeat("killed");
  storage->record_heartbeat("late");
  age("killed", 31 * 24 * 3600);
  age("late", 29 * 24 * 3600);
  storage->record_heartbeat("new");
  std::vector<std::string> workers;
  for (const Heartbeat& h : storage->list_heartbeats()) workers.push_back(h.worker);
  EXPECT_THAT(workers, ::testing::UnorderedElementsAre("late", "new"));
}

// Two zones are what one zone is before and after its clocks change.
TEST(PostgresqlHeartbeats, AreTheSameInEveryTimeZone) {
  const std::string url = new_database(Backend::postgresql);
  const auto in = [&](const char* zone) { return open_storage(url + "%20-cTimeZone%3D" + zone); };
  const auto east = in("Asia/Tokyo"), west = in("America/Los_Angeles");
  east->record_heartbeat("east");
  west->record_heartbeat("west");
  for (const auto* storage : {&east, &west}) {
    const std::vector<Heartbeat> heartbeats = (*storage)->list_heartbeats();
    ASSERT_EQ(heartbeats.size(), 2u);
    for (const Heartbeat& h : heartbeats) EXPECT_NEAR(h.age, 0, 20) << h.worker << " " << h.time;
  }
}

}  // namespace
}  // namespace tailor
