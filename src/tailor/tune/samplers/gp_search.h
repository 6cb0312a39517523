// Finds the setting of the greatest expected improvement in a mixed, conditional space. Used by the GP
// sampler.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "tailor/math/sobol.h"
#include "tailor/tune/samplers/gp_encoding.h"
#include "tailor/tune/samplers/tried.h"

namespace tailor {

// Expected improvement below `best` under a posterior.
struct GpObjective {
  const GpPosterior& posterior;
  double best = 0;
  const GpHyperparameters& hyperparameters;
};

class GpSearch {
 public:
  // The arguments must outlive this object.
  GpSearch(const Space& space, const GpEncoding& encoding, const GpObjective& objective, Tried& tried);

  // `centers`: good settings, best first, around which to look too. Nothing if every setting has been tried.
  std::optional<Assignment> run(std::span<const Assignment* const> centers, const Sobol& sobol, Key key);

 private:
  struct Candidate {
    Assignment setting;
    double gain = 0;
  };

  std::vector<double> gains(std::span<const Assignment> settings) const;
  Assignment perturbed(const Assignment& from, Key key) const;
  std::vector<Candidate> starts(std::vector<Assignment> pool) const;
  void climb(Candidate& candidate) const;
  bool climb_reals(Candidate& candidate) const;
  bool climb_discrete(Candidate& candidate) const;
  std::vector<Assignment> neighbors(const Assignment& setting, std::size_t i) const;

  const Space& space_;
  const GpEncoding& encoding_;
  const GpObjective& objective_;
  Tried& tried_;
};

}  // namespace tailor
