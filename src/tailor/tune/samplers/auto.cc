// Chooses between samplers: the Gaussian process for the first trials of a study over at most so many
// parameters, TPE after that and in larger spaces. A function of the space and the trial's number alone, so
// that a study is the same however it was interrupted.
#include "tailor/tune/samplers/makers.h"

namespace tailor {
namespace {

// Where the Gaussian process ceases to be worth its time, which grows with the cube of the number of trials,
// and where its distances cease to mean much.
constexpr int most_trials = 300;
constexpr std::size_t most_parameters = 30;

class AutoSampler final : public Sampler {
 public:
  explicit AutoSampler(const SamplerOptions& options)
      : gp_(make_gp_sampler(options)), tpe_(make_tpe_sampler(options)) {}

  std::optional<Assignment> propose(const Space& space, std::span<const Observation> history,
                                    int trial_number, Key key) override {
    const bool few = space.size() <= most_parameters && trial_number < most_trials;
    return (few ? gp_ : tpe_)->propose(space, history, trial_number, key);
  }

 private:
  std::unique_ptr<Sampler> gp_, tpe_;
};

}  // namespace

std::unique_ptr<Sampler> make_auto_sampler(const SamplerOptions& options) {
  return std::make_unique<AutoSampler>(options);
}

}  // namespace tailor
