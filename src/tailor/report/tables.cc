#include "tailor/report/tables.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <fmt/format.h>

#include "tailor/base/error.h"
#include "tailor/base/text.h"
#include "tailor/report/class_scores.h"
#include "tailor/report/label.h"
#include "tailor/report/measure_text.h"
#include "tailor/report/summary.h"

namespace tailor {
namespace {

constexpr std::size_t name_width = 24;
constexpr std::size_t most_confusions = 5;

std::string line(const std::string& what, const std::string& value, const std::string& uncertainty,
                 const std::string& images) {
  std::string text =
      fmt::format("  {} {:>9}   {} {:>10}", padded(what, 28), value, padded(uncertainty, 20), images);
  return text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
}

std::string accuracy_line(const std::string& what, double accuracy, std::int64_t images) {
  const Interval interval = wilson_interval(accuracy, images);
  const MeasureText text(true);
  return line(what, text.value(accuracy),
              fmt::format("{} to {}", text.number(interval.low), text.value(interval.high)),
              with_thousands(images));
}

std::string loss_line(const std::string& what, double loss, double standard_error, std::int64_t images) {
  return line(what, fmt::format("{:.4f}", loss),
              standard_error > 0 ? fmt::format("± {:.4f} (s.e.)", standard_error) : "",
              with_thousands(images));
}

std::string fine_percent(double share) { return MeasureText(true).value(share); }

}  // namespace

std::string closing_table(const RunSummary& summary, const std::string& run_folder) {
  std::string text = line("", "value", "95 % interval", "images");
  text +=
      accuracy_line("max. validation accuracy", summary.max_validation_accuracy, summary.validation_images);
  text +=
      accuracy_line("training accuracy there", summary.train_accuracy_at_best, summary.train_sample_images);
  if (summary.test) {
    text += accuracy_line("test accuracy", summary.test->accuracy, summary.test->count);
    text += loss_line("test loss", summary.test->loss, summary.test->loss_error, summary.test->count);
  } else {
    text += line("test accuracy", "sealed", "", "");
    text += line("test loss", "sealed", "", "");
  }
  if (summary.epochs > 1)
    text +=
        fmt::format("\n  Epoch {} is the best of {} on these validation images: a choice that flatters.\n",
                    summary.best_epoch, summary.epochs);
  if (!summary.test)
    text += fmt::format(
        "\n  Once the choice is made, this opens the test images:\n    tailor evaluate {} --test\n",
        shell_path(run_folder));
  return text;
}

std::string metrics_table(const MetricEstimates& estimates) {
  std::string text;
  for (const MetricInfo& m : metrics) {
    const MetricEstimate& e = estimates[static_cast<std::size_t>(m.metric)];
    const MeasureText words(m.maximize);
    text += fmt::format("  {:<21} {:>8}  (95 % interval {} to {})\n", m.words, words.value(e.value),
                        words.number(e.interval.low), words.number(e.interval.high));
  }
  return text;
}

std::string folds_table(const RunSummary& summary) {
  const Metric metric = metric_of_objective(summary.objective, "objective");
  const MeasureText words(maximizes(metric));
  std::string text = fmt::format("  fold  {:>10}  {:>10}\n", "images", info(metric).words);
  for (std::size_t f = 0; f < summary.folds.size(); ++f)
    text += fmt::format("  {:>4}  {:>10}  {:>{}}\n", f + 1, with_thousands(summary.folds[f].images),
                        words.value(summary.folds[f].objective),
                        std::max<std::size_t>(10, info(metric).words.size()));
  const Estimate mean = folds_mean(summary);
  if (std::isnan(mean.estimate)) return text;  // of a fold without one of the classes
  return text + fmt::format(
                    "  Their mean is {}. Of training like this with other seeds and\n"
                    "  images of the kind it says {} to {} (95 %); this interval knows\n"
                    "  that folds share images.\n",
                    words.value(mean.estimate), words.number(mean.low), words.value(mean.high));
}

std::string class_table(const Confusion& confusion, std::span<const std::string> class_names,
                        std::size_t most_rows) {
  const std::vector<ClassScore> scores = class_scores(confusion);
  if (class_names.size() != scores.size())
    throw failure("class table: {} class names for {} classes", class_names.size(), scores.size());
  std::vector<std::size_t> rows(scores.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  std::string text;
  if (scores.size() > most_rows) {
    // Classes without any image, true or predicted, have no F1 and come last.
    const auto key = [&](std::size_t i) { return std::isnan(scores[i].f1) ? 2.0 : scores[i].f1; };
    std::ranges::stable_sort(rows, {}, key);
    rows.resize(most_rows);
    text += fmt::format("  The {} of {} classes with the lowest F1 (all: per_class.csv)\n", most_rows,
                        scores.size());
  }
  text += fmt::format("  {} {:>10} {:>10} {:>10} {:>10}\n", padded("class", name_width), "precision",
                      "recall", "F1", "images");
  for (std::size_t i : rows)
    text += fmt::format("  {} {:>10} {:>10} {:>10} {:>10}\n",
                        padded(shown_label(class_names[i], name_width), name_width),
                        fine_percent(scores[i].precision), fine_percent(scores[i].recall),
                        fine_percent(scores[i].f1), with_thousands(scores[i].support));

  const std::vector<ConfusedPair> pairs = worst_confusions(confusion, most_confusions);
  if (!pairs.empty()) text += "\n  Most often taken for another\n";
  for (const ConfusedPair& pair : pairs)
    text += fmt::format(
        "  {} for {} {:>8} {:>9}\n",
        padded(shown_label(class_names[static_cast<std::size_t>(pair.truth)], name_width), name_width),
        padded(shown_label(class_names[static_cast<std::size_t>(pair.predicted)], name_width), name_width),
        with_thousands(pair.count), fine_percent(pair.share));
  return text;
}

}  // namespace tailor
