// What makes each sampler; called by the table in samplers.cc alone.
#pragma once

#include <memory>

#include "tailor/tune/samplers.h"

namespace tailor {

std::unique_ptr<Sampler> make_random_sampler(const SamplerOptions& options);

}  // namespace tailor
