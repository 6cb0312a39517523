// Random search: every trial is an independent uniform draw.
#include "tailor/tune/samplers/makers.h"
#include "tailor/tune/samplers/tried.h"

namespace tailor {
namespace {

class RandomSampler final : public Sampler {
 public:
  explicit RandomSampler(const SamplerOptions& options) : repeats_(options.repeats) {}

  std::optional<Assignment> propose(const Space& space, std::span<const Observation> history,
                                    int trial_number, Key key) override {
    Tried tried(space, history, repeats_);
    const Key trial = key.with(Purpose::proposal).with(static_cast<std::uint64_t>(trial_number));
    return tried.first_new([&](std::uint64_t i) { return draw_uniform(space, trial.with(i)); }, trial);
  }

 private:
  bool repeats_;
};

}  // namespace

std::unique_ptr<Sampler> make_random_sampler(const SamplerOptions& options) {
  return std::make_unique<RandomSampler>(options);
}

}  // namespace tailor
