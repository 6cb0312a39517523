// Workers that die, anywhere and at any moment: their jobs are taken over in place, exactly once, and the
// study ends as if nothing had happened. Workers that live are left alone, however slow.
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "tailor/tune/study.h"
#include "tune/studies.h"

namespace tailor {
namespace {

using nlohmann::json;
using test::Formula;
using test::small_study;
using test::start_worker;
using test::TestStudy;
using testing::HasSubstr;

constexpr auto forgiving = 1'000'000;  // deaths; the moments of a test's kills are no trial's fault

// Exit code of a child that has ended.
std::optional<int> ended(pid_t child, bool wait) {
  int status = 0;
  if (::waitpid(child, &status, wait ? 0 : WNOHANG) == 0) return std::nullopt;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST(Takeover, KilledFiftyTimesTheStudyEndsAsIfUndisturbed) {
  // More of them for a long campaign: TAILOR_KILLS=10000.
  const char* wanted = std::getenv("TAILOR_KILLS");
  const int most = wanted ? std::atoi(wanted) : 50;
  const std::array<const char*, 4> pruners = {"asha", "none", "median", "hyperband"};
  int kills = 0;
  std::minstd_rand random{std::random_device()()};
  for (std::size_t studies = 0; kills < most || studies < 2; ++studies) {
    const char* pruner = pruners[studies % pruners.size()];
    StudyDefinition definition = small_study("tpe", pruner);
    definition.budget.trials = 40;
    definition.seed = studies;
    const TestStudy undisturbed(definition), study(definition);
    Formula formula;
    undisturbed.run(formula);
    const StudyOptions options{.jobs = 2,
                               .checkpoints = test::fast_scratch(fmt::format("killed-{}", studies)),
                               .queue = {.most_deaths = forgiving}};
    std::vector<pid_t> workers(2, 0);
    for (bool finished = false; !finished;) {
      for (pid_t& worker : workers) {
        if (worker == 0) worker = start_worker(study, options, 6000);
        const std::optional<int> code = ended(worker, false);
        if (!code) continue;
        ASSERT_EQ(*code, 0);
        worker = 0;
        finished = true;
      }
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 25000));
      pid_t& victim = workers[random() % 2];
      if (finished || victim == 0) continue;
      ::kill(victim, SIGKILL);
      const int code = ended(victim, true).value();
      kills += code == 128 + SIGKILL;
      finished = code == 0;
      victim = 0;
    }
    for (const pid_t worker : workers) {
      if (worker == 0) continue;
      EXPECT_EQ(ended(worker, true), 0);
    }
    EXPECT_EQ(study.content(), undisturbed.content()) << pruner << " after " << kills << " kills";
  }
}

// A study with one open job whose worker is as told.
struct Orphan {
  TestStudy study{small_study()};
  std::unique_ptr<Storage> storage = open_storage(study.url);
  TrialId trial{};

  explicit Orphan(const std::function<void(json& job)>& change) {
    AssignedJob job;
    JobQueue queue(*storage, study.id, {});
    EXPECT_EQ(queue.take(job), JobQueue::Next::job);
    trial = job.id;
    json jobs = json::parse(storage->get_trial(trial).user_attributes.at(trial_key::jobs));
    change(jobs[0]);
    storage->set_user_attribute(trial, trial_key::jobs, jobs.dump());
  }
};

pid_t a_dead_process() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ended(child, true);
  return child;
}

TEST(Takeover, ADeadProcessHereIsSeenAtOnceAndItsJobGoesToOneOnly) {
  Orphan orphan([](json& job) { job["worker"]["pid"] = a_dead_process(); });
  const auto other_storage = open_storage(orphan.study.url);
  JobQueue one(*orphan.storage, orphan.study.id, {}), two(*other_storage, orphan.study.id, {});
  AssignedJob first, second;
  ASSERT_EQ(one.take(first), JobQueue::Next::job);
  EXPECT_TRUE(first.taken_over);
  EXPECT_EQ(first.id, orphan.trial);
  EXPECT_EQ(first.job.deaths, 1);
  ASSERT_EQ(two.take(second), JobQueue::Next::job);
  EXPECT_FALSE(second.taken_over);
  EXPECT_EQ(second.trial, 1);
  EXPECT_TRUE(one.report(first, 1, 0.5));
  EXPECT_THAT(orphan.storage->get_trial(orphan.trial).user_attributes.at(trial_key::jobs),
              testing::Not(HasSubstr("deaths")))
      << "an epoch was finished since";
}

TEST(Takeover, AProcessOfTheSameNumberThatStartedLaterIsAnother) {
  Orphan orphan([](json& job) { job["worker"]["start"] = 1; });
  JobQueue queue(*orphan.storage, orphan.study.id, {});
  AssignedJob job;
  ASSERT_EQ(queue.take(job), JobQueue::Next::job);
  EXPECT_EQ(job.id, orphan.trial);
}

TEST(Takeover, AMachineElsewhereIsDeadOnlyWhenItsHeartbeatWasSeenToStandStill) {
  Orphan orphan([](json& job) {
    job["worker"]["id"] = "far";
    job["worker"]["place"] = "elsewhere";
    job["worker"]["pid"] = 1;
  });
  orphan.storage->record_heartbeat("far");
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  // Its heartbeat is older than the grace, but that is what all are when a database was away.
  JobQueue queue(*orphan.storage, orphan.study.id, {.grace = std::chrono::milliseconds(200)});
  AssignedJob job;
  ASSERT_EQ(queue.take(job), JobQueue::Next::job);
  EXPECT_NE(job.id, orphan.trial) << "nobody has watched yet";
  orphan.storage->record_heartbeat("far");
  queue.watch_others(*orphan.storage);
  ASSERT_EQ(queue.take(job), JobQueue::Next::job);
  EXPECT_NE(job.id, orphan.trial) << "it beats";
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  queue.watch_others(*orphan.storage);
  ASSERT_EQ(queue.take(job), JobQueue::Next::job);
  EXPECT_EQ(job.id, orphan.trial);
}

TEST(Takeover, WhoWasTakenForDeadIsNotHeardAnyMore) {
  Orphan orphan([](json&) {});
  AssignedJob mine;
  JobQueue slow(*orphan.storage, orphan.study.id, {});
  ASSERT_EQ(slow.take(mine), JobQueue::Next::job);  // its queue is gone: dead
  json jobs = json::parse(orphan.storage->get_trial(mine.id).user_attributes.at(trial_key::jobs));
  jobs[0].erase("worker");
  orphan.storage->set_user_attribute(mine.id, trial_key::jobs, jobs.dump());
  AssignedJob theirs;
  JobQueue other(*orphan.storage, orphan.study.id, {});
  ASSERT_EQ(other.take(theirs), JobQueue::Next::job);
  ASSERT_EQ(theirs.id, mine.id);
  EXPECT_FALSE(slow.report(mine, 1, 0.25));
  EXPECT_FALSE(slow.end(mine, {JobEnd::failed, 1, "wrong", 0}));
  EXPECT_FALSE(slow.release(mine, 0));
  EXPECT_TRUE(other.report(theirs, 1, 0.5));
  EXPECT_EQ(orphan.storage->get_trial(mine.id).intermediate_values,
            (std::map<std::int64_t, double>{{1, 0.5}}));
}

TEST(Takeover, ATrialThatKillsItsProcessThreeTimesFailsWithThatReason) {
  Orphan orphan([](json& job) {
    job["worker"]["pid"] = a_dead_process();
    job["deaths"] = 2;
    job["alone"] = true;
  });
  Formula formula;
  EXPECT_EQ(orphan.study.run(formula), StudyEnd::finished);
  const std::vector<std::string> trials = orphan.study.content();
  EXPECT_THAT(trials[0], HasSubstr("state 4"));
  EXPECT_THAT(trials[0], HasSubstr("its process died 3 times in a row"));
  EXPECT_EQ(trials.size(), 20u);
}

TEST(Takeover, AWorkerThatWasToldToStopDiesWithoutBlame) {
  Orphan orphan([](json& job) {
    job["worker"]["pid"] = a_dead_process();
    job["deaths"] = 2;
    job["alone"] = job["stopping"] = true;
  });
  JobQueue queue(*orphan.storage, orphan.study.id, {});
  AssignedJob job;
  ASSERT_EQ(queue.take(job), JobQueue::Next::job);
  EXPECT_EQ(job.id, orphan.trial);
  EXPECT_EQ(job.job.deaths, 2);
}

// A process that is killed with all its trials, again and again, was not killed by all of them: each gets a
// process of its own before it is given up.
TEST(Takeover, OnlyATrialThatKillsAProcessOfItsOwnIsGivenUp) {
  TestStudy study{small_study()};
  const auto storage = open_storage(study.url);
  std::vector<TrialId> trials;
  {
    JobQueue killed(*storage, study.id, {});
    for (int i = 0; i < 4; ++i) {
      AssignedJob job;
      ASSERT_EQ(killed.take(job), JobQueue::Next::job);
      trials.push_back(job.id);
    }
  }
  const auto die = [&] {  // as if the worker's process had
    for (const TrialId trial : trials) {
      json jobs = json::parse(storage->get_trial(trial).user_attributes.at(trial_key::jobs));
      if (jobs[0].contains("worker")) jobs[0]["worker"]["pid"] = a_dead_process();
      if (jobs[0]["end"] == "open") storage->set_user_attribute(trial, trial_key::jobs, jobs.dump());
    }
  };
  {
    JobQueue second(*storage, study.id, {});
    for (int i = 0; i < 4; ++i) {
      AssignedJob job;
      ASSERT_EQ(second.take(job), JobQueue::Next::job);
      EXPECT_EQ(job.id, trials[static_cast<std::size_t>(i)]);
    }
    die();
  }
  AssignedJob alone, other;
  JobQueue third(*storage, study.id, {});
  ASSERT_EQ(third.take(alone), JobQueue::Next::job);
  EXPECT_EQ(alone.id, trials[0]);
  EXPECT_EQ(third.take(other), JobQueue::Next::wait) << "nothing beside it";
  EXPECT_TRUE(third.report(alone, 1, 0.5));
  ASSERT_EQ(third.take(other), JobQueue::Next::wait) << "the others want to be alone too";
  EXPECT_TRUE(third.end(alone, {JobEnd::failed, 1, "ended", 0}));
  ASSERT_EQ(third.take(other), JobQueue::Next::job);
  EXPECT_EQ(other.id, trials[1]);
  die();
  Formula formula;
  EXPECT_EQ(study.run(formula, {.jobs = 4}), StudyEnd::finished);
  int given_up = 0;
  for (const std::string& line : study.content()) given_up += line.find("died 3 times") != std::string::npos;
  EXPECT_EQ(given_up, 1) << "the one that was alone when it died";
}

// A hang-up, SIGTERM, or a batch system that kills half a minute later, in one long step: whatever comes
// first, and however often.
TEST(Takeover, WhoIsToldToStopAndThenKilledFailsNothing) {
  class Long : public Formula {
   public:
    ObjectiveResult run(const ObjectiveTask&, const std::function<bool(int, double)>&,
                        const std::function<bool()>&) override {
      for (;;) ::pause();
    }
  };
  const StudyDefinition definition = small_study();
  const TestStudy undisturbed(definition), study(definition);
  Formula formula;
  undisturbed.run(formula);
  const auto storage = open_storage(study.url);
  for (int kills = 0; kills < 4; ++kills) {
    const pid_t child = ::fork();
    if (child == 0) {
      Long objective;
      std::atomic<int> asked = 0;
      study.run(objective, {.jobs = 2}, {.stop = [&] { return ++asked > 4; }});
      ::_exit(0);
    }
    const auto all_told = [&] {
      int told = 0;
      for (const TrialRecord& trial : storage->get_trials(study.id)) {
        const auto jobs = trial.user_attributes.find(trial_key::jobs);
        told += jobs != trial.user_attributes.end() &&
                jobs->second.find("\"stopping\"") != std::string::npos &&
                jobs->second.find(fmt::format("\"pid\":{}", child)) != std::string::npos;
      }
      return told > 0;
    };
    while (!all_told()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    ::kill(child, SIGKILL);
    EXPECT_EQ(ended(child, true), 128 + SIGKILL);
  }
  EXPECT_EQ(study.run(formula), StudyEnd::finished);
  EXPECT_EQ(study.content(), undisturbed.content());
}

// Stopped, as a laptop that sleeps: the others wait for what they must see, and take nothing away.
TEST(Takeover, AProcessThatStandsStillIsNotDead) {
  const StudyDefinition definition = small_study();
  const TestStudy undisturbed(definition), study(definition);
  Formula formula;
  undisturbed.run(formula);
  const pid_t sleeper = start_worker(study, {}, 3000);
  const auto storage = open_storage(study.url);
  const auto open_job = [&] {
    for (const TrialRecord& trial : storage->get_trials(study.id)) {
      const auto jobs = trial.user_attributes.find(trial_key::jobs);
      if (jobs != trial.user_attributes.end() && jobs->second.find("\"pid\"") != std::string::npos)
        return trial.id;
    }
    return TrialId{};
  };
  TrialId held{};
  while (held == TrialId{}) {
    ::kill(sleeper, SIGCONT);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    ::kill(sleeper, SIGSTOP);
    int status = 0;
    ASSERT_EQ(::waitpid(sleeper, &status, WUNTRACED), sleeper);
    ASSERT_TRUE(WIFSTOPPED(status));
    held = open_job();
    // Not in the middle of a transaction, for which everybody would wait.
    try {
      open_storage(study.url, {.patience = std::chrono::milliseconds(20)})
          ->set_system_attribute(study.id, "free", "1");
    } catch (const Error&) {
      held = {};
    }
  }
  const std::string before = storage->get_trial(held).user_attributes.at(trial_key::jobs);
  std::atomic<int> asked = 0;
  EXPECT_EQ(study.run(formula, {.queue = {.grace = std::chrono::milliseconds(1)}},
                      {.stop = [&] { return ++asked > 20; }}),
            StudyEnd::interrupted);
  EXPECT_EQ(storage->get_trial(held).user_attributes.at(trial_key::jobs), before);
  ::kill(sleeper, SIGCONT);
  EXPECT_EQ(ended(sleeper, true), 0);
  EXPECT_EQ(study.content(), undisturbed.content());
}

}  // namespace
}  // namespace tailor
