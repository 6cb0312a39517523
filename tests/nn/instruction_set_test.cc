#include "tailor/nn/instruction_set.h"

#include <cctype>
#include <cstdlib>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tailor/base/error.h"
#include "tailor/nn/kernels/bf16/bf16.h"
#include "tailor/nn/operators/onednn.h"

namespace tailor {
namespace {

TEST(InstructionSet, IsTheBestUnlessALowerOneIsAskedFor) {
  const std::vector<std::string> sets = instruction_sets();
  ASSERT_FALSE(sets.empty());
  EXPECT_EQ(instruction_set(), sets.front());
  const bool bf16 = kernels::bf16_supported();
  use_instruction_set(sets.front());
  EXPECT_EQ(instruction_set(), sets.front());
  EXPECT_EQ(kernels::bf16_supported(), bf16);
  EXPECT_EQ(std::set<std::string>(sets.begin(), sets.end()).size(), sets.size());
  EXPECT_NE(engine_versions(), "");
}

// In a process of its own, for oneDNN takes no other set once it was asked anything.
TEST(InstructionSet, ALowerOneHoldsForEveryKernel) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  for (const std::string& set : instruction_sets()) {
    std::string name = set;
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    EXPECT_EXIT(
        {
          use_instruction_set(name);
          const bool oneDNN_too = onednn::instruction_set().empty() || set == "AVX-512" || set == "AVX2"
                                      ? instruction_set() == set
                                      : onednn::instruction_set() == "SSE4.1";
          const bool no_tiles = set == instruction_sets().front() || !kernels::bf16_supported();
          std::exit(instruction_set() == set && oneDNN_too && no_tiles ? 0 : 1);
        },
        testing::ExitedWithCode(0), "")
        << set;
  }
}

TEST(InstructionSet, ThatIsNotThereIsRefusedWithThoseThatAre) {
  for (const std::string name : {"avx1024", "", "AVX-", "NEON AVX2"}) {
    try {
      use_instruction_set(name);
      FAIL() << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage);
      EXPECT_THAT(error.what(), testing::HasSubstr(instruction_sets().back()));
    }
  }
  EXPECT_EQ(instruction_set(), instruction_sets().front());
}

}  // namespace
}  // namespace tailor
