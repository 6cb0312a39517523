// How well each class is told apart: the numbers behind the per-class table and per_class.csv, from the
// confusion matrix.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "tailor/train/metrics.h"

namespace tailor {

// For one class against all others; a share of nothing is not-a-number.
struct ClassScore {
  std::int64_t support = 0;    // images of the class
  std::int64_t predicted = 0;  // images taken for it
  std::int64_t correct = 0;
  double precision = 0;  // correct / predicted
  double recall = 0;     // correct / support
  double f1 = 0;         // 2 correct / (support + predicted)
};

std::vector<ClassScore> class_scores(const Confusion& confusion);

struct ConfusedPair {
  int truth = 0, predicted = 0;
  std::int64_t count = 0;
  double share = 0;  // of the true class's images
};

// The pairs of different classes with the highest counts, at most `most`, none of zero; ties in the order of
// the classes.
std::vector<ConfusedPair> worst_confusions(const Confusion& confusion, std::size_t most);

// A row for each class: class, name, support, predicted, correct, precision, recall, f1. Quoted as RFC 4180
// says.
void write_per_class(const std::filesystem::path& path, const Confusion& confusion,
                     std::span<const std::string> class_names);

// A row for each true class, a column for each predicted one, both headed by their names.
void write_confusion(const std::filesystem::path& path, const Confusion& confusion,
                     std::span<const std::string> class_names);

}  // namespace tailor
