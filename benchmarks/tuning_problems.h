// Objectives for comparing samplers, all to be minimised: tables of real trainings and analytic functions.
// The same problems in Python, for peers: peers/tuning_problems.py.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tailor/base/random.h"
#include "tailor/tune/space/space.h"

namespace tailor {

struct Problem {
  std::string name;
  Space space;
  std::function<double(const Assignment&)> truth;          // the mean over noise
  std::function<double(const Assignment&, Key)> observed;  // what a trial with this key sees
  std::function<double(const Assignment&)> noise_sd;       // the standard deviation of that, over keys
  // The table's own values of a setting, as costs; NaN where one is missing. Empty function: a formula.
  std::function<std::vector<double>(const Assignment&)> repeats;
  bool losses = false;   // values are never negative
  double best = 0;       // the least truth of all settings
  double reference = 0;  // the median truth of uniform draws: normalised regret 1
};

// Tables in `folder` (NAME.json with NAME.f32, ascending by name; none without a folder), then the functions;
// only those of `names`, if there are any.
std::vector<Problem> tuning_problems(const std::filesystem::path& folder,
                                     std::span<const std::string> names = {});

}  // namespace tailor
