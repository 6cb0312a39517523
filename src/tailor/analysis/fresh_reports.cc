#include "tailor/analysis/fresh_reports.h"

#include <algorithm>
#include <span>

#include "tailor/tune/study.h"

namespace tailor {
namespace {

void add(FreshReports& fresh, int trial, std::span<const double> values, bool maximize) {
  const auto number = static_cast<std::size_t>(trial);
  auto setting = std::find_if(fresh.settings.begin(), fresh.settings.end(),
                              [&](const SettingReports& s) { return s.trial == number; });
  if (setting == fresh.settings.end()) setting = fresh.settings.insert(setting, SettingReports{number, {}});
  for (const double v : values) setting->costs.push_back(maximize ? -v : v);
}

// The trial that has a baseline's setting.
std::optional<int> trial_of(const SpreadBaseline& baseline, const StudyTable& study,
                            const ConfirmationTable* confirmation) {
  if (baseline.kind == BaselineKind::untuned) return 0;
  if (baseline.kind != BaselineKind::tuned) return std::nullopt;
  if (confirmation)
    for (const ConfirmationCandidate& c : confirmation->candidates)
      if (c.trial && c.settings == baseline.settings) return c.trial;
  const auto best = study.best();
  if (best && study.best_settings == baseline.settings) return study.trials[*best].number;
  return std::nullopt;
}

}  // namespace

FreshReports fresh_reports(const StudyTable& study, const ConfirmationTable* confirmation,
                           const SpreadTable* spread) {
  FreshReports fresh;
  if (confirmation && !confirmation->reshuffled) {
    for (const ConfirmationCandidate& c : confirmation->candidates)
      for (const bool final_runs : {false, true})
        if (c.trial && c.races) add(fresh, *c.trial, run_values(c, final_runs), study.maximize);
    if (const auto winner = confirmation->winner)
      if (const auto trial = confirmation->candidates[*winner].trial)
        fresh.confirmed = static_cast<std::size_t>(*trial);
  }
  if (spread)
    for (const SpreadBaselineRuns& b : spread->baselines)
      if (const auto trial = trial_of(b.what, study, confirmation))
        add(fresh, *trial, b.values, study.maximize);
  return fresh;
}

FreshReports read_fresh_reports(Storage& storage, StudyId study) {
  const std::string name = storage.get_study(study).name;
  const std::vector<StudyId> confirmations = confirmations_of(storage, name),
                             spreads = spreads_of(storage, name);
  if (confirmations.empty() && spreads.empty()) return {};
  std::optional<ConfirmationTable> confirmation;
  if (!confirmations.empty()) confirmation = read_confirmation(storage, confirmations.back());
  std::optional<SpreadTable> spread;
  if (!spreads.empty()) spread = read_spread(storage, spreads.back());
  return fresh_reports(read_study_table(storage, study), confirmation ? &*confirmation : nullptr,
                       spread ? &*spread : nullptr);
}

}  // namespace tailor
