// The schema: created once, recognised later, refused in other versions. interop_test compares it with
// Optuna's own.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scratch.h"
#include "storage/databases.h"

namespace tailor {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SchemaTest : public StorageTest {};
TAILOR_STORAGE_TESTS(SchemaTest);

std::string message_of(const std::string& url) {
  try {
    open_storage(url);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    return error.what();
  }
  ADD_FAILURE() << "was accepted";
  return {};
}

TEST_P(SchemaTest, IsMarkedWithItsVersions) {
  EXPECT_THAT(query("SELECT version_num FROM alembic_version"), ElementsAre("v3.2.0.a"));
  EXPECT_THAT(query("SELECT version_info_id, schema_version, library_version FROM version_info"),
              ElementsAre("1|12|5.0.0"));
}

TEST_P(SchemaTest, IsCreatedOnce) {
  const StudyId study = storage->create_study("digits", {Direction::minimize});
  EXPECT_EQ(open()->find_study("digits"), study);
  EXPECT_THAT(query("SELECT COUNT(*) FROM version_info"), ElementsAre("1"));
}

TEST_P(SchemaTest, IsCreatedOnceByManyProcesses) {
  const std::string fresh = new_database(GetParam());
  run_processes(8, [&](int) { open_storage(fresh); });
  EXPECT_THAT(tailor::query(fresh, "SELECT COUNT(*) FROM version_info"), ElementsAre("1"));
  EXPECT_THAT(tailor::query(fresh, "SELECT COUNT(*) FROM alembic_version"), ElementsAre("1"));
}

TEST_P(SchemaTest, OtherVersionsAreRefused) {
  query("UPDATE alembic_version SET version_num = 'v3.0.0.d'");
  EXPECT_THAT(message_of(url), AllOf(HasSubstr("v3.0.0.d"), HasSubstr("expected v3.2.0.a")));
}

TEST_P(SchemaTest, ForeignTablesAreRefused) {
  const std::string fresh = new_database(GetParam());
  tailor::query(fresh, "CREATE TABLE studies (id INTEGER)");
  EXPECT_THAT(message_of(fresh), HasSubstr("not Optuna's"));
}

TEST(SqliteFile, OtherFilesAreRefused) {
  std::ofstream(scratch("picture.db")) << std::string(5000, 'x');
  EXPECT_THAT(message_of("sqlite:///" + scratch("picture.db").string()), HasSubstr("not an SQLite database"));
}

}  // namespace
}  // namespace tailor
