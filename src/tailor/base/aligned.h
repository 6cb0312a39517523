// Arrays that kernels read by whole vector registers. std::vector's own allocator aligns to 16 bytes, where
// every 64-byte load touches two cache lines: a dense layer's forward pass took a third longer.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace tailor {

inline constexpr std::size_t cache_line = 64;  // bytes; also the widest vector register

template <class T>
struct CacheLineAllocator {
  using value_type = T;

  CacheLineAllocator() = default;
  template <class U>
  CacheLineAllocator(const CacheLineAllocator<U>&) noexcept {}  // NOLINT: allocators convert

  T* allocate(std::size_t n) {
    return static_cast<T*>(::operator new(n * sizeof(T), std::align_val_t(cache_line)));
  }
  void deallocate(T* p, std::size_t) noexcept { ::operator delete(p, std::align_val_t(cache_line)); }

  template <class U>
  bool operator==(const CacheLineAllocator<U>&) const noexcept {
    return true;
  }
};

// Parameters, their gradients and the optimiser's state.
using AlignedFloats = std::vector<float, CacheLineAllocator<float>>;

}  // namespace tailor
