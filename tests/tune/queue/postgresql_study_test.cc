// Studies on a PostgreSQL server: many processes, and a server that goes away in the middle. The trials are
// those of one undisturbed worker on SQLite.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/databases.h"
#include "storage/postgresql_server.h"
#include "tune/studies.h"

namespace tailor {
namespace {

using test::Formula;
using test::small_study;
using test::TestStudy;

std::vector<std::string> undisturbed(const StudyDefinition& definition) {
  const TestStudy study(definition);
  Formula formula;
  EXPECT_EQ(study.run(formula), StudyEnd::finished);
  return study.content();
}

TEST(PostgresqlStudy, TwoProcessesGiveTheSameTrialsAsOneOnSqlite) {
  for (const char* pruner : {"asha", "none"}) {
    const StudyDefinition definition = small_study("tpe", pruner);
    const TestStudy study(definition, new_database(Backend::postgresql));
    work(study, 2, 2);
    EXPECT_EQ(study.content(), undisturbed(definition));
  }
}

TEST(PostgresqlStudy, SixtyFourProcessesLoseNothingAndRepeatNothing) {
  StudyDefinition definition = small_study("tpe", "asha");
  definition.budget.trials = 150;
  definition.lag = 64;
  const TestStudy study(definition, new_database(Backend::postgresql));
  work(study, 64, 1);
  EXPECT_EQ(study.content(), undisturbed(definition));
}

TEST(PostgresqlStudy, AServerThatGoesAwayInTheMiddleChangesNothing) {
  const StudyDefinition definition = small_study("tpe", "hyperband");
  const TestStudy study(definition, new_database(Backend::postgresql));
  Formula formula;
  formula.sleep_microseconds = 20000;
  // The server lives as long as the thread that started it: this one.
  std::string problem = "none";
  std::thread work([&] {
    try {
      if (study.run(formula, {.jobs = 4}) != StudyEnd::finished) problem = "interrupted";
    } catch (const std::exception& error) {
      problem = error.what();
    }
  });
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(120));
    i % 2 == 0 ? postgresql_server().crash() : postgresql_server().stop();
    postgresql_server().start();
  }
  work.join();
  EXPECT_EQ(problem, "none");
  EXPECT_EQ(study.content(), undisturbed(definition));
}

}  // namespace
}  // namespace tailor
