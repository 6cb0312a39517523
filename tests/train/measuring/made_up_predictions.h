// Predictions of a network that does not exist: logits that lean towards the truth, more for some classes than for others.
#pragma once

#include <cmath>
#include <vector>

#include "tailor/base/random.h"
#include "tailor/train/measuring/predictions.h"

namespace tailor {

struct Population {
  std::vector<double> shares;  // of the classes
  std::vector<double> skill;   // how far a class' own logit stands out, in standard deviations of each
  double sharpness = 1;        // factor of all logits: above 1 the network is too sure
};

inline Predictions draw(const Population& population, std::size_t images, std::uint64_t seed) {
  const std::size_t classes = population.shares.size();
  Predictions p{static_cast<int>(classes), {}, {}};
  p.logits.reserve(images * classes);
  const Key key = Key(seed).with(Purpose::sample);
  for (std::size_t i = 0; i < images; ++i) {
    const Key own = key.with(i);
    double u = own.uniform(0);
    std::size_t label = 0;
    while (label + 1 < classes && u >= population.shares[label]) u -= population.shares[label++];
    p.labels.push_back(static_cast<std::int32_t>(label));
    for (std::size_t c = 0; c < classes; ++c) {
      const double noise = std::sqrt(-2 * std::log(1 - own.uniform(1 + 2 * c))) *
                           std::cos(2 * 3.14159265358979 * own.uniform(2 + 2 * c));
      p.logits.push_back(
          static_cast<float>(population.sharpness * (noise + (c == label ? population.skill[c] : 0))));
    }
  }
  return p;
}

}  // namespace tailor
