#include "tailor/base/build_info.h"

#include <regex>
#include <string>

#include <gtest/gtest.h>

namespace tailor {
namespace {

TEST(BuildInfo, SaysWhatTheBuildIs) {
  const BuildInfo& info = build_info();
  EXPECT_TRUE(std::regex_match(std::string(info.version), std::regex("[0-9]+\\.[0-9]+\\.[0-9]+")))
      << info.version;
  EXPECT_TRUE(std::regex_match(std::string(info.commit), std::regex("([0-9a-f]{12}(-dirty)?)?")))
      << info.commit;
  EXPECT_TRUE(std::regex_match(std::string(info.compiler), std::regex("[A-Za-z]+ [0-9].*"))) << info.compiler;
  EXPECT_FALSE(info.type.empty());
}

}  // namespace
}  // namespace tailor
