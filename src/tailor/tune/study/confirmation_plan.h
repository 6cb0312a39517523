// A confirmation: a finished study's leading settings, its untuned default and other baselines, trained again
// on fresh seeds. It is itself a study in the same storage, whose trials are runs of (candidate, seed):
//
// - the race: all candidates that may win on common seeds, the hopeless dropped early (race.h);
// - the final runs, on further seeds that had no say in the choice: of the winner, of what it is compared
//   with, of the setting whose result the study claims, and one of each random setting. Only these are what a
//   confirmation reports, and only they meet the test images (random settings do not: they are there for
//   their mean on validation images).
//
// Which runs these are is decided when it begins and stays in its definition.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "tailor/tune/race/race.h"
#include "tailor/tune/space/setting_text.h"
#include "tailor/tune/space/space.h"

namespace tailor {

struct Candidate {
  std::string name;                // "default", "trial 15", "random 3"
  std::vector<std::string> roles;  // see candidate_role
  int trial = -1;                  // of the study
  SettingTexts settings;           // where they differ from the study's untuned defaults
  bool races = true;               // may win; those that race stand before those that do not
  std::vector<int> final_seeds{};  // of its final runs, ascending; the winner has all

  bool operator==(const Candidate&) const = default;
};

namespace candidate_role {
inline constexpr const char* untuned = "default";
inline constexpr const char* best_length = "best_length";  // the default at its best length (baselines.h)
inline constexpr const char* by_hand = "by_hand";          // the default with what the study fixed by hand
inline constexpr const char* leader = "leader";            // among the best of the study
inline constexpr const char* claimed = "claimed";          // the study's best result is its
inline constexpr const char* best_random = "best_random";  // the study's best independent draw
inline constexpr const char* one_epoch = "one_epoch";      // its best after one epoch
// Drawn anew, and does not race. In older confirmations: the study's first independent draw, which raced.
inline constexpr const char* random = "random";
}  // namespace candidate_role

struct Confirmation {
  std::string study;                  // whose settings these are
  std::vector<Candidate> candidates;  // the untuned default first
  RaceOptions race;
  int final_seeds = 5;
  // Each seed also draws its own training and validation images. In a study with folds it draws its own folds anyway, of
  // the same images.
  bool reshuffle = false;
  bool open_test = true;  // final runs meet the test images

  // Seeds count from 1: those of the race, then the final ones.
  int seeds() const { return race.most_seeds + final_seeds; }
  bool is_final(int seed) const { return seed > race.most_seeds; }
  std::size_t racers() const;  // candidates 0 … racers - 1 race
  bool runs_final(std::size_t candidate, int seed, std::size_t winner) const;
  // Of the race and thereafter, if nobody is dropped.
  int most_runs() const;

  bool operator==(const Confirmation&) const = default;
};

// Of a confirmation's trials: which candidate, and which seed.
inline constexpr std::size_t candidate_parameter = 0, seed_parameter = 1;
Space confirmation_space(const Confirmation& confirmation);

// Decides the candidates' final runs: all final seeds for the default, its two variants and the setting whose
// result is claimed; one for each that does not race, in turn, so that every seed is also the winner's.
void plan_final_runs(Confirmation& confirmation);

nlohmann::json to_json_value(const Confirmation& confirmation);
// Throws nlohmann::json::exception if it is something else. Where candidates do not say what they run, as in
// older ones, all race and the first has final runs.
Confirmation confirmation_from_json(const nlohmann::json& json);

}  // namespace tailor
