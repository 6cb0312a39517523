// Quasi-random search: trial n takes point n of the study's scrambled Sobol sequence.
#include "tailor/tune/samplers/makers.h"
#include "tailor/tune/samplers/startup.h"
#include "tailor/tune/samplers/tried.h"

namespace tailor {
namespace {

class SobolSampler final : public Sampler {
 public:
  explicit SobolSampler(const SamplerOptions& options) : repeats_(options.repeats) {}

  std::optional<Assignment> propose(const Space& space, std::span<const Observation> history,
                                    int trial_number, Key key) override {
    Tried tried(space, history, repeats_);
    return startup_.propose(space, tried, trial_number, key);
  }

 private:
  bool repeats_;
  Startup startup_;
};

}  // namespace

std::unique_ptr<Sampler> make_sobol_sampler(const SamplerOptions& options) {
  return std::make_unique<SobolSampler>(options);
}

}  // namespace tailor
