// Places buffers with known lifetimes in one arena so that buffers alive at the same time never overlap.
#pragma once

#include <cstddef>
#include <vector>

#include "tailor/base/aligned.h"
#include "tailor/base/rounding.h"

namespace tailor {

// Floats in whole cache lines: how arrays that follow one another stay aligned.
constexpr std::size_t padded(std::size_t floats) { return round_up(floats, cache_line / sizeof(float)); }

class MemoryPlan {
 public:
  static constexpr std::size_t alignment = cache_line;

  // A buffer in use from `first` to `last`, both included. Returns its number.
  int add(std::size_t bytes, int first, int last);
  void pack();  // greedy: largest first, each at the lowest free place

  std::size_t offset(int buffer) const { return buffers_[static_cast<std::size_t>(buffer)].offset; }
  std::size_t bytes(int buffer) const { return buffers_[static_cast<std::size_t>(buffer)].bytes; }
  std::size_t total_bytes() const { return total_; }

 private:
  struct Buffer {
    std::size_t bytes;
    int first, last;
    std::size_t offset = 0;
  };
  std::vector<Buffer> buffers_;
  std::size_t total_ = 0;
};

}  // namespace tailor
