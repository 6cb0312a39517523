#include "tailor/tune/study/study_summary.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "tailor/base/error.h"
#include "tailor/math/quantiles.h"
#include "tailor/train/metrics.h"
#include "tailor/train/recipe.h"
#include "tailor/tune/study/trial_setting.h"

namespace tailor {
namespace {

using nlohmann::ordered_json;

ordered_json to_json(const TrialSummary& trial) {
  return {{"trial", trial.number}, {"value", trial.value}, {"settings", trial.settings}};
}

// Wilson's interval is one of accuracies, and of a training that nobody chose for its result: of the default, not of the
// best of many, which is too good to lie in the middle of any.
ordered_json untuned_json(const TrialSummary& trial, const StudyDefinition& d) {
  ordered_json j = to_json(trial);
  if (metric_of(d.measure) != Metric::accuracy) return j;
  const Interval interval = wilson_interval(trial.value, d.data.validation_images);
  j["interval"] = {interval.low, interval.high};
  return j;
}

}  // namespace

StudySummary summarize(Storage& storage, StudyId study, bool finished, const FreshReports& fresh) {
  StudySummary s;
  StudyView view(study);
  s.name = storage.get_study(study).name;
  storage.read_transaction([&] { view.refresh(storage); });
  s.definition = view.definition();
  s.counts = view.counts();
  s.finished = finished;
  const Settings untuned = s.definition.untuned();
  const auto trial = [&](std::size_t number) {
    const StudyTrial& t = view.trials()[number];
    TrialSummary result{static_cast<int>(number), view.sign() * t.final_cost, {}};
    const TrialRecord record = storage.get_trial(t.id);
    if (record.user_attributes.count(trial_key::settings) > 0) {
      result.settings = differences(untuned, kept_settings(s.definition, record));
    } else {
      for (const TrialParam& p : record.params)
        result.settings.emplace(p.name(), value_text(p.distribution(), p.value));
    }
    return result;
  };
  if (!view.trials().empty() && view.trials()[0].untuned && view.trials()[0].state == TrialState::complete)
    s.untuned = trial(0);
  s.recommendation = recommend(view.reports(), fresh);
  s.confirmed = s.recommendation && fresh.confirmed == s.recommendation->trial;
  if (s.recommendation) {
    s.best = trial(s.recommendation->trial);
    s.best->value = view.sign() * s.recommendation->mean;
  }
  for (const StudyTrial& t : view.trials()) {
    s.seconds += t.seconds;
    if (t.state == TrialState::complete && std::isfinite(t.final_cost) && !t.repeats)
      s.results.push_back(view.sign() * t.final_cost);
    if (t.state != TrialState::waiting && t.state != TrialState::failed)
      s.epochs_unpruned += t.state == TrialState::complete ? static_cast<std::int64_t>(t.costs.size())
                                                           : s.definition.budget.epochs;
  }
  std::sort(s.results.begin(), s.results.end());
  return s;
}

std::string to_json(const StudySummary& s) {
  const StudyDefinition& d = s.definition;
  ordered_json j{{"study", s.name},
                 {"finished", s.finished},
                 {"objective", name_of(d.measure)},
                 {"architecture", d.architecture.name},
                 {"architecture_fingerprint", d.architecture.fingerprint},
                 {"data", d.data.name},
                 {"split",
                  {{"train", d.data.train_images},
                   {"validation", d.data.validation_images},
                   {"seed", d.data.split_seed},
                   {"hash", d.data.split_hash}}},
                 {"folds", d.data.folds},
                 {"seed", d.seed},
                 {"lag", d.lag},
                 {"sampler", d.sampler},
                 {"pruner", d.pruner},
                 {"trials",
                  {{"complete", s.counts.complete},
                   {"pruned", s.counts.pruned},
                   {"paused", s.counts.paused},
                   {"failed", s.counts.failed},
                   {"running", s.counts.running},
                   {"waiting", s.counts.waiting}}},
                 {"default", s.untuned ? untuned_json(*s.untuned, d) : ordered_json()},
                 {"best", s.best ? to_json(*s.best) : ordered_json()}};
  j["recommendation"] = s.recommendation
                            ? ordered_json::parse(to_json(*s.recommendation, maximizes(d.measure)))
                            : ordered_json();
  if (!s.results.empty())
    j["spread"] = {{"trials", s.results.size()},
                   {"lowest", s.results.front()},
                   {"quartile_1", quantile(s.results, 0.25)},
                   {"median", quantile(s.results, 0.5)},
                   {"quartile_3", quantile(s.results, 0.75)},
                   {"highest", s.results.back()}};
  j["epochs"] = s.counts.epochs;
  j["epochs_without_pruning"] = s.epochs_unpruned;
  j["training_seconds"] = s.seconds;
  return j.dump(2) + "\n";
}

std::string best_recipe(const StudySummary& s) {
  const StudyDefinition& d = s.definition;
  if (!s.best) throw failure("study '{}': no trial is complete yet", s.name);
  std::vector<std::string> overrides{fmt::format("epochs={}", d.budget.epochs)};
  for (const auto& [name, text] : s.best->settings) overrides.push_back(name + "=" + text);
  ResolvedSettings settings = resolve_settings(d.architecture, std::nullopt, overrides);
  for (auto& [name, origin] : settings.origins)
    if (origin != "default") origin = "the study";
  const nlohmann::json description =
      fmt::format("the {} of {} trials ({}), trial {}: {} {:.6g}{}", s.confirmed ? "confirmed one" : "best",
                  s.counts.complete + s.counts.pruned + s.counts.failed, s.name, s.best->number,
                  name_of(d.measure), s.best->value, s.confirmed ? "" : ", not confirmed yet");
  const nlohmann::json architecture = d.architecture.name;
  return fmt::format("description = {}\narchitecture = {}\n\n{}", description.dump(), architecture.dump(),
                     to_toml(settings));
}

}  // namespace tailor
