// What trials that were ended early would have come to: complete trials tell how much a value still changes
// after an epoch. A guide for the GP sampler, no result.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace tailor {

class RemainingChange {
 public:
  // A complete trial: its values after epochs 1, 2, …, as far as they are known, and its result.
  void add(std::span<const double> curve, double result) { complete_.emplace_back(curve, result); }

  // The median change from after this epoch to the end, of the trials added before this was first asked for;
  // 0 if none of them tells.
  double after(std::size_t epoch);

 private:
  std::vector<std::pair<std::span<const double>, double>> complete_;
  std::map<std::size_t, double> known_;  // by epoch
};

}  // namespace tailor
