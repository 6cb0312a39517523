#include "tailor/report/confirmation_report.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tailor/analysis/gain.h"
#include "tailor/analysis/noise.h"
#include "tailor/analysis/optimism.h"
#include "tailor/analysis/statistics.h"
#include "tailor/base/text.h"
#include "tailor/report/label.h"
#include "tailor/report/measure_text.h"
#include "tailor/report/openings_words.h"

namespace tailor {
namespace {

using nlohmann::ordered_json;

std::vector<double> test_accuracies(const ConfirmationCandidate& candidate) {
  std::vector<double> result;
  for (const ConfirmationRun& run : candidate.runs)
    if (run.test) result.push_back(run.test->accuracy);
  return result;
}

std::string candidates_text(const ConfirmationTable& table, const MeasureText& text) {
  std::string out = fmt::format("{:<12} {:<28} {:>5} {:>10} {:>6}  {}\n", "candidate", "why it is one",
                                "seeds", "mean", "sd", "");
  for (std::size_t i = 0; i < table.candidates.size(); ++i) {
    const ConfirmationCandidate& c = table.candidates[i];
    const std::vector<double> runs = run_values(c, false);
    const std::string end = table.winner == i ? "winner"
                            : c.dropped_after ? fmt::format("out after {}", *c.dropped_after)
                            : table.winner    ? "not separated"
                                              : "in the race";
    out += fmt::format("{:<12} {:<28} {:>5} {:>10} {:>6}  {}\n", c.name, shown_label(join(c.roles, ", "), 28),
                       runs.size(), runs.empty() ? "" : text.value(mean(runs)),
                       runs.size() < 2 ? "" : text.number(std::sqrt(variance(runs))), end);
  }
  return out;
}

std::string final_row(const char* title, const ConfirmationTable& table, const ConfirmationCandidate& c,
                      const MeasureText& text) {
  const std::vector<double> test = test_accuracies(c);
  return fmt::format("{:<22} {:<26} {:<26}\n", title, text.value(table.mean_value(c, true)),
                     test.empty() ? "sealed" : MeasureText(true).value(of_accuracy(mean_interval(test))));
}

}  // namespace

std::string confirmation_text(const ConfirmationTable& table) {
  const MeasureText text(table.maximize);
  std::string out = candidates_text(table, text);
  if (!table.winner) return out;
  const ConfirmationCandidate& winner = table.candidates[*table.winner];
  const std::vector<double> finals = run_values(winner, true);
  if (finals.size() < 2) return out;
  out += fmt::format("\n{:<22} {:<26} {:<26}\n", fmt::format("{} further seeds", finals.size()),
                     "validation (95 % interval)", "test accuracy");
  out += final_row(("tuned, " + winner.name).c_str(), table, winner, text);
  if (*table.winner != 0) out += final_row("untuned default", table, table.candidates.front(), text);
  if (const auto g = gain(table)) {
    out += fmt::format("{:<22} {:<26} {:<26}\n", text.with_unit("gain"), text.change(g->validation),
                       g->test ? MeasureText(true).change(*g->test) : "");
    const auto over = [&](const char* title, const std::optional<Estimate>& e) {
      if (e) out += fmt::format("{:<22} {}\n", title, text.change(*e));
    };
    over("over a random setting", g->over_random);
    over("over the best random", g->over_best_random);
    over("over best of 1 epoch", g->over_one_epoch);
  }
  if (const auto claimed = table.best_claimed()) {
    const Estimate optimism = too_good_by(*claimed, mean_interval(finals), table.maximize);
    out += fmt::format("{:<22} {}, too good by {}\n", "the study had claimed", text.value(*claimed),
                       text.with_unit(text.change(optimism)));
  }
  if (const auto noise = seed_noise(table))
    out += fmt::format("{:<22} {} between seeds\n", "standard deviation",
                       text.with_unit(text.number(noise->sd)));
  return out;
}

std::string confirmation_json(const ConfirmationTable& table,
                              const std::optional<ImagesOpenings>& opened_before) {
  const auto estimate = [](const Estimate& e) -> ordered_json {
    if (!std::isfinite(e.estimate)) return nullptr;
    return {{"estimate", e.estimate}, {"low", e.low}, {"high", e.high}};
  };
  ordered_json j{{"confirmation", table.study}, {"finished", table.finished}};
  j["winner"] = table.winner ? ordered_json(table.candidates[*table.winner].name) : ordered_json();
  ordered_json& candidates = j["candidates"] = ordered_json::array();
  for (const ConfirmationCandidate& c : table.candidates) {
    ordered_json runs = ordered_json::array();
    for (const ConfirmationRun& run : c.runs) {
      runs.push_back({{"seed", run.seed_index}, {"value", run.value}, {"final", run.final_run}});
      if (run.test) {
        runs.back()["test_accuracy"] = run.test->accuracy;
        runs.back()["test_loss"] = run.test->loss;
      }
    }
    candidates.push_back(
        {{"name", c.name}, {"roles", c.roles}, {"settings", c.settings}, {"runs", std::move(runs)}});
    candidates.back()["claimed"] = c.claimed ? ordered_json(*c.claimed) : ordered_json();
    candidates.back()["dropped_after"] = c.dropped_after ? ordered_json(*c.dropped_after) : ordered_json();
  }
  if (const auto g = gain(table)) {
    ordered_json& gains = j["gain"] = {{"validation", estimate(g->validation)}};
    gains["test"] = g->test ? estimate(*g->test) : ordered_json();
    const auto over = [&](const std::optional<Estimate>& e) { return e ? estimate(*e) : ordered_json(); };
    gains["over_random"] = over(g->over_random);
    gains["over_best_random"] = over(g->over_best_random);
    gains["over_one_epoch"] = over(g->over_one_epoch);
  }
  if (const auto noise = seed_noise(table)) j["seed_sd"] = {{"estimate", noise->sd}, {"low", nullptr}, {"high", nullptr}};
  ordered_json& test = j["test_images"] = nullptr;
  if (opened_before) add_opened_before(test, *opened_before);
  return j.dump(2) + "\n";
}

}  // namespace tailor
