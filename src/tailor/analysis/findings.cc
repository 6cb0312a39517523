#include "tailor/analysis/findings.h"

#include <algorithm>
#include <cmath>

#include "tailor/analysis/ped_anova.h"

namespace tailor {
namespace {

void add_importance(Findings& f, const StudyTable& table) {
  const Space& space = table.definition.space;
  const Results results = surrogate_results(table, f.finals);
  if (space.size() == 0 || results.values.size() < least_trials_for_importance) return;
  const Surrogate surrogate(space, results);
  std::vector<double> losses;
  for (const double v : results.values) losses.push_back(-v);
  const std::vector<double> ped = ped_anova(space, results.settings, losses),
                            fanova = surrogate.variance_shares(), gains = surrogate.tunability(table.untuned);
  for (std::size_t i = 0; i < space.size(); ++i) f.parameters.push_back({i, ped[i], fanova[i], gains[i]});
  std::stable_sort(
      f.parameters.begin(), f.parameters.end(),
      [](const ParameterFindings& a, const ParameterFindings& b) { return a.fanova > b.fanova; });
  f.pairs = surrogate.strongest_pairs();
}

// Nothing where trials were cut short: what they would have come to is no result, and those that were not
// were chosen by theirs, so that they show too little of what bad values cost.
void add_leave_at_default(Findings& f, const StudyTable& table) {
  const auto best = table.best();
  if (!best || !f.result_sd) return;
  if (std::any_of(table.trials.begin(), table.trials.end(), [](const StudyRow& r) { return r.cut_short(); }))
    return;
  f.margin = *f.result_sd;
  f.leave_at_default = leave_at_default(table.definition.space, surrogate_results(table, {}),
                                        table.trials[*best].assignment, table.untuned, f.margin);
}

void keep_accuracies_inside(Findings& f) {
  if (f.optimism)
    for (std::optional<Estimate>* e :
         {&f.optimism->confirmed, &f.optimism->same_setting, &f.optimism->shrunken})
      if (*e) *e = of_accuracy(**e);
  if (f.best_of_n)
    for (Estimate& e : f.best_of_n->best) e = of_accuracy(e);
}

}  // namespace

Results surrogate_results(const StudyTable& table, const FinalValues& finals) {
  const double sign = table.maximize ? 1 : -1;
  Results results;
  for (const StudyRow& row : table.trials) {
    if (!row.has_result()) continue;
    results.settings.push_back(row.assignment);
    results.values.push_back(sign * row.value);
  }
  if (finals.predicted.empty()) return results;
  constexpr std::uint64_t draws = 100;
  results.drawn.assign(draws, results.values);
  for (const PredictedFinal& p : finals.predicted) {
    results.settings.push_back(table.trials[p.trial].assignment);
    results.values.push_back(sign * p.value.estimate);
    const Key key = Key(1).with(Purpose::resampling).with(p.trial);
    for (std::uint64_t r = 0; r < draws; ++r)
      results.drawn[r].push_back(sign * finals.lines[p.line].draw(p.early, key.with(r)));
  }
  return results;
}

Findings find_all(const StudyTable& table, const ConfirmationTable* confirmation, int test_openings,
                  const SpreadTable* spread_table) {
  Findings f;
  f.recommendation = recommend(table.reports, fresh_reports(table, confirmation, spread_table));
  if (spread_table) f.spread_experiment = examine(*spread_table);
  f.finals = predict_finals(table);
  f.spread = spread(table);
  if (f.spread) f.spread->predicted = static_cast<int>(f.finals.predicted.size());
  if (confirmation) {
    f.noise = seed_noise(*confirmation);
    f.gain = gain(*confirmation);
  }
  const std::vector<double> complete = table.complete_values();
  if (f.noise && complete.size() > 2) {
    const double share = noise_share(*f.noise, complete);
    if (std::isfinite(share)) f.noise_share = share;
  }
  f.result_sd = result_sd(table, f.noise);
  if (!complete.empty()) f.optimism = optimism(complete, table.maximize, f.result_sd, confirmation);
  add_importance(f, table);
  add_leave_at_default(f, table);
  f.best_of_n = best_of_n(table.independent_results(), table.maximize, f.result_sd.value_or(0));
  if (table.maximize) keep_accuracies_inside(f);
  f.pruning = pruning(table);
  f.compute = compute_ledger(table);
  f.warnings = find_warnings({.table = table,
                              .confirmation = confirmation,
                              .noise = f.noise,
                              .test_openings = test_openings,
                              .spread = spread_table});
  return f;
}

}  // namespace tailor
