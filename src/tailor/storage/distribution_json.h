// Distributions as the JSON that Optuna keeps in trial_params.distribution_json, byte for byte as its Python
// writes it.
#pragma once

#include <string>
#include <string_view>

#include "tailor/storage/distribution.h"

namespace tailor {

// {"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 0.1, "log": true}}
std::string distribution_to_json(const Distribution& distribution);

// Reads what any Optuna since 0.9 wrote, its five former classes too. `where` names the place in messages
// ("parameter 'lr' of trial 7"). Anything else is bad input.
Distribution distribution_from_json(std::string_view json, std::string_view where);

// Optuna's rule for one name within a study: the same kind, the same `log`, the identical choices in the same
// order; ranges and steps may change. Empty if kept, otherwise what differs.
std::string incompatibility(const Distribution& earlier, const Distribution& later);

}  // namespace tailor
