// THE table of pruners, by name. Adding one is one file in pruners/ and one line in pruners.cc.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "tailor/tune/pruners/pruner.h"

namespace tailor {

// Choices that a study makes for its pruner; each pruner reads those that concern it.
struct PrunerOptions {
  int first = 1;    // asha, hyperband, one_epoch: epochs of every trial before the first decision
  int factor = 3;   // asha, hyperband: one of so many goes on, for so many times the epochs
  int startup = 5;  // median: complete trials before any is stopped
  int warmup = 1;   // median: epochs of a trial before it may be stopped
  int keep = 0;     // one_epoch: how many go on; 0: a tenth of all trials

  bool operator==(const PrunerOptions&) const = default;
};

// The part of a study's budget that pruners know.
struct PrunerBudget {
  int epochs = 1;  // of each trial that is not pruned
  int trials = 1;
};

struct PrunerKind {
  std::string_view name;
  std::string_view description;  // one line
  std::unique_ptr<Pruner> (*make)(const PrunerBudget& budget, const PrunerOptions& options);
};

std::span<const PrunerKind> pruner_kinds();

// An unknown name is a usage error that lists the known ones.
std::unique_ptr<Pruner> make_pruner(std::string_view name, const PrunerBudget& budget,
                                    const PrunerOptions& options = {});

}  // namespace tailor
