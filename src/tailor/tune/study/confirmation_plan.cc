#include "tailor/tune/study/confirmation_plan.h"

#include <algorithm>
#include <numeric>

#include <nlohmann/json.hpp>

namespace tailor {

using nlohmann::json;

namespace {

const std::string whole_race = "race";

std::vector<int> all_final_seeds(const Confirmation& c) {
  std::vector<int> seeds(static_cast<std::size_t>(c.final_seeds));
  std::iota(seeds.begin(), seeds.end(), c.race.most_seeds + 1);
  return seeds;
}

bool always_final(const Candidate& c) {
  constexpr const char* roles[] = {candidate_role::untuned, candidate_role::best_length,
                                   candidate_role::by_hand, candidate_role::claimed};
  return std::find_first_of(c.roles.begin(), c.roles.end(), std::begin(roles), std::end(roles)) !=
         c.roles.end();
}

}  // namespace

std::size_t Confirmation::racers() const {
  return static_cast<std::size_t>(
      std::count_if(candidates.begin(), candidates.end(), [](const Candidate& c) { return c.races; }));
}

bool Confirmation::runs_final(std::size_t candidate, int seed, std::size_t winner) const {
  const std::vector<int>& own = candidates[candidate].final_seeds;
  return is_final(seed) && (candidate == winner || std::find(own.begin(), own.end(), seed) != own.end());
}

int Confirmation::most_runs() const {
  int runs = static_cast<int>(racers()) * race.most_seeds, of_winner = 0;
  for (const Candidate& c : candidates) {
    const int planned = static_cast<int>(c.final_seeds.size());
    runs += planned;
    if (c.races) of_winner = std::max(of_winner, final_seeds - planned);
  }
  return runs + of_winner;
}

void plan_final_runs(Confirmation& c) {
  const std::vector<int> all = all_final_seeds(c);
  std::size_t next = 0;
  for (Candidate& candidate : c.candidates) {
    candidate.final_seeds.clear();
    if (!candidate.races) {
      candidate.final_seeds = {all[next++ % all.size()]};
    } else if (always_final(candidate)) {
      candidate.final_seeds = all;
    }
  }
}

Space confirmation_space(const Confirmation& confirmation) {
  Distribution candidate{.kind = Distribution::Kind::categorical};
  for (const Candidate& c : confirmation.candidates) candidate.choices.emplace_back(c.name);
  const Distribution seed{.kind = Distribution::Kind::integer,
                          .low = 1,
                          .high = static_cast<double>(confirmation.seeds()),
                          .step = 1};
  return Space({{"candidate", std::move(candidate)}, {"seed", seed}});
}

json to_json_value(const Confirmation& c) {
  json candidates = json::array();
  for (const Candidate& x : c.candidates)
    candidates.push_back({{"name", x.name},
                          {"roles", x.roles},
                          {"trial", x.trial},
                          {"settings", json(x.settings)},
                          {"races", x.races},
                          {"final_seeds", x.final_seeds}});
  json out = {{"study", c.study},
              {"candidates", std::move(candidates)},
              {"first_seeds", c.race.first_seeds},
              {"most_seeds", c.race.most_seeds},
              {"error", c.race.error},
              {"final_seeds", c.final_seeds},
              {"reshuffle", c.reshuffle},
              {"open_test", c.open_test}};
  if (c.race.rule == RaceRule::whole_race) out["error_of"] = whole_race;
  return out;
}

Confirmation confirmation_from_json(const json& j) {
  Confirmation c;
  c.study = j.at("study");
  c.race = {j.at("first_seeds"), j.at("most_seeds"), j.at("error")};
  // Those that do not say so were begun when it was the error of each look, and go on like that.
  if (j.value("error_of", "") != whole_race) c.race.rule = RaceRule::each_look;
  c.final_seeds = j.at("final_seeds");
  for (const json& x : j.at("candidates")) {
    Candidate candidate{x.at("name"), x.at("roles"), x.at("trial"), x.at("settings").get<SettingTexts>()};
    candidate.races = x.value("races", true);
    if (x.contains("final_seeds")) {
      candidate.final_seeds = x["final_seeds"].get<std::vector<int>>();
    } else if (c.candidates.empty()) {
      candidate.final_seeds = all_final_seeds(c);
    }
    c.candidates.push_back(std::move(candidate));
  }
  c.reshuffle = j.at("reshuffle");
  c.open_test = j.at("open_test");
  return c;
}

}  // namespace tailor
