#include "tailor/nn/plan/fuse.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tailor/base/threads.h"
#include "tailor/nn/network.h"

namespace tailor {
namespace {

std::string groups(const Architecture& architecture) {
  std::string text;
  for (const Group& group : group_layers(architecture, true)) {
    const char* names[] = {"", "first", "winograd", "norm", "pool"};
    if (group.kind != GroupKind::layer)
      text += std::string(names[static_cast<int>(group.kind)]) + std::to_string(group.count) + " ";
  }
  return text;
}

std::string groups(const std::string& layers) {
  return groups(parse_architecture("name = 'x'\ninput = [12, 12, 1]\nclasses = 3\nlayer = [" + layers + "]",
                                   "test", {.binding = false}));
}

const std::string conv = "{type = 'conv2d', filters = 32, kernel = 3}, ", relu = "{type = 'relu'}, ";
const std::string pool = "{type = 'max_pool', size = 2}, ", drop = "{type = 'dropout', rate = 0.5}, ";
const std::string end = "{type = 'global_average_pool'}, {type = 'dense', units = 3}";

TEST(Fuse, FindsTheSequencesOfTheDefaultNetwork) {
  EXPECT_EQ(groups(find_architecture("mnist_cnn")), "first2 pool4 ");
}

TEST(Fuse, TakesWhatIsThere) {
  EXPECT_EQ(groups(conv + conv + relu + pool + end), "first1 pool3 ");
  EXPECT_EQ(groups(conv + relu + conv + relu + drop + end), "first2 winograd2 ");
  EXPECT_EQ(groups(conv + "{type = 'batch_norm'}, " + relu + end), "first1 norm2 ");
  EXPECT_EQ(groups(conv + conv + relu + "{type = 'max_pool', size = 2, stride = 1}, " + end),
            "first1 winograd2 ");
  EXPECT_EQ(groups(conv + conv + relu + "{type = 'max_pool', size = 2, ceil_mode = true}, " + end),
            "first1 winograd2 ");
  EXPECT_EQ(groups(conv + "{type = 'conv2d', filters = 32, kernel = 3, groups = 2}, " + relu + pool + end),
            "first1 ");
}

TEST(Fuse, LeavesAloneWhatSomebodyElseReads) {
  const std::string named = "{type = 'conv2d', filters = 32, kernel = 3, padding = 1, name = 'a'}, " + relu;
  EXPECT_EQ(groups(conv + named + "{type = 'add', inputs = ['a', 'relu_1']}, " + end), "first1 winograd1 ");
}

TEST(Fuse, CoversEveryLayerOnce) {
  for (const std::string& name : shipped_architectures()) {
    const Architecture architecture = find_architecture(name);
    for (const bool fuse : {false, true}) {
      int next = 0;
      for (const Group& group : group_layers(architecture, fuse)) {
        EXPECT_EQ(group.first, next);
        next += group.count;
      }
      EXPECT_EQ(next, static_cast<int>(architecture.layers.size()));
    }
  }
}

// A trial of the default network at batch 128, so that one for each core fits into a small machine's caches
// and memory.
TEST(Fuse, TheDefaultNetworkNeedsLittleMemory) {
  Workers workers(1);
  const Network network(find_architecture("mnist_cnn"), {.max_batch = 128}, workers);
  EXPECT_LE(network.arena_bytes(), 64u << 20);
}

}  // namespace
}  // namespace tailor
