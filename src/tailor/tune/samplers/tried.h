// Which settings a study has tried, so that a finite space is not tried twice at the same place. Used by
// every sampler.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <unordered_set>

#include "tailor/base/random.h"
#include "tailor/tune/samplers/sampler.h"

namespace tailor {

class Tried {
 public:
  // All trials of `history` count, failed and running ones too. `repeats`: none counts. The arguments must
  // outlive this object.
  Tried(const Space& space, std::span<const Observation> history, bool repeats);

  // Always false in an infinite space, where nothing is met twice.
  bool contains(const Assignment& setting);
  bool exhausted() const { return left_ == 0; }

  // The first of candidate(0), candidate(1), … that is new; after 100 of them, the first new setting of
  // the whole space from a random place on. Nothing if the space is exhausted.
  std::optional<Assignment> first_new(const std::function<Assignment(std::uint64_t)>& candidate, Key key);

 private:
  void index();

  const Space& space_;
  std::span<const Observation> history_;
  bool finite_;
  std::uint64_t
      left_;  // settings not tried yet; as long as fewer have been tried than there are: at least that
  bool indexed_ = false;
  std::unordered_set<std::uint64_t> seen_;  // hashes; only asked, never walked through
};

}  // namespace tailor
