// Addresses of storages: which are taken, what the messages say of the others.
#include <chrono>
#include <filesystem>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scratch.h"
#include "tailor/storage/storage.h"

namespace tailor {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string message_of(const std::string& url, ExitCode code) {
  try {
    open_storage(url);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << url << " was accepted";
  return {};
}

TEST(StorageUrl, AbsoluteAndRelativeFiles) {
  const std::filesystem::path folder = scratch("urls");
  std::filesystem::create_directory(folder);
  open_storage("sqlite:///" + (folder / "absolute.db").string());
  EXPECT_TRUE(std::filesystem::exists(folder / "absolute.db"));
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder);
  open_storage("sqlite:///relative.db");
  std::filesystem::current_path(before);
  EXPECT_TRUE(std::filesystem::exists(folder / "relative.db"));
}

TEST(StorageUrl, OthersAreUsageErrors) {
  for (const char* url : {"study.db", "", "mysql://host/db", "sqlite://", "sqlite:///",
                          "sqlite:///:memory:", "sqlite:///file.db?mode=ro"}) {
    EXPECT_THAT(message_of(url, ExitCode::usage), HasSubstr("storage '")) << url;
  }
}

TEST(StorageUrl, MissingFolderIsNamed) {
  const std::string url = "sqlite:///" + (scratch("nowhere") / "study.db").string();
  EXPECT_THAT(message_of(url, ExitCode::failed), HasSubstr("nowhere does not exist"));
}

TEST(StorageUrl, PasswordsAreNotShown) {
  EXPECT_EQ(without_password("postgresql://user:secret@host:5432/db"), "postgresql://user@host:5432/db");
  EXPECT_EQ(without_password("postgresql://user@host:5432/db"), "postgresql://user@host:5432/db");
  EXPECT_EQ(without_password("postgresql://host:5432/db?application_name=a%40b"),
            "postgresql://host:5432/db?application_name=a%40b");
  EXPECT_EQ(without_password("sqlite:///a:b@c.db"), "sqlite:///a:b@c.db");
  EXPECT_EQ(without_password("study.db"), "study.db");
}

TEST(StorageUrl, NoFormOfAPasswordIsEverShown) {
  const char* const urls[] = {"postgresql://ann:secret@127.0.0.1:1/db",
                              "postgresql+psycopg2://ann:secret@127.0.0.1:1/db",
                              "postgresql://ann@127.0.0.1:1/db?password=secret",
                              "postgresql://ann@127.0.0.1:1/db?pass%77ord=secret",
                              "postgresql://ann@127.0.0.1:1/db?connect_timeout=2&password=%73ecret",
                              "postgresql:///db?host=127.0.0.1&port=1&user=ann&password=secret",
                              "postgresql://127.0.0.1:1/db?user=ann&sslpassword=secret",
                              "postgresql://ann:x@secret@127.0.0.1:1/db",
                              "postgresql://ann:x:secret@127.0.0.1:1/db",
                              "postgresql://ann:secret%zz@127.0.0.1:1/db",
                              "postgresql://ann:sec#secret@127.0.0.1:1/db",
                              "postgresql://ann:x/secret@127.0.0.1:1/db",
                              "postgresql://ann:secret/db",
                              "postgresql://ann:secret@[::1/db",
                              "postgres://ann:secret@127.0.0.1:1/db",
                              "mysql://ann:secret@127.0.0.1/db",
                              "host=127.0.0.1 port=1 password=secret",
                              "ann:secret@host/db"};
  for (const char* url : urls) {
    EXPECT_THAT(without_password(url), Not(HasSubstr("secret"))) << url;
    try {
      open_storage(url, {.patience = std::chrono::milliseconds(1)});
      ADD_FAILURE() << url;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), Not(HasSubstr("secret"))) << url;
    }
  }
  EXPECT_THAT(message_of("postgresql://ann:x@secret@host/db", ExitCode::usage), HasSubstr("%40 for @"));
}

// What is shown is pasted: libpq must understand it as it did the original.
TEST(StorageUrl, IsTheSameDatabaseAsShown) {
  for (const auto& [url, shown] : std::map<std::string, std::string>{
           {"postgresql://a%40b:c@host/d%20e", "postgresql://a%40b@host/d%20e"},
           {"postgresql:///db?host=/var/run/postgresql&port=5433",
            "postgresql:///db?host=%2Fvar%2Frun%2Fpostgresql&port=5433"},
           {"postgresql://u:p@one:1,two:2/db", "postgresql://u@/db?host=one,two&port=1,2"},
           {"postgresql://u:p@[::1]:5432/db", "postgresql://u@/db?host=%3A%3A1&port=5432"},
           {"postgresql+psycopg://u:p@host/db", "postgresql://u@host/db"}}) {
    EXPECT_EQ(without_password(url), shown);
    EXPECT_EQ(without_password(shown), shown);
  }
}

}  // namespace
}  // namespace tailor
