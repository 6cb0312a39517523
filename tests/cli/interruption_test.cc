// Trainings that are stopped from outside, at whatever moment the signal meets them, and then resumed: the
// weights must be those of an undisturbed run.
#include <csignal>
#include <cstdio>
#include <optional>

#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include "cli/sandbox.h"
#include "tailor/base/file.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;
using test::Outcome;
using test::Sandbox;

// Long enough that a signal sent after an early epoch always meets it running.
const std::string training =
    "tailor train --data data --architecture tiny.toml --epochs 60 --set batch_size=9 --set shift=1 "
    "--set weight_average=0.99 --set mixup=0.2 --out ";

// `exec` in front, so that signals reach tailor and not the shell.
class Process {
 public:
  Process(const Sandbox& sandbox, const std::string& line) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("pipe");
    const std::string script = sandbox.script("exec " + line);
    id_ = ::fork();
    if (id_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::close(ends[0]), ::close(ends[1]);
      ::execl("/bin/sh", "sh", "-c", script.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    output_ = ::fdopen(ends[0], "r");
  }
  ~Process() {
    if (running_) ::kill(id_, SIGKILL), wait();
    std::fclose(output_);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Reads until the line that tells the epoch's figures; false if the output ends before.
  bool wait_for_epoch(int epoch) {
    char line[512];
    while (std::fgets(line, sizeof line, output_) != nullptr)
      if (std::atoi(line) == epoch) return true;
    return false;
  }
  // The same for so many lines that tell of a trial (but the first one, 0), whichever they are.
  bool wait_for_trials(int count) {
    char line[512];
    while (count > 0 && std::fgets(line, sizeof line, output_) != nullptr) count -= std::atoi(line) > 0;
    return count == 0;
  }
  bool wait_for_output(const std::string& start) {
    char line[512];
    while (std::fgets(line, sizeof line, output_) != nullptr)
      if (std::string(line).starts_with(start)) return true;
    return false;
  }
  void send(int signal) { ::kill(id_, signal); }
  // Its exit code, or 128 + the signal that ended it.
  int wait() {
    int status = 0;
    ::waitpid(id_, &status, 0);
    running_ = false;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t id_ = -1;
  std::FILE* output_ = nullptr;
  bool running_ = true;
};

class Interruption : public testing::Test {
 protected:
  // All that does not depend on a clock, or on who did the work.
  nlohmann::json result(const std::string& run) {
    nlohmann::json summary = nlohmann::json::parse(read_file(sandbox_.path() / run / "summary.json"));
    summary.erase("images_per_second");
    for (nlohmann::json& part : summary.at("provenance")) part.erase("workers");
    return summary;
  }
  void expect_same_as_undisturbed(const std::string& run, const std::string& line = training) {
    ASSERT_EQ(sandbox_.run(line + "undisturbed").code, 0);
    EXPECT_EQ(result(run), result("undisturbed"));
    EXPECT_EQ(sandbox_.run("cmp undisturbed/model.safetensors " + run + "/model.safetensors").output, "");
    EXPECT_FALSE(fs::exists(sandbox_.path() / run / "checkpoint"));
  }
  int interrupt(const std::string& line, int after_epoch, int signal) {
    Process process(sandbox_, line);
    EXPECT_TRUE(process.wait_for_epoch(after_epoch));
    process.send(signal);
    return process.wait();
  }
  // Stops a training with folds while it trains the network to keep.
  int interrupt_final_network(const std::string& line, int signal) {
    Process process(sandbox_, line);
    EXPECT_TRUE(process.wait_for_output("Best epoch"));
    process.send(signal);
    return process.wait();
  }
  int interrupt_study(const std::string& line, int after_trials, int signal) {
    Process process(sandbox_, line);
    EXPECT_TRUE(process.wait_for_trials(after_trials));
    process.send(signal);
    return process.wait();
  }

  const Sandbox sandbox_;
};

TEST_F(Interruption, ByCtrlCAndSigtermSavesExits130AndResumesBitForBit) {
  EXPECT_EQ(interrupt(training + "run", 2, SIGINT), 130);
  EXPECT_TRUE(fs::exists(sandbox_.path() / "run/checkpoint/state.safetensors"));
  EXPECT_FALSE(fs::exists(sandbox_.path() / "run/summary.json"));
  EXPECT_EQ(interrupt("tailor train --resume --out run", 20, SIGTERM), 130);

  const Outcome refused = sandbox_.run(training + "run");
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.errors, testing::HasSubstr("--resume"));
  const Outcome unfinished = sandbox_.run("tailor evaluate run");
  EXPECT_EQ(unfinished.code, 3);
  EXPECT_THAT(unfinished.errors, testing::HasSubstr("has not ended"));

  const Outcome end = sandbox_.run("tailor train --resume --out run");
  EXPECT_EQ(end.code, 0) << end.errors;
  EXPECT_THAT(end.output, testing::ContainsRegex("resumed +(after|in) epoch [0-9]+"));
  expect_same_as_undisturbed("run");
}

TEST_F(Interruption, ByKillResumesFromTheLastCheckpointBitForBit) {
  EXPECT_EQ(interrupt(training + "run", 1, SIGKILL), 137);  // perhaps before its first checkpoint
  EXPECT_EQ(interrupt("tailor train --resume --out run", 15, SIGKILL), 137);
  EXPECT_EQ(interrupt("tailor train --resume --out run --threads 2", 30, SIGKILL), 137);
  const Outcome end = sandbox_.run("tailor train --resume --out run");
  EXPECT_EQ(end.code, 0) << end.errors;
  EXPECT_THAT(end.output, testing::ContainsRegex("resumed +(after|in) epoch [0-9]+"))
      << "starting over would give the same weights, but late";
  expect_same_as_undisturbed("run");
}

// Its folds have ended then, and are not trained again.
TEST_F(Interruption, OfTheNetworkToKeepAfterFoldsChangesNothing) {
  // Slow learning: the best epoch is late, and so the network's training long.
  const std::string folds =
      "tailor train --data data --architecture tiny.toml --folds 2 --epochs 60 --set learning_rate=0.0003 "
      "--set patience=59 --set batch_size=4 --set shift=1 --set temperature_scaling=true "
      "--set weight_average=0.99 --objective validation_loss --out ";
  EXPECT_EQ(interrupt_final_network(folds + "run", SIGINT), 130);
  EXPECT_FALSE(fs::exists(sandbox_.path() / "run/summary.json"));
  EXPECT_EQ(interrupt_final_network("tailor train --resume --out run", SIGKILL), 137);
  EXPECT_FALSE(fs::exists(sandbox_.path() / "run/model.safetensors"));
  const Outcome end = sandbox_.run("tailor train --resume --out run");
  EXPECT_EQ(end.code, 0) << end.errors;
  expect_same_as_undisturbed("run", folds);
  EXPECT_EQ(sandbox_.run("cmp undisturbed/confusion.csv run/confusion.csv").output, "");
}

// A limit on the size of files stands for the full disk: the checkpoint does not fit, the description does.
TEST_F(Interruption, ByAFullDiskKeepsTheLastCheckpointAndResumesBitForBit) {
  EXPECT_EQ(interrupt(training + "run", 5, SIGINT), 130);
  const fs::path checkpoint = sandbox_.path() / "run/checkpoint/state.safetensors";
  const std::string before = read_file(checkpoint);
  ASSERT_GT(before.size(), 20u * 1024);
  const Outcome full = sandbox_.run("trap '' XFSZ; ulimit -f 20; tailor train --resume --out run");
  EXPECT_EQ(full.code, 1);
  EXPECT_THAT(full.errors, testing::ContainsRegex("state.safetensors: cannot write: .*too large"));
  EXPECT_EQ(read_file(checkpoint), before);
  EXPECT_EQ(sandbox_.run("tailor train --resume --out run").code, 0);
  expect_same_as_undisturbed("run");
}

// Enough trials that a fast machine is not through before it is interrupted.
const std::string tuning =
    "tailor tune --data data --architecture tiny.toml --space small --trials 300 --epochs 9 --lag 4 --jobs "
    "2 ";

// A study's result without what a clock measured.
nlohmann::json study_result(const Outcome& outcome) {
  nlohmann::json summary = nlohmann::json::parse(outcome.output, nullptr, false);
  summary.erase("training_seconds");
  summary.erase("study");
  return summary;
}

TEST_F(Interruption, OfAStudyByCtrlCAndByKillChangesNothingInItsResult) {
  EXPECT_EQ(interrupt_study(tuning + "--study a", 1, SIGINT), 130);
  EXPECT_EQ(interrupt_study("tailor tune --resume --study a --jobs 1", 2, SIGKILL), 137);
  EXPECT_EQ(interrupt_study("tailor work --storage sqlite:///a.db --study a", 5, SIGTERM), 130);
  const Outcome refused = sandbox_.run(tuning + "--study a");
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.errors, testing::HasSubstr("--resume"));
  const Outcome resumed = sandbox_.run("tailor tune --resume --study a --json");
  EXPECT_EQ(resumed.code, 0) << resumed.errors;
  const Outcome undisturbed = sandbox_.run(tuning + "--study b --json");
  EXPECT_EQ(undisturbed.code, 0) << undisturbed.errors;
  EXPECT_EQ(study_result(resumed), study_result(undisturbed));
  EXPECT_FALSE(fs::exists(sandbox_.path() / "tailor-checkpoints"));
}

// With the learning curves and all else that trials keep, but for what hangs on clocks, machines and
// processes.
TEST_F(Interruption, OfAStudyThatGetsLongerGivesTheTrialsOfTheLongerOne) {
  const std::string tune =
      "tailor tune --data data --architecture tiny.toml --space small --epochs 9 --lag 4 --jobs 2 --json ";
  const auto trials = [&](const std::string& study) {
    nlohmann::json list = nlohmann::json::parse(
        sandbox_.run("tailor trials --json --storage sqlite:///" + study + ".db").output);
    nlohmann::json kept = nlohmann::json::array();
    for (const nlohmann::json& trial : list) {
      nlohmann::json attributes;
      for (const char* key :
           {"tailor:jobs", "tailor:settings", "tailor:seed", "tailor:history", "tailor:state"})
        attributes[key] = trial.at("user_attributes").at(key);
      kept.push_back({trial.at("number"), trial.at("state"), trial.at("values"), trial.at("params"),
                      trial.at("intermediate_values"), attributes});
    }
    return kept;
  };
  EXPECT_EQ(sandbox_.run(tune + "--study a --trials 9").code, 0);
  const Outcome longer = sandbox_.run("tailor tune --resume --study a --trials 18 --jobs 2");
  EXPECT_EQ(longer.code, 0) << longer.errors;
  EXPECT_THAT(longer.output, testing::ContainsRegex("longer +[1-9][0-9]* trials that the shorter study"));
  EXPECT_EQ(sandbox_.run(tune + "--study b --trials 18").code, 0);
  EXPECT_EQ(trials("a"), trials("b"));
}

// A terminal that is lost hangs up twice, and both ways of asking come again and again within one epoch.
TEST_F(Interruption, OfAStudyByHangUpsAndSigtermAgainAndAgainFailsNoTrial) {
  const std::string slow =
      "tailor tune --data data --architecture tiny.toml --space small --trials 2 --epochs 40 --lag 4 --jobs "
      "2 ";
  std::string line = slow + "--study a";
  for (const int signal : {SIGHUP, SIGTERM, SIGHUP, SIGTERM, SIGHUP, SIGTERM}) {
    Process process(sandbox_, line);
    EXPECT_TRUE(process.wait_for_output("method"));
    for (int i = 0; i < 3; ++i) process.send(signal);
    EXPECT_EQ(process.wait(), 130);
    line = "tailor tune --resume --study a --jobs 2";
  }
  const Outcome resumed = sandbox_.run("tailor tune --resume --study a --json");
  EXPECT_EQ(resumed.code, 0) << resumed.errors;
  EXPECT_THAT(resumed.output, testing::HasSubstr("\"failed\": 0"));
  EXPECT_EQ(study_result(resumed), study_result(sandbox_.run(slow + "--study b --json")));
}

}  // namespace
}  // namespace tailor
