// THE table of samplers, by name. Adding one is one file in samplers/ and one line in samplers.cc.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "tailor/tune/samplers/sampler.h"

namespace tailor {

// Choices that a study makes for its sampler; each sampler reads those that concern it.
struct SamplerOptions {
  bool repeats = false;  // may propose a setting of a finite space again (noisy objectives)
  int startup = -1;      // trials from the Sobol sequence before a model is used; -1: the sampler's choice
  int grid_points = 5;   // grid: points of a parameter that has no steps, or more of them than this
  bool grid_shuffle = true;  // grid: in random order, so that a study cut short has seen all of the space
};

struct SamplerKind {
  std::string_view name;
  std::string_view description;  // one line
  std::unique_ptr<Sampler> (*make)(const SamplerOptions& options);
};

std::span<const SamplerKind> sampler_kinds();

// An unknown name is a usage error that lists the known ones.
std::unique_ptr<Sampler> make_sampler(std::string_view name, const SamplerOptions& options = {});

}  // namespace tailor
