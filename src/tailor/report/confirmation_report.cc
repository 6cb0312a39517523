#include "tailor/report/confirmation_report.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tailor/analysis/figures.h"
#include "tailor/analysis/gain.h"
#include "tailor/analysis/noise.h"
#include "tailor/analysis/optimism.h"
#include "tailor/analysis/statistics.h"
#include "tailor/base/text.h"
#include "tailor/report/gain_json.h"
#include "tailor/report/gain_words.h"
#include "tailor/report/label.h"
#include "tailor/report/measure_text.h"
#include "tailor/report/openings_words.h"

namespace tailor {
namespace {

using nlohmann::ordered_json;

// Of the study's metric, the means of each final run; nothing where the run did not keep them.
std::vector<double> test_results(const ConfirmationCandidate& candidate) {
  std::vector<double> result;
  for (const ConfirmationRun& run : candidate.runs)
    if (!run.test_values.empty())
      result.push_back(mean(std::vector<double>(run.test_values.begin(), run.test_values.end())));
  return result;
}

std::string test_text(const ConfirmationCandidate& candidate, const MeasureText& text) {
  if (const auto e = test_mean(candidate, text.accuracy())) return text.value(*e);
  const std::vector<double> results = test_results(candidate);
  return results.empty() ? "sealed" : text.value(mean(results));
}

std::string candidates_text(const ConfirmationTable& table, const MeasureText& text) {
  std::string out = fmt::format("{:<12} {:<28} {:>5} {:>10} {:>6}  {}\n", "candidate", "why it is one",
                                "seeds", "mean", "sd", "");
  for (std::size_t i = 0; i < table.candidates.size() && table.candidates[i].races; ++i) {
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
  return fmt::format("{:<22} {:<26} {:<26}\n", title, text.value(table.mean_value(c, true)),
                     test_text(c, text));
}

std::string gains_text(const Gain& g, const MeasureText& text) {
  std::string out;
  const auto row = [&](const std::string& title, const Estimate& validation,
                       const std::optional<Estimate>& test) {
    out +=
        fmt::format("{:<22} {:<26} {:<26}\n", title, text.change(validation), test ? text.change(*test) : "");
  };
  row(text.with_unit("gain"), g.validation, g.test);
  if (g.over_best_length) row("over best length", g.over_best_length->validation, g.over_best_length->test);
  if (g.over_by_hand) row("over fixed by hand", g.over_by_hand->validation, g.over_by_hand->test);
  if (g.by_hand) row("by hand over default", g.by_hand->validation, g.by_hand->test);
  if (g.over_random) row(fmt::format("over {} random ones", g.random_settings), *g.over_random, {});
  if (g.over_best_random) row("over the best random", *g.over_best_random, {});
  if (g.over_one_epoch) row("over best of 1 epoch", *g.over_one_epoch, {});
  if (g.random_failed > 0)
    out += fmt::format("{:<22} {} failed, and count as networks that know nothing\n", "of the random ones",
                       g.random_failed);
  return out;
}

std::string optimism_text(const ConfirmationTable& table, const MeasureText& text) {
  const auto place = table.claimant();
  if (!place || !table.candidates[*place].claimed) return {};
  const ConfirmationCandidate& c = table.candidates[*place];
  const Optimism o = optimism(std::span(&*c.claimed, 1), table.maximize, std::nullopt, &table);
  std::string out = fmt::format("{:<22} {}", "the study had claimed", text.value(o.claimed));
  if (o.optimism) out += fmt::format(", too good by {}", text.with_unit(text.change(*o.optimism)));
  out += "\n";
  if (o.same_setting && place != table.winner)
    out +=
        fmt::format("{:<22} {}, {}\n", "that on fresh seeds", text.value(table.mean_value(c, true)), c.name);
  if (o.reuse)
    out += fmt::format("{:<22} {}, of {}\n", "validation minus test", text.with_unit(text.change(*o.reuse)),
                       c.name);
  return out;
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
                     "validation (95 % interval)", fmt::format("test {}", info(table.metric).words));
  out += final_row(("tuned, " + winner.name).c_str(), table, winner, text);
  for (const auto& [role, title] : {std::pair{candidate_role::by_hand, "fixed by hand"},
                                    {candidate_role::best_length, "default, best length"},
                                    {candidate_role::untuned, "untuned default"}})
    if (const auto place = table.find_role(role); place && place != table.winner)
      out += final_row(title, table, table.candidates[*place], text);
  if (const auto g = gain(table)) out += gains_text(*g, text);
  out += optimism_text(table, text);
  if (const auto noise = seed_noise(table))
    out += fmt::format("{:<22} {} between seeds\n", "standard deviation",
                       text.with_unit(text.number(noise->sd)));
  out += "Intervals hold for other seeds; those on test images for other images, too.\n";
  return out;
}

std::string confirmation_json(const ConfirmationTable& table,
                              const std::optional<ImagesOpenings>& opened_before,
                              const std::optional<Recommendation>& recommendation) {
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
    candidates.back()["races"] = c.races;
    candidates.back()["failed_finals"] = c.failed_finals;
    candidates.back()["claimed"] = c.claimed ? ordered_json(*c.claimed) : ordered_json();
    candidates.back()["dropped_after"] = c.dropped_after ? ordered_json(*c.dropped_after) : ordered_json();
  }
  if (const auto g = gain(table)) j["gain"] = gain_json(*g, MeasureText(table.maximize));
  if (const auto place = table.claimant(); place && table.candidates[*place].claimed)
    j["optimism"] = optimism_json(
        optimism(std::span(&*table.candidates[*place].claimed, 1), table.maximize, std::nullopt, &table));
  if (const auto noise = seed_noise(table))
    j["seed_sd"] = {{"estimate", noise->sd}, {"low", nullptr}, {"high", nullptr}};
  j["recommendation"] =
      recommendation ? ordered_json::parse(to_json(*recommendation, table.maximize)) : ordered_json();
  ordered_json& test = j["test_images"] = nullptr;
  if (opened_before) add_opened_before(test, *opened_before);
  return j.dump(2) + "\n";
}

}  // namespace tailor
