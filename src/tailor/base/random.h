// Counter-based random numbers: a value is a pure function of a key and an index, so results do not depend on
// the order of evaluation, on the number of threads or on interruptions.
//
// A Key is folded from what the number is for, e.g. Key(seed).with(Purpose::dropout).with(epoch).with(image);
// value i of a key is SplitMix64's i-th output from that key's state (Steele, Lea, Flood: "Fast splittable
// pseudorandom number generators", OOPSLA 2014), which is random access because its state advances by a
// constant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tailor {

// What a random number is used for. Persistent: results depend on these values, never renumber them.
enum class Purpose : std::uint64_t {
  split = 1,
  shuffle = 2,
  initialization = 3,
  dropout = 4,
  augmentation = 5,
  mixing = 6,
  sample = 7,
  scrambling = 8,
  proposal = 9,
  trial = 10,
  search = 11,
  resampling = 12,
  confirmation = 13,
  spread = 14,
};

// Bijective 64-bit mixer: SplitMix64's output function.
constexpr std::uint64_t mix64(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

class Key {
 public:
  constexpr explicit Key(std::uint64_t seed) : state_(mix64(seed + golden)) {}

  // A key for a part of this one; different parts give independent sequences.
  constexpr Key with(std::uint64_t part) const {
    Key key = *this;
    key.state_ = mix64(state_ + golden * (mix64(part + golden) | 1));
    return key;
  }
  constexpr Key with(Purpose purpose) const { return with(static_cast<std::uint64_t>(purpose)); }

  // The i-th 64 random bits.
  constexpr std::uint64_t bits(std::uint64_t i) const { return mix64(state_ + golden * (i + 1)); }
  // The i-th real in [0, 1), with 53 random bits.
  constexpr double uniform(std::uint64_t i) const { return static_cast<double>(bits(i) >> 11) * 0x1.0p-53; }
  // The i-th integer in [0, n), n >= 1 (multiply-shift; its bias is below n / 2^64).
  constexpr std::uint64_t below(std::uint64_t i, std::uint64_t n) const {
    __extension__ using uint128 = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<uint128>(bits(i)) * n) >> 64);
  }
  // The i-th standard normal (Box-Muller on values 2i and 2i + 1).
  double normal(std::uint64_t i) const;

  constexpr std::uint64_t state() const { return state_; }

 private:
  static constexpr std::uint64_t golden = 0x9e3779b97f4a7c15u;
  std::uint64_t state_;
};

// Fisher-Yates with the key's values 0, 1, 2, …
void shuffle(std::span<std::uint32_t> items, Key key);

// 32 random bits for element i under a 32-bit key: Wellons' "lowbias32" mixer over the counter. Cheap enough
// to be evaluated in vector registers for every element of a dropout layer.
constexpr std::uint32_t mask_bits(std::uint32_t key, std::uint32_t i) {
  std::uint32_t x = i * 0x9e3779b9u + key;
  x = (x ^ (x >> 16)) * 0x7feb352du;
  x = (x ^ (x >> 15)) * 0x846ca68bu;
  return x ^ (x >> 16);
}

}  // namespace tailor
