#include "tailor/train/measuring/image_values.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace tailor {
namespace {

using Values = std::vector<double>;

MetricValues mean_of(Values v) {
  const double sum = std::accumulate(v.begin(), v.end(), 0.0);
  return {sum / static_cast<double>(v.size()), std::move(v)};
}

std::size_t place(std::int32_t label) { return static_cast<std::size_t>(label); }

Values right(const Predictions& p) {
  Values v(p.count());
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = predicted_class(p.of(i)) == p.labels[i] ? 1 : 0;
  return v;
}

MetricValues losses(const Predictions& p) {
  Values v(p.count());
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = loss_of(p, i);
  return mean_of(std::move(v));
}

MetricValues balanced(const Predictions& p) {
  Values v = right(p);
  const std::vector<ClassCounts> counts = count_classes(p);
  const double n = static_cast<double>(p.count()), present = classes_with_images(counts);
  double mean = 0;
  for (const ClassCounts& c : counts)
    if (c.images > 0) mean += c.recall() / present;
  for (std::size_t i = 0; i < v.size(); ++i) {
    const ClassCounts& c = counts[place(p.labels[i])];
    v[i] = mean + (v[i] - c.recall()) * n / (present * c.images);
  }
  return {mean, std::move(v)};
}

MetricValues worst(const Predictions& p) {
  Values v = right(p);
  const std::vector<ClassCounts> counts = count_classes(p);
  std::size_t least = counts.size();
  for (std::size_t c = 0; c < counts.size(); ++c)
    if (counts[c].images > 0 && (least == counts.size() || counts[c].recall() < counts[least].recall()))
      least = c;
  const double recall = counts[least].recall();
  const double weight = static_cast<double>(p.count()) / counts[least].images;
  for (std::size_t i = 0; i < v.size(); ++i)
    v[i] = recall + (place(p.labels[i]) == least ? (v[i] - recall) * weight : 0);
  return {recall, std::move(v)};
}

// F1 is the ratio of two sums over images, 2 [label and prediction are c] and [label is c] + [prediction is c].
// Classes that are predicted but have no images count, with F1 = 0, as in scikit-learn; those in neither do not.
MetricValues f1(const Predictions& p) {
  const std::vector<ClassCounts> counts = count_classes(p);
  const auto both = [](const ClassCounts& c) { return c.images + c.predicted; };
  Values f1(counts.size());
  double present = 0, mean = 0;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (both(counts[c]) == 0) continue;
    f1[c] = 2 * counts[c].hits / both(counts[c]);
    present += 1, mean += f1[c];
  }
  mean /= present;
  const double scale = static_cast<double>(p.count()) / present;
  Values v(p.count(), mean);
  for (std::size_t i = 0; i < v.size(); ++i) {
    const std::size_t c = place(p.labels[i]), k = place(predicted_class(p.of(i)));
    if (c == k) {
      v[i] += scale * 2 * (1 - f1[c]) / both(counts[c]);
    } else {
      v[i] -= scale * (f1[c] / both(counts[c]) + f1[k] / both(counts[k]));
    }
  }
  return {mean, std::move(v)};
}

// Of one class against the others, by log-probabilities, which do not saturate.
void add_class_area(const Values& scores, const std::vector<bool>& positive, double positives, Values& v,
                    double& mean, double present) {
  const std::size_t n = scores.size();
  const double negatives = static_cast<double>(n) - positives;
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return scores[a] < scores[b]; });
  Values placement(n);  // of the other kind: the share that is judged rightly against this image
  double area = 0, positives_below = 0, negatives_below = 0;
  for (std::size_t first = 0; first < n;) {
    std::size_t last = first;
    double tied_positives = 0, tied_negatives = 0;
    for (; last < n && scores[order[last]] == scores[order[first]]; ++last)
      (positive[order[last]] ? tied_positives : tied_negatives) += 1;
    for (std::size_t k = first; k < last; ++k)
      placement[order[k]] = positive[order[k]]
                                ? (negatives_below + tied_negatives / 2) / negatives
                                : (positives - positives_below - tied_positives / 2) / positives;
    area += tied_positives * (negatives_below + tied_negatives / 2);
    positives_below += tied_positives, negatives_below += tied_negatives;
    first = last;
  }
  area /= positives * negatives;
  mean += area / present;
  for (std::size_t i = 0; i < n; ++i)
    v[i] +=
        (placement[i] - area) * static_cast<double>(n) / ((positive[i] ? positives : negatives) * present);
}

MetricValues area(const Predictions& p) {
  const std::vector<ClassCounts> counts = count_classes(p);
  const auto n = static_cast<double>(p.count());
  const auto counted = [&](const ClassCounts& c) { return c.images > 0 && c.images < n; };
  const auto present = static_cast<double>(std::count_if(counts.begin(), counts.end(), counted));
  if (present == 0) return mean_of(Values(p.count(), std::numeric_limits<double>::quiet_NaN()));
  Values v(p.count()), sums(p.count()), scores(p.count());
  for (std::size_t i = 0; i < p.count(); ++i) sums[i] = log_sum_exp(p.of(i));
  std::vector<bool> positive(p.count());
  double mean = 0;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (!counted(counts[c])) continue;
    for (std::size_t i = 0; i < p.count(); ++i) {
      scores[i] = p.of(i)[c] - sums[i];
      positive[i] = place(p.labels[i]) == c;
    }
    add_class_area(scores, positive, counts[c].images, v, mean, present);
  }
  for (double& x : v) x += mean;
  return {mean, std::move(v)};
}

MetricValues calibration(const Predictions& p) {
  Values v = right(p), gaps(calibration_bins);
  std::vector<std::size_t> bins(p.count());
  for (std::size_t i = 0; i < v.size(); ++i) {
    const double stated = stated_probability(p.of(i));
    v[i] = stated - v[i];
    bins[i] = static_cast<std::size_t>(calibration_bin(stated));
    gaps[bins[i]] += v[i];
  }
  for (std::size_t i = 0; i < v.size(); ++i)
    if (gaps[bins[i]] < 0) v[i] = -v[i];
  return mean_of(std::move(v));
}

}  // namespace

int calibration_bin(double probability) {
  return std::clamp(static_cast<int>(probability * calibration_bins), 0, calibration_bins - 1);
}

MetricValues image_values(Metric metric, const Predictions& predictions) {
  switch (metric) {
    case Metric::accuracy:
      return mean_of(right(predictions));
    case Metric::loss:
      return losses(predictions);
    case Metric::balanced_accuracy:
      return balanced(predictions);
    case Metric::macro_f1:
      return f1(predictions);
    case Metric::worst_recall:
      return worst(predictions);
    case Metric::auc:
      return area(predictions);
    case Metric::calibration_error:
      return calibration(predictions);
  }
  return {};
}

}  // namespace tailor
