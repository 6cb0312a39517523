#include "tailor/tune/samplers/samplers.h"

#include <array>
#include <vector>

#include "tailor/base/error.h"
#include "tailor/base/text.h"
#include "tailor/tune/samplers/makers.h"

namespace tailor {
namespace {

constexpr std::array sampler_table = {
    SamplerKind{"random", "independent uniform draws on each parameter's scale", make_random_sampler},
    SamplerKind{"grid",
                "every combination of the parameters' values, of a few points where there are no steps",
                make_grid_sampler},
    SamplerKind{"sobol", "a scrambled Sobol sequence, which covers the space more evenly than random draws",
                make_sobol_sampler},
    SamplerKind{"tpe", "compares densities of good and bad trials: quick, for any space and budget",
                make_tpe_sampler},
    SamplerKind{"gp",
                "Bayesian optimisation with a Gaussian process: for up to some hundreds of trials, slower",
                make_gp_sampler},
    SamplerKind{"auto", "gp for the first 300 trials over at most 30 parameters, tpe otherwise",
                make_auto_sampler},
};

}  // namespace

std::span<const SamplerKind> sampler_kinds() { return sampler_table; }

std::unique_ptr<Sampler> make_sampler(std::string_view name, const SamplerOptions& options) {
  std::vector<std::string> names;
  for (const SamplerKind& kind : sampler_table) {
    if (kind.name == name) return kind.make(options);
    names.emplace_back(kind.name);
  }
  throw usage_error("unknown sampler '{}'{}; known are {}", name, did_you_mean(name, names),
                    join(names, ", "));
}

}  // namespace tailor
