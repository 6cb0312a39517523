// Reading a database that belongs to somebody else, in a folder where nothing may be written. Each test reads
// in a child that has no rights, since root may write anywhere.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"
#include "storage/databases.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class ReadOnly : public ::testing::Test {
 protected:
  ReadOnly() {
    fs::create_directory(folder_);
    fs::permissions(folder_.parent_path(), fs::perms::group_exec | fs::perms::others_exec,
                    fs::perm_options::add);
    const auto storage = open_storage(url_);
    study_ = storage->create_study("digits", {Direction::maximize});
    const CreatedTrial trial = storage->create_trial(study_);
    storage->set_params(trial.id, {learning_rate(0.1)});
    storage->finish_trial(trial.id, TrialState::complete, {0.5});
  }
  ~ReadOnly() override { fs::permissions(folder_, fs::perms::owner_all); }

  void lock() {
    for (const auto& entry : fs::directory_iterator(folder_))
      fs::permissions(entry.path(), fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
    fs::permissions(folder_, fs::perms::all & ~(fs::perms::owner_write | fs::perms::group_write |
                                                fs::perms::others_write));
  }

  // What a child without rights reports: its answer, or the message of its error.
  template <class Function>
  std::string as_nobody(Function function) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      std::string answer;
      try {
        if (::getuid() == 0 && ::setuid(65534) != 0) answer = "setuid";
        if (answer.empty()) answer = function();
      } catch (const std::exception& error) {
        answer = error.what();
      }
      ::_exit(::write(ends[1], answer.data(), answer.size()) < 0);
    }
    ::close(ends[1]);
    std::string answer(4096, '\0');
    const ssize_t n = ::read(ends[0], answer.data(), answer.size());
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    answer.resize(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    return answer;
  }
  std::string read() {
    return as_nobody([this] {
      const auto storage = open_storage(url_);
      std::string names;
      storage->read_transaction([&] {
        for (const StudyRecord& study : storage->list_studies())
          names += fmt::format("{} {}", study.name, storage->get_trials(study.id).size());
      });
      return names;
    });
  }

  const fs::path folder_ =
      scratch(fmt::format("others{}", ::testing::UnitTest::GetInstance()->random_seed()) +
              ::testing::UnitTest::GetInstance()->current_test_info()->name());
  const std::string url_ = "sqlite:///" + (folder_ / "study.db").string();
  StudyId study_{};
};

TEST_F(ReadOnly, StudiesAndTrialsAreRead) {
  lock();
  EXPECT_EQ(read(), "digits 1");
}

TEST_F(ReadOnly, WhileItsOwnerWorksOnIt) {
  const auto owner = open_storage(url_);
  owner->create_trial(study_);
  lock();
  EXPECT_EQ(read(), "digits 2");
}

TEST_F(ReadOnly, WritingIsRefused) {
  lock();
  EXPECT_THAT(as_nobody([this] {
                open_storage(url_)->create_study("mine", {Direction::minimize});
                return std::string("written");
              }),
              HasSubstr("cannot write to the database"));
}

// As after a crash of its owner: what SQLite would have to write first.
TEST_F(ReadOnly, ALogThatNobodyMayReadInIsExplained) {
  {
    const auto owner = open_storage(url_);
    owner->create_trial(study_);
    fs::copy_file(folder_ / "study.db-wal", folder_ / "kept");
  }
  fs::rename(folder_ / "kept", folder_ / "study.db-wal");
  lock();
  EXPECT_THAT(read(), HasSubstr("study.db-wal, and reading that takes the right to write"));
}

}  // namespace
}  // namespace tailor
