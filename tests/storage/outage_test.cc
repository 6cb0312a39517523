// PostgreSQL goes away and comes back while many processes work: what was reported as done is there once,
// whatever was cut off in the middle of it.
#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scratch.h"
#include "storage/cutting_proxy.h"
#include "storage/databases.h"
#include "storage/postgresql_server.h"

namespace tailor {
namespace {

using namespace std::chrono_literals;

// Workers ask and tell for as long as the file is missing, and write down each value whose trial was reported
// as done. `disturb` runs meanwhile.
class OutageTest : public ::testing::Test {
 protected:
  const std::string url = new_database(Backend::postgresql);

  // Made before the processes are, so that they share it.
  const std::filesystem::path folder = scratch("");

  std::filesystem::path journal(int worker) const {
    const char* test = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    return folder / fmt::format("{}_{}.journal", test, worker);
  }

  void work(int worker, StudyId study) const {
    const auto storage = open_storage(url, {.patience = 60s});
    std::ofstream done(journal(worker));
    for (int i = 0; !std::filesystem::exists(journal(-1)); ++i) {
      const double value = worker * 1e6 + i;
      const CreatedTrial trial = storage->create_trial(study, {.params = {batch_size(32)}});
      storage->set_intermediate_value(trial.id, 1, value);
      storage->finish_trial(trial.id, TrialState::complete, {value});
      done << trial.number << ' ' << std::llround(value) << std::endl;
    }
  }

  // `disturb` is called `times` times, ten times as often in the long form.
  void run(int times, const std::function<void()>& disturb) {
    const int workers = long_form() ? 64 : 6;
    const StudyId study = open_storage(url)->create_study("digits", {Direction::minimize});
    Processes processes(workers, [&](int worker) { work(worker, study); });
    for (int i = 0; i < (long_form() ? 10 : 1) * times; ++i) disturb();
    std::this_thread::sleep_for(300ms);
    std::ofstream(journal(-1)) << "stop";
    processes.wait();
    check(workers, study);
  }

  void check(int workers, StudyId study) {
    const auto storage = open_storage(url);
    const std::vector<TrialRecord> trials = storage->get_trials(study);
    std::map<std::int64_t, double> reported;
    for (int worker = 0; worker < workers; ++worker) {
      std::ifstream done(journal(worker));
      std::int64_t number = 0;
      for (double value = 0; done >> number >> value;) {
        EXPECT_TRUE(reported.emplace(number, value).second) << "trial " << number << " was given twice";
      }
    }
    EXPECT_GT(reported.size(), static_cast<std::size_t>(workers));
    // Nothing lost, and, as every operation of every worker ended well, nothing besides.
    EXPECT_EQ(trials.size(), reported.size());
    for (std::size_t i = 0; i < trials.size(); ++i) {
      EXPECT_EQ(trials[i].number, static_cast<std::int64_t>(i));
      EXPECT_EQ(trials[i].state, TrialState::complete);
      const auto found = reported.find(trials[i].number);
      ASSERT_NE(found, reported.end()) << "trial " << trials[i].number << " was created twice";
      EXPECT_THAT(trials[i].values, ::testing::ElementsAre(found->second));
    }
    EXPECT_THAT(query(url, "SELECT COUNT(*) FROM trial_system_attributes WHERE trial_id IS NULL"),
                ::testing::ElementsAre("0"))
        << "sessions that end leave no marks";
  }
};

TEST_F(OutageTest, ServerIsRestarted) {
  run(2, [] {
    std::this_thread::sleep_for(300ms);
    postgresql_server().stop();
    postgresql_server().start();
  });
}

TEST_F(OutageTest, ServerCrashes) {
  run(3, [] {
    std::this_thread::sleep_for(300ms);
    postgresql_server().crash();
    postgresql_server().start();
  });
}

TEST_F(OutageTest, ConnectionsAreCut) {
  run(60, [&] {
    query(url,
          "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() "
          "AND pid <> pg_backend_pid()");
    std::this_thread::sleep_for(25ms);
  });
}

// The moments that chance hardly finds: a COMMIT that the server never gets, and one whose answer the client
// never gets. Neither may be seen from outside.
TEST_F(OutageTest, CommitsAreDoneOnceWhateverIsLost) {
  CuttingProxy proxy(postgresql_server().folder());
  std::string through_proxy = url;
  through_proxy.replace(url.find(postgresql_server().folder()), postgresql_server().folder().size(),
                        proxy.folder());
  const auto storage = open_storage(through_proxy, {.patience = 60s});
  const StudyId study = storage->create_study("digits", {Direction::minimize});
  std::int64_t number = 0;
  for (const auto cut : {CuttingProxy::Cut::before_commit, CuttingProxy::Cut::after_commit}) {
    proxy.arm(cut);
    const CreatedTrial trial = storage->create_trial(study, {.params = {batch_size(32)}});
    EXPECT_TRUE(proxy.has_cut());
    EXPECT_EQ(trial.number, number++);
    proxy.arm(cut);
    storage->finish_trial(trial.id, TrialState::complete, {0.5});
    proxy.arm(cut);
    int runs = 0;
    TrialId waiting{};
    storage->transaction([&] {
      ++runs;
      waiting = storage->create_trial(study, {.state = TrialState::waiting}).id;
    });
    EXPECT_EQ(runs, cut == CuttingProxy::Cut::before_commit ? 2 : 1);
    ++number;
    proxy.arm(cut);
    EXPECT_TRUE(storage->claim_trial(waiting));
    EXPECT_TRUE(proxy.has_cut());
  }
  // The first commit of a session, which makes its mark, is cut off, too.
  for (const auto cut : {CuttingProxy::Cut::before_commit, CuttingProxy::Cut::after_commit}) {
    const auto other = open_storage(through_proxy, {.patience = 60s});
    proxy.arm(cut);
    EXPECT_EQ(other->create_trial(study).number, number++);
    EXPECT_TRUE(proxy.has_cut());
  }
  EXPECT_EQ(storage->count_trials(study).total(), number);
  EXPECT_EQ(storage->count_trials(study).complete, 2);
  EXPECT_EQ(storage->count_trials(study).running, 4);
}

TEST_F(OutageTest, PatienceEnds) {
  const auto storage = open_storage(url, {.patience = 500ms});
  postgresql_server().stop();
  try {
    storage->list_studies();
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::failed);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("gave up after"));
  }
  EXPECT_THROW(open_storage(url), Error) << "opening does not wait for a server that is not there";
  postgresql_server().start();
  EXPECT_TRUE(storage->list_studies().empty());
}

TEST_F(OutageTest, StrangersAndWrongUrlsAreTold) {
  const auto message = [](const std::string& wrong) -> std::string {
    try {
      open_storage(wrong);
    } catch (const Error& error) {
      return error.what();
    }
    return "opened";
  };
  EXPECT_THAT(message(postgresql_server().url("nosuchdb")), ::testing::HasSubstr("nosuchdb"));
  // Not what is wrong, since that may be a part of a password.
  EXPECT_THAT(message(url + "&nonsense=1"), ::testing::HasSubstr("the address cannot be read"));
  EXPECT_THAT(message("postgresql://u:secret@/db?host=/nonexistent"),
              ::testing::Not(::testing::HasSubstr("secret")));
}

}  // namespace
}  // namespace tailor
