#include "tailor/tune/spread/plan_sampler.h"

namespace tailor {
namespace {

class PlanSampler final : public Sampler {
 public:
  explicit PlanSampler(const StudyDefinition& definition) : d_(definition) {}

  // Nothing once all runs of the plan are made. A baseline may have values that are not in the space.
  std::optional<Assignment> propose(const Space& space, std::span<const Observation>, int trial_number,
                                    Key) override {
    if (trial_number >= static_cast<int>(d_.spread->runs.size())) return std::nullopt;
    return assignment_of(space, d_.planned_settings(trial_number));
  }

 private:
  const StudyDefinition d_;
};

}  // namespace

std::unique_ptr<Sampler> make_plan_sampler(const StudyDefinition& definition) {
  return std::make_unique<PlanSampler>(definition);
}

}  // namespace tailor
