// What a network can be judged by on images with labels. The one table of names and meanings is in metric.cc.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace tailor {

enum class Metric {
  accuracy,           // share of images that are judged right
  loss,               // mean cross-entropy, in nats
  balanced_accuracy,  // mean over classes of the recall (the share of a class' images that are judged right)
  macro_f1,           // mean over classes of F1 = 2 TP / (2 TP + FP + FN)
  worst_recall,       // the lowest recall of any class
  // Mean over classes of the area under the curve of one class against all others: the probability that an image of
  // the class gets a higher probability of it than an image of another class, ties counting half.
  auc,
  // Expected calibration error: the mean over images of the distance between stated probability and accuracy in the
  // image's bin, of 15 equally wide bins of the predicted class' probability (Guo et al., ICML 2017).
  calibration_error,
};
inline constexpr std::size_t metric_count = 7;

struct MetricInfo {
  Metric metric;
  std::string_view name;       // "macro_f1"
  std::string_view objective;  // as a study and a training are told to look at it, on validation images
  std::string_view words;      // "macro F1"
  bool maximize;               // the higher the better; such ones are shares, and written in per cent
};

// Classes without images are left out of all means over classes.
extern const std::array<MetricInfo, metric_count> metrics;

inline const MetricInfo& info(Metric metric) { return metrics[static_cast<std::size_t>(metric)]; }
inline bool maximizes(Metric metric) { return info(metric).maximize; }

// Of an objective's name; an unknown one is a usage error that starts with `where`.
Metric metric_of_objective(std::string_view name, std::string_view where);

// "validation accuracy", "macro F1": the metric of validation images, for people.
std::string objective_words(Metric metric);

// What a network that knows nothing has among so many equally frequent classes.
double guessing_value(Metric metric, int classes);

}  // namespace tailor
