// What makes each sampler; called by the table in samplers.cc alone.
#pragma once

#include <memory>

#include "tailor/tune/samplers/samplers.h"

namespace tailor {

std::unique_ptr<Sampler> make_random_sampler(const SamplerOptions& options);
std::unique_ptr<Sampler> make_grid_sampler(const SamplerOptions& options);
std::unique_ptr<Sampler> make_sobol_sampler(const SamplerOptions& options);
std::unique_ptr<Sampler> make_tpe_sampler(const SamplerOptions& options);
std::unique_ptr<Sampler> make_gp_sampler(const SamplerOptions& options);
std::unique_ptr<Sampler> make_auto_sampler(const SamplerOptions& options);

}  // namespace tailor
