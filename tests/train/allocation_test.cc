// A training step allocates nothing: this executable counts every C++ allocation between the trainer's calls
// after each step. An executable of its own, because it replaces the global operator new.
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

#include <dlfcn.h>
#include <gtest/gtest.h>

#include "nn/kernels/bf16_testing.h"
#include "train/tiny_training.h"

namespace {

std::atomic<bool> counting{false};
std::atomic<long> ours{0}, onednns{0};

// oneDNN allocates a little in each primitive's execution, inside its shared library: that is its affair.
// Whatever is called from anywhere else counts, also oneDNN's C++ header and the standard library.
void* allocate(std::size_t bytes, std::size_t alignment, const void* caller) {
  if (counting.load(std::memory_order_relaxed)) {
    Dl_info place{};
    const bool inside = ::dladdr(caller, &place) != 0 && place.dli_fname != nullptr &&
                        std::strstr(place.dli_fname, "libdnnl") != nullptr;
    ++(inside ? onednns : ours);
  }
  alignment = std::max(alignment, alignof(std::max_align_t));
  void* p = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (p == nullptr) std::abort();
  return p;
}

}  // namespace

void* operator new(std::size_t n) { return allocate(n, 0, __builtin_return_address(0)); }
void* operator new[](std::size_t n) { return allocate(n, 0, __builtin_return_address(0)); }
void* operator new(std::size_t n, std::align_val_t a) {
  return allocate(n, static_cast<std::size_t>(a), __builtin_return_address(0));
}
void* operator new[](std::size_t n, std::align_val_t a) {
  return allocate(n, static_cast<std::size_t>(a), __builtin_return_address(0));
}
void* operator new(std::size_t n, const std::nothrow_t&) noexcept {
  return allocate(n, 0, __builtin_return_address(0));
}
void* operator new[](std::size_t n, const std::nothrow_t&) noexcept {
  return allocate(n, 0, __builtin_return_address(0));
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { std::free(p); }
void operator delete[](void* p, const std::nothrow_t&) noexcept { std::free(p); }

namespace tailor {
namespace {

// Counts from each call after a step to the next of the same epoch: whole steps, the last, smaller one too.
void count_steps(const Architecture& architecture, int channels, int threads,
                 const std::vector<std::string>& settings = test::everything_on) {
  test::TinyTraining t(architecture, settings, {.threads = threads}, test::tiny_images(90, channels));
  int steps = 0;
  ours = 0, onednns = 0;
  t.trainer.run({.step = [&](std::int64_t done, std::int64_t all) {
    counting = done < all;
    ++steps;
  }});
  ASSERT_EQ(steps, 9);
}

TEST(Allocation, IsCounted) {
  counting = true, ours = 0;
  void* const some = ::operator new(100);  // called by name, so that no compiler may leave it out
  counting = false;
  ::operator delete(some);
  EXPECT_EQ(ours.load(), 1);
}

TEST(Allocation, AStepOfOurOwnKernelsMakesNone) {
  const Architecture own = parse_architecture(R"(name = "own"
input = [8, 8, 3]
classes = 3
layer = [
  {type = "batch_norm"},
  {type = "leaky_relu", name = "a"},
  {type = "max_pool", size = 3, stride = 1, padding = 1, name = "b"},
  {type = "add", inputs = ["a", "b"]},
  {type = "dropout", rate = 0.1},
  {type = "average_pool", size = 2},
  {type = "gelu"},
  {type = "global_average_pool"},
])",
                                              "own.toml", {.binding = false});
  for (int threads : {1, 2}) {
    count_steps(own, 3, threads);
    EXPECT_EQ(ours, 0);
    EXPECT_EQ(onednns, 0);
    count_steps(test::tiny_network(), 1, threads);  // one fused sequence and dense layers
    EXPECT_EQ(ours, 0);
  }
}

using Bf16Allocation = kernels::MatrixTiles;

TEST_P(Bf16Allocation, AStepOnMatrixTilesMakesNone) {
  std::vector<std::string> settings = test::everything_on;
  settings.emplace_back("precision=bf16");
  for (int threads : {1, 2}) {
    count_steps(test::tiny_network_for_tiles(), 1, threads, settings);
    EXPECT_EQ(ours, 0);
  }
}

TAILOR_FOR_EACH_MATRIX_UNIT(Bf16Allocation);

TEST(Allocation, NorDoesAStepOfOneDnnsConvolutions) {
  for (int threads : {1, 2}) {
    count_steps(test::tiny_normalized_network(), 1, threads);
    EXPECT_EQ(ours, 0);
  }
}

}  // namespace
}  // namespace tailor
