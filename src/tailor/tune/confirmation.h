// A confirmation: a finished study's leading settings, its untuned default and simple baselines, trained
// again on fresh seeds. It is itself a study in the same storage, whose trials are runs of (candidate, seed):
//
// - the race: all candidates on common seeds, the hopeless dropped early (race.h);
// - the final runs: winner and default on further seeds that had no say in the choice. Only these are what a
//   confirmation reports, and only these meet the test images.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "tailor/tune/race.h"
#include "tailor/tune/setting_text.h"
#include "tailor/tune/space.h"

namespace tailor {

struct Candidate {
  std::string name;                // "default", "trial 15", "a random setting"
  std::vector<std::string> roles;  // see candidate_role
  int trial = -1;                  // of the study
  SettingTexts settings;           // where they differ from the study's untuned defaults

  bool operator==(const Candidate&) const = default;
};

namespace candidate_role {
inline constexpr const char* untuned = "default";
inline constexpr const char* leader = "leader";            // among the best of the study
inline constexpr const char* random = "random";            // the study's first independent draw
inline constexpr const char* best_random = "best_random";  // its best independent draw
inline constexpr const char* one_epoch = "one_epoch";      // its best after one epoch
}  // namespace candidate_role

struct Confirmation {
  std::string study;                  // whose settings these are
  std::vector<Candidate> candidates;  // the untuned default first
  RaceOptions race;
  int final_seeds = 5;     // of winner and default
  bool reshuffle = false;  // each seed also draws its own training and validation images
  bool open_test = true;   // final runs meet the test images

  // Seeds count from 1: those of the race, then the final ones.
  int seeds() const { return race.most_seeds + final_seeds; }
  bool is_final(int seed) const { return seed > race.most_seeds; }

  bool operator==(const Confirmation&) const = default;
};

// Of a confirmation's trials: which candidate, and which seed.
inline constexpr std::size_t candidate_parameter = 0, seed_parameter = 1;
Space confirmation_space(const Confirmation& confirmation);

nlohmann::json to_json_value(const Confirmation& confirmation);
// Throws nlohmann::json::exception if it is something else.
Confirmation confirmation_from_json(const nlohmann::json& json);

}  // namespace tailor
