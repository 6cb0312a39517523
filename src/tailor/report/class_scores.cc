#include "tailor/report/class_scores.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/report/csv.h"

namespace tailor {
namespace {

double share(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole)
                   : std::numeric_limits<double>::quiet_NaN();
}

void check_names(const Confusion& confusion, std::span<const std::string> class_names) {
  if (class_names.size() != static_cast<std::size_t>(confusion.classes))
    throw failure("{} class names for {} classes", class_names.size(), confusion.classes);
}

}  // namespace

std::vector<ClassScore> class_scores(const Confusion& confusion) {
  std::vector<ClassScore> scores(static_cast<std::size_t>(confusion.classes));
  for (int truth = 0; truth < confusion.classes; ++truth)
    for (int predicted = 0; predicted < confusion.classes; ++predicted) {
      const std::int64_t count = confusion.at(truth, predicted);
      scores[static_cast<std::size_t>(truth)].support += count;
      scores[static_cast<std::size_t>(predicted)].predicted += count;
      if (truth == predicted) scores[static_cast<std::size_t>(truth)].correct = count;
    }
  for (ClassScore& score : scores) {
    score.precision = share(score.correct, score.predicted);
    score.recall = share(score.correct, score.support);
    score.f1 = share(2 * score.correct, score.support + score.predicted);
  }
  return scores;
}

std::vector<ConfusedPair> worst_confusions(const Confusion& confusion, std::size_t most) {
  std::vector<ConfusedPair> pairs;
  const std::vector<ClassScore> scores = class_scores(confusion);
  for (int truth = 0; truth < confusion.classes; ++truth)
    for (int predicted = 0; predicted < confusion.classes; ++predicted)
      if (const std::int64_t count = confusion.at(truth, predicted); truth != predicted && count > 0)
        pairs.push_back(
            {truth, predicted, count, share(count, scores[static_cast<std::size_t>(truth)].support)});
  std::ranges::stable_sort(pairs, std::ranges::greater(), &ConfusedPair::count);
  pairs.resize(std::min(most, pairs.size()));
  return pairs;
}

void write_per_class(const std::filesystem::path& path, const Confusion& confusion,
                     std::span<const std::string> class_names) {
  check_names(confusion, class_names);
  std::string text = "class,name,support,predicted,correct,precision,recall,f1\n";
  const std::vector<ClassScore> scores = class_scores(confusion);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const ClassScore& s = scores[i];
    text += fmt::format("{},{},{},{},{},{},{},{}\n", i, csv_field(class_names[i]), s.support, s.predicted,
                        s.correct, s.precision, s.recall, s.f1);
  }
  write_file(path, text);
}

void write_confusion(const std::filesystem::path& path, const Confusion& confusion,
                     std::span<const std::string> class_names) {
  check_names(confusion, class_names);
  std::string text = "true class";
  for (const std::string& name : class_names) text += "," + csv_field(name);
  text += "\n";
  for (int truth = 0; truth < confusion.classes; ++truth) {
    text += csv_field(class_names[static_cast<std::size_t>(truth)]);
    for (int predicted = 0; predicted < confusion.classes; ++predicted)
      text += fmt::format(",{}", confusion.at(truth, predicted));
    text += "\n";
  }
  write_file(path, text);
}

}  // namespace tailor
