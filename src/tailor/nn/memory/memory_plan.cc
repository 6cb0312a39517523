#include "tailor/nn/memory/memory_plan.h"

#include <algorithm>
#include <numeric>

#include "tailor/base/rounding.h"

namespace tailor {

int MemoryPlan::add(std::size_t bytes, int first, int last) {
  buffers_.push_back({round_up(bytes, alignment), first, last});
  return static_cast<int>(buffers_.size()) - 1;
}

void MemoryPlan::pack() {
  std::vector<std::size_t> order(buffers_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return buffers_[a].bytes > buffers_[b].bytes; });
  std::vector<const Buffer*> placed;  // by offset
  for (std::size_t i : order) {
    Buffer& b = buffers_[i];
    b.offset = 0;
    for (const Buffer* other : placed) {
      const bool together = b.first <= other->last && other->first <= b.last;
      if (together && b.offset + b.bytes > other->offset && other->offset + other->bytes > b.offset)
        b.offset = other->offset + other->bytes;
    }
    placed.insert(std::upper_bound(placed.begin(), placed.end(), &b,
                                   [](const Buffer* x, const Buffer* y) { return x->offset < y->offset; }),
                  &b);
    total_ = std::max(total_, b.offset + b.bytes);
  }
}

}  // namespace tailor
