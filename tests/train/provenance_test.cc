#include "tailor/train/provenance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tailor/base/build_info.h"
#include "tailor/nn/instruction_set.h"

namespace tailor {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const Environment here{"0.2.0", "0123456789ab", "AVX-512", "AMD EPYC", "node1"};
const Environment there{"0.2.0", "", "AVX2", "ARM 0x41 part 0xd0c", "node\xff"};

TEST(Provenance, OfThisProcessIsRecorded) {
  const Environment e = this_environment();
  EXPECT_TRUE(e.recorded());
  EXPECT_EQ(e.version, build_info().version);
  EXPECT_EQ(e.commit, build_info().commit);
  EXPECT_EQ(e.instruction_set, instruction_set());
  EXPECT_NE(e.processor, "");
  EXPECT_NE(e.host, "");
}

TEST(Provenance, KeepsAllDistinctEnvironmentsAndWorkers) {
  Provenance p;
  add_part(p, here, 1, "1:a");
  add_kernels(p, here, std::vector<std::string>{"Winograd", "sgemm"});
  add_part(p, there, 4, "2:b");
  add_part(p, here, 7, "3:c");
  add_part(p, here, 8, "3:c");
  add_kernels(p, here, std::vector<std::string>{"sgemm", "direct"});
  ASSERT_EQ(p.size(), 2u);
  EXPECT_EQ(p[0], (ProvenancePart{here, 1, {"Winograd", "sgemm", "direct"}, {"1:a", "3:c"}}));
  EXPECT_EQ(p[1], (ProvenancePart{there, 4, {}, {"2:b"}}));
  EXPECT_THAT(instruction_sets_of(p), ElementsAre("AVX-512", "AVX2"));
}

TEST(Provenance, IsReadBackAsItWasWritten) {
  const Provenance p{{{}, 1, {}, {}}, {here, 3, {"Winograd"}, {"1:a", "2:b"}}};
  EXPECT_EQ(provenance_from_json(to_json(p)), p);
  EXPECT_THAT(to_json(p), HasSubstr(R"({"from":1,"version":null,"commit":null,"instruction_set":null,)"));
  EXPECT_EQ(provenance_from_json(to_json({{there, 1}}))[0].environment.host, "node\ufffd");
  EXPECT_LT(to_json({{here, 1, {"first convolution, AVX3", "Winograd and sparse gradients, AVX3"}, {"1:a"}}})
                .size(),
            300u)
      << "a study has thousands of them";
}

TEST(Provenance, ThatIsGivenAwayNamesNoMachine) {
  const std::string text = to_json({{here, 3, {"Winograd"}, {"1:a"}}}, true);
  for (const char* hidden : {"node1", "EPYC", "1:a"}) EXPECT_THAT(text, Not(HasSubstr(hidden)));
  EXPECT_EQ(provenance_from_json(text)[0].environment.commit, here.commit);
}

TEST(Provenance, OfAnythingElseIsNotRecorded) {
  for (const char* text :
       {"", "null", "3", "[3]", "[[]]", "{\"from\": 1}", "[{\"from\": \"x\"}]", "[{\"workers\": 1}]", "[{"})
    EXPECT_TRUE(provenance_from_json(text).empty()) << text;
  EXPECT_FALSE(provenance_from_json("[{}]")[0].environment.recorded());
}

TEST(Provenance, KernelsAreNamedOnceWithoutLayers) {
  EXPECT_THAT(
      distinct_kernels(std::vector<std::string>{"conv2d_1: onednn jit:avx2", "conv2d_2: onednn jit:avx2",
                                                "flatten_1: none", "dense_1: sgemm"}),
      ElementsAre("onednn jit:avx2", "sgemm"));
}

TEST(Provenance, InWords) {
  EXPECT_EQ(build_text(here), "tailor 0.2.0, commit 0123456789ab");
  EXPECT_EQ(build_text(there), "tailor 0.2.0");
  EXPECT_EQ(build_text({}), "not recorded");
  EXPECT_EQ(instruction_set_text({}), "not recorded");
}

}  // namespace
}  // namespace tailor
