#include "tailor/tune/confirmation.h"

#include <nlohmann/json.hpp>

namespace tailor {

using nlohmann::json;

namespace {
const std::string whole_race = "race";
}  // namespace

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
    candidates.push_back(
        {{"name", x.name}, {"roles", x.roles}, {"trial", x.trial}, {"settings", json(x.settings)}});
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
  for (const json& x : j.at("candidates"))
    c.candidates.push_back(
        {x.at("name"), x.at("roles"), x.at("trial"), x.at("settings").get<SettingTexts>()});
  c.race = {j.at("first_seeds"), j.at("most_seeds"), j.at("error")};
  // Those that do not say so were begun when it was the error of each look, and go on like that.
  if (j.value("error_of", "") != whole_race) c.race.rule = RaceRule::each_look;
  c.final_seeds = j.at("final_seeds");
  c.reshuffle = j.at("reshuffle");
  c.open_test = j.at("open_test");
  return c;
}

}  // namespace tailor
