// What is seen at which moment, by a clock that the test turns.
#include "tailor/tune/queue/heartbeat_watch.h"

#include <vector>

#include <gtest/gtest.h>

namespace tailor {
namespace {

using namespace std::chrono_literals;

struct Watching {
  HeartbeatWatch watch{std::chrono::minutes(5)};
  HeartbeatWatch::Clock::time_point now = HeartbeatWatch::Clock::time_point() + 1h;

  // Looks every 15 seconds for so long; the worker's heartbeat was `age` old at the first one, and stands
  // still.
  void see(std::chrono::seconds how_long, double age, const std::string& time = "then") {
    for (auto t = 0s; t <= how_long; t += 15s) {
      now += 15s;
      watch.see(std::vector<Heartbeat>{{"worker", time, age + static_cast<double>(t.count())}}, now);
    }
  }
};

TEST(HeartbeatWatch, AnOldHeartbeatMustStandStillForAMinute) {
  Watching w;
  w.see(45s, 3600);
  EXPECT_FALSE(w.watch.has_gone("worker"));
  w.see(15s, 3645);
  EXPECT_TRUE(w.watch.has_gone("worker"));
  w.see(0s, 0, "now");
  EXPECT_FALSE(w.watch.has_gone("worker"));
}

// The database's clock may be an hour wrong, or have been put back.
TEST(HeartbeatWatch, AHeartbeatThatLooksYoungMustStandStillForTheWholeGrace) {
  Watching w;
  w.see(285s, -3600);
  EXPECT_FALSE(w.watch.has_gone("worker"));
  w.see(15s, -3300);
  EXPECT_TRUE(w.watch.has_gone("worker"));
}

// Nobody could beat while the database was away: who lives has a minute to do it.
TEST(HeartbeatWatch, AfterAnOutageItWatchesAnew) {
  Watching w;
  w.see(45s, 0);
  w.now += 10min;
  w.see(45s, 645);
  EXPECT_FALSE(w.watch.has_gone("worker"));
  w.see(0s, 0, "beats again");
  w.see(120s, 15, "beats again");
  EXPECT_FALSE(w.watch.has_gone("worker"));
}

TEST(HeartbeatWatch, WhoHasNoHeartbeatIsWatchedForTheWholeGrace) {
  HeartbeatWatch watch(5min);
  auto now = HeartbeatWatch::Clock::time_point() + 1h;
  EXPECT_FALSE(watch.has_gone("worker"));
  for (int i = 0; i <= 20; ++i, now += 15s) {
    EXPECT_FALSE(watch.has_gone("worker")) << i;
    watch.see({}, now);
  }
  EXPECT_TRUE(watch.has_gone("worker"));
}

}  // namespace
}  // namespace tailor
