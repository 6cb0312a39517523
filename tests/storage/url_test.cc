// Addresses of storages: which are taken, what the messages say of the others.
#include <filesystem>

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
  EXPECT_EQ(without_password("postgresql://user:secret@host:5432/db"), "postgresql://user:***@host:5432/db");
  EXPECT_EQ(without_password("postgresql://user:a@b@host/db"), "postgresql://user:***@host/db");
  EXPECT_EQ(without_password("postgresql://user@host:5432/db"), "postgresql://user@host:5432/db");
  EXPECT_EQ(without_password("postgresql://host:5432/db?application_name=a@b:c"),
            "postgresql://host:5432/db?application_name=a@b:c");
  EXPECT_EQ(without_password("sqlite:///a:b@c.db"), "sqlite:///a:b@c.db");
  EXPECT_EQ(without_password("study.db"), "study.db");
  EXPECT_THAT(message_of("mysql://user:secret@host/db", ExitCode::usage), Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace tailor
