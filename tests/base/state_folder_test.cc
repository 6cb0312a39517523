// Where the account's own files go, by what the environment says.
#include "tailor/base/state_folder.h"

#include <cstdlib>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace tailor {
namespace {

// Sets variables and puts back what they were.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    value ? ::setenv(name, value, 1) : ::unsetenv(name);
  }
  ~Environment() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* const name_;
  std::optional<std::string> before_;
};

TEST(StateFolder, IsWhereTheSpecificationSays) {
  const Environment home("HOME", "/somebody");
  {
    const Environment state("XDG_STATE_HOME", "/elsewhere");
    EXPECT_EQ(state_folder(), "/elsewhere/tailor");
  }
  for (const char* unset : {static_cast<const char*>(nullptr), "", "not/absolute"}) {
    const Environment state("XDG_STATE_HOME", unset);
    EXPECT_EQ(state_folder(), "/somebody/.local/state/tailor");
  }
}

TEST(StateFolder, KnowsTheHomeOfAnAccountWhoseEnvironmentDoesNotSay) {
  const Environment home("HOME", nullptr), state("XDG_STATE_HOME", nullptr);
  EXPECT_TRUE(state_folder().is_absolute());
  EXPECT_TRUE(state_folder().string().ends_with("/.local/state/tailor"));
}

}  // namespace
}  // namespace tailor
