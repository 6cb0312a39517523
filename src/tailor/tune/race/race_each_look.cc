#include "tailor/tune/race/race_each_look.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <boost/math/distributions/students_t.hpp>

#include "tailor/tune/race/mean_of_first.h"

namespace tailor {
namespace {

// Mean squared residuals of each candidate on the first `seeds`, means of candidates and seeds taken out.
// What a seed does to all is estimated from those in `reference`.
class Residuals {
 public:
  Residuals(std::span<const std::vector<double>> costs, std::vector<std::size_t> reference, std::size_t seeds)
      : costs_(costs), reference_(std::move(reference)), seeds_(seeds) {
    for (std::size_t s = 0; s < seeds; ++s) {
      double effect = 0;
      for (const std::size_t c : reference_) effect += costs[c][s] - mean_of_first(costs[c], seeds);
      seed_effect_.push_back(effect / static_cast<double>(reference_.size()));
    }
  }

  double variance(std::size_t candidate) const {
    const double centre = mean_of_first(costs_[candidate], seeds_);
    double sum = 0;
    for (std::size_t s = 0; s < seeds_; ++s)
      sum += std::pow(costs_[candidate][s] - centre - seed_effect_[s], 2);
    return sum / static_cast<double>(seeds_ - 1);
  }

  double pooled_degrees() const { return static_cast<double>((reference_.size() - 1) * (seeds_ - 1)); }

  double pooled_variance() const {
    double sum = 0;
    for (const std::size_t c : reference_) sum += variance(c);
    return sum / static_cast<double>(reference_.size() - 1);  // the seeds' means cost one candidate
  }

 private:
  const std::span<const std::vector<double>> costs_;
  const std::vector<std::size_t> reference_;
  const std::size_t seeds_;
  std::vector<double> seed_effect_;
};

// Whether `candidate` is worse than `leader` beyond chance.
bool beaten(std::span<const std::vector<double>> costs, const Residuals& residuals, std::size_t candidate,
            std::size_t leader, std::size_t seeds, double error) {
  const double difference = mean_of_first(costs[candidate], seeds) - mean_of_first(costs[leader], seeds);
  const double a = residuals.pooled_variance(), da = residuals.pooled_degrees();
  // Never taken for quieter than the good ones are.
  const double b = std::max(residuals.variance(candidate), a), db = static_cast<double>(seeds - 1);
  if (a + b == 0) return difference > 0;
  const double degrees = b > a ? (a + b) * (a + b) / (a * a / da + b * b / db) : da;
  const double t = difference / std::sqrt((a + b) / static_cast<double>(seeds));
  return t > quantile(complement(boost::math::students_t(degrees), error));
}

}  // namespace

std::vector<std::size_t> beaten_at_one_look(std::span<const std::vector<double>> costs,
                                            std::span<const std::size_t> in, std::size_t seeds,
                                            double error) {
  const std::size_t better = std::max<std::size_t>(2, (in.size() + 1) / 2);
  const Residuals residuals(costs, {in.begin(), in.begin() + static_cast<std::ptrdiff_t>(better)}, seeds);
  std::vector<std::size_t> out;
  for (const std::size_t c : in.subspan(1))
    if (beaten(costs, residuals, c, in.front(), seeds, error / static_cast<double>(in.size() - 1)))
      out.push_back(c);
  return out;
}

}  // namespace tailor
