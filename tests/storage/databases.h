// Databases for tests: every operation is tested by the same test on each kind.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tailor/storage/storage.h"

namespace tailor {

enum class Backend { sqlite, postgresql };

std::string name_of(const ::testing::TestParamInfo<Backend>& info);

// The URL of a database that nobody has used yet.
std::string new_database(Backend backend);

// Rows of a statement given to the database behind the storage's back; NULL is "NULL", columns are joined by
// "|".
std::vector<std::string> query(const std::string& url, const std::string& sql);

// Each test has one empty database and one storage on it, with short patience.
class StorageTest : public ::testing::TestWithParam<Backend> {
 protected:
  StorageTest();

  std::unique_ptr<Storage> open() const;
  std::vector<std::string> query(const std::string& sql) const { return tailor::query(url, sql); }
  // As if the trial's last heartbeat had been this long ago.
  void age_heartbeat(TrialId trial, int seconds) const;

  const std::string url;
  const std::unique_ptr<Storage> storage;
};

#define TAILOR_STORAGE_TESTS(suite) \
  INSTANTIATE_TEST_SUITE_P(, suite, ::testing::ValuesIn(all_backends()), name_of)

std::vector<Backend> all_backends();

// Parameters as a study of this project has them.
TrialParam learning_rate(double value);
TrialParam batch_size(int value);
TrialParam optimizer(int index);

// scripts/test --long: more processes, for longer.
bool long_form();

// Runs work(0) … work(count - 1), each in a process of its own; expects that each returns normally.
class Processes {
 public:
  Processes(int count, const std::function<void(int)>& work);
  void wait();

 private:
  std::vector<int> children_;
};

inline void run_processes(int count, const std::function<void(int)>& work) { Processes(count, work).wait(); }

}  // namespace tailor
