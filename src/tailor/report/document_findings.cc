// The part of the study document that comes from analysis: spread to compute, the confirmation, and warnings.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "tailor/analysis/figures.h"
#include "tailor/analysis/statistics.h"
#include "tailor/report/document_json.h"
#include "tailor/report/figures_words.h"
#include "tailor/report/gain_json.h"
#include "tailor/report/spread_words.h"

namespace tailor {
namespace {

using nlohmann::ordered_json;

ordered_json spread_json(const Spread& s) {
  ordered_json edges = ordered_json::array(), cut_short = edges, against;
  for (const double e : s.edges) edges.push_back(number(e));
  for (const CutShort& c : s.cut_short) cut_short.push_back({{"epochs", c.epochs}, {"trials", c.trials}});
  if (const auto& other = s.against_default)
    against = {{"value", number(other->value)}, {"worse", other->worse}, {"of", other->of}};
  return {{"count", s.values.count},
          {"worst", number(s.values.worst)},
          {"quartiles", {number(s.values.q1), number(s.values.median), number(s.values.q3)}},
          {"best", number(s.values.best)},
          {"against_default", against},
          {"histogram", {{"edges", edges}, {"counts", s.counts}}},
          {"ended", s.ended},
          {"shares",
           {{"cut_short", number(s.cut)}, {"diverged", number(s.diverged)}, {"failed", number(s.failed)}}},
          {"cut_short", cut_short},
          {"predicted", s.predicted},
          {"text", cut_short_sentence(s)}};
}

ordered_json best_of_n_json(const BestOfN& b, const MeasureText& words) {
  ordered_json columns[3] = {ordered_json::array(), ordered_json::array(), ordered_json::array()};
  for (const Estimate& e : b.best) {
    columns[0].push_back(number(e.estimate));
    columns[1].push_back(number(e.low));
    columns[2].push_back(number(e.high));
  }
  const std::string text =
      b.most_covered == 0 ? fmt::format(
                                "This rests on {} independent trials: right on average, but too few for "
                                "intervals, or to say how many are enough.",
                                b.independent_trials)
      : b.enough ? fmt::format(
                       "After {} independent trials, further ones up to {} gain no more than {} "
                       "together, which is what the seed alone may do.",
                       *b.enough, b.most_covered, words.told_difference(b.tolerance))
                 : fmt::format("Up to {} independent trials, each further one still gained.", b.most_covered);
  return {{"n", b.n},
          {"estimate", columns[0]},
          {"low", columns[1]},
          {"high", columns[2]},
          {"independent_trials", b.independent_trials},
          {"enough", {{"trials", b.enough ? ordered_json(*b.enough) : ordered_json()}, {"text", text}}}};
}

ordered_json pruning_json(const Pruning& p) {
  return {{"epochs_trained", p.epochs_trained},
          {"epochs_full", p.epochs_full},
          {"saved_share", number(p.saved_share)},
          {"rank_correlation", p.rank_correlation ? alone(*p.rank_correlation) : ordered_json()}};
}

const char* kind_text(ComputeKind kind) {
  switch (kind) {
    case ComputeKind::failed:
      return "failed";
    case ComputeKind::duplicate:
      return "duplicate";
    case ComputeKind::pruned:
      return "pruned";
    case ComputeKind::after_optimum:
      return "after_optimum";
    case ComputeKind::confirmation:
      return "confirmation";
    case ComputeKind::spread:
      return "spread";
    case ComputeKind::useful:
      break;
  }
  return "useful";
}

ordered_json compute_json(const StudyDocumentInput& in) {
  std::vector<ComputeItem> items = in.findings.compute;
  for (const ComputeItem& item : {in.confirmation_compute, in.spread_compute})
    if (item.trials > 0) items.push_back(item);
  ordered_json list = ordered_json::array();
  double total = 0;
  for (const ComputeItem& item : items) {
    total += item.seconds;
    list.push_back({{"kind", kind_text(item.kind)},
                    {"seconds", number(item.seconds)},
                    {"trials", item.trials},
                    {"epochs", item.epochs}});
  }
  return {{"seconds_total", number(total)}, {"items", list}};
}

void add_importance(ordered_json& document, const Findings& f, const Space& space) {
  ordered_json importance = ordered_json::array(), pairs = importance, tunability = importance,
               leave = importance;
  for (const ParameterFindings& p : f.parameters)
    importance.push_back(
        {{"name", space[p.parameter].name}, {"ped_anova", alone(p.ped_anova)}, {"fanova", alone(p.fanova)}});
  for (const PairShare& p : f.pairs)
    pairs.push_back({{"names", {space[p.a].name, space[p.b].name}}, {"share", alone(p.share)}});
  std::vector<ParameterFindings> by_gain = f.parameters;
  std::stable_sort(
      by_gain.begin(), by_gain.end(),
      [](const ParameterFindings& a, const ParameterFindings& b) { return a.tunability > b.tunability; });
  for (const ParameterFindings& p : by_gain)
    tunability.push_back({{"name", space[p.parameter].name}, {"gain", alone(p.tunability)}});
  for (const std::size_t parameter : f.leave_at_default)
    leave.push_back({{"name", space[parameter].name}, {"margin", number(f.margin)}});
  document["importance"] = importance;
  document["importance_text"] = importance.empty() || !f.spread ? "" : importance_sentence(*f.spread);
  document["pairs"] = pairs;
  document["tunability"] = tunability;
  document["leave_at_default"] = leave;
}

ordered_json figure_json(const std::optional<Figure>& figure) {
  if (!figure) return nullptr;
  ordered_json json = estimate(figure->mean);
  if (!json.is_null()) json["sd"] = figure->sd ? number(*figure->sd) : ordered_json();
  return json;
}

// Null without final runs.
ordered_json final_runs_json(const ConfirmationCandidate& c) {
  const auto first = std::find_if(c.runs.begin(), c.runs.end(),
                                  [](const ConfirmationRun& r) { return r.final_run && !r.history.empty(); });
  if (first == c.runs.end()) return nullptr;
  ordered_json history = ordered_json::array();
  for (const EpochMetrics& m : first->history)
    history.push_back({{"epoch", m.epoch},
                       {"train_accuracy", number(m.train_sample.accuracy)},
                       {"train_loss", number(m.train_sample.loss)},
                       {"validation_accuracy", number(m.validation.accuracy)},
                       {"validation_loss", number(m.validation.loss)}});
  const FourFigures f = four_figures(c);
  return {{"name", c.name},
          {"settings", settings_json(c.settings)},
          {"history", history},
          {"figures",
           {{"max_validation_accuracy", figure_json(f.max_validation_accuracy)},
            {"train_accuracy_at_best", figure_json(f.train_accuracy_at_best)},
            {"test_accuracy", figure_json(f.test_accuracy)},
            {"test_loss", figure_json(f.test_loss)}}}};
}

// The one run that the original project reports for this network and these images.
ordered_json original_json(const StudyDefinition& d) {
  if (d.architecture.name != "mnist_cnn" || d.data.name != "fashion-mnist") return nullptr;
  return {{"max_validation_accuracy", 0.894},
          {"train_accuracy_at_best", 0.9071},
          {"test_accuracy", 0.9117},
          {"test_loss", 0.269255}};
}

ordered_json loss_baseline_json(const ConfirmationTable& c) {
  const auto b = loss_baseline(c);
  if (!b) return nullptr;
  return {{"epochs", b->epochs},
          {"default", estimate(b->untuned)},
          {"default_at_end", estimate(b->untuned_at_end)},
          {"winner", estimate(b->winner)},
          {"gain", estimate(b->gain)},
          {"text", loss_words(*b)}};
}

}  // namespace

void add_findings(ordered_json& document, const StudyDocumentInput& in) {
  const Findings& f = in.findings;
  const MeasureText words(in.table.definition.measure);
  document["spread_experiment"] =
      f.spread_experiment ? spread_experiment_json(*f.spread_experiment, in.table.definition.measure)
                          : ordered_json();
  document["spread"] = f.spread ? spread_json(*f.spread) : ordered_json();
  ordered_json noise, gain, optimism;
  if (f.noise)
    noise = {{"sd", alone(f.noise->sd)},
             {"degrees_of_freedom", number(f.noise->degrees_of_freedom, 4)},
             {"share_of_spread", f.noise_share ? alone(*f.noise_share) : ordered_json()},
             {"source", in.confirmation && in.confirmation->winner ? "all runs of the confirmed winner"
                                                                   : "all runs of the confirmation so far"}};
  if (f.gain) gain = gain_json(*f.gain, words);
  if (f.optimism) optimism = optimism_json(*f.optimism);
  document["noise"] = noise;
  document["gain"] = gain;
  document["optimism"] = optimism;
  add_importance(document, f, in.table.definition.space);
  document["best_of_n"] = f.best_of_n ? best_of_n_json(*f.best_of_n, words) : ordered_json();
  document["pruning"] = f.pruning ? pruning_json(*f.pruning) : ordered_json();
  document["compute"] = compute_json(in);
  ordered_json& warnings = document["warnings"] = ordered_json::array();
  for (const Warning& w : f.warnings) {
    const WarningWords text = words_of(w, words, in.options);
    warnings.push_back({{"code", name_of(w.kind)},
                        {"severity", name_of(w.severity)},
                        {"text", text.text},
                        {"advice", text.advice}});
  }
}

ordered_json confirmation_part(const StudyDocumentInput& in) {
  const ConfirmationTable& c = *in.confirmation;
  std::set<int> seeds;
  std::vector<std::size_t> order;
  std::vector<double> means;
  for (std::size_t i = 0; i < c.candidates.size() && c.candidates[i].races; ++i) {
    for (const ConfirmationRun& run : c.candidates[i].runs)
      if (!run.final_run) seeds.insert(run.seed_index);
    order.push_back(i);
    means.push_back(mean(run_values(c.candidates[i], false)));
  }
  // Those without a result last.
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (std::isnan(means[a]) || std::isnan(means[b])) return !std::isnan(means[a]) && std::isnan(means[b]);
    return c.maximize ? means[a] > means[b] : means[a] < means[b];
  });
  ordered_json candidates = ordered_json::array();
  for (const std::size_t i : order) {
    const ConfirmationCandidate& candidate = c.candidates[i];
    ordered_json runs = ordered_json::array();
    for (const ConfirmationRun& run : candidate.runs)
      if (!run.final_run) runs.push_back({{"seed", run.seed_index}, {"value", number(run.value)}});
    candidates.push_back(
        {{"name", candidate.name},
         {"roles", candidate.roles},
         {"trial", candidate.trial ? ordered_json(*candidate.trial) : ordered_json()},
         {"settings", settings_json(candidate.settings)},
         {"runs", runs},
         {"mean", alone(c.mean_value(candidate, false).estimate)},
         {"dropped_after", candidate.dropped_after ? ordered_json(*candidate.dropped_after) : ordered_json()},
         {"winner", c.winner == i}});
  }
  const auto final_runs = [&](std::optional<std::size_t> place) {
    return place ? final_runs_json(c.candidates[*place]) : ordered_json();
  };
  return {{"study", c.study},
          {"finished", c.finished},
          {"seeds", seeds.size()},
          {"candidates", candidates},
          {"winner", final_runs(c.winner)},
          {"by_hand", final_runs(c.find_role(candidate_role::by_hand))},
          {"best_length", final_runs(c.find_role(candidate_role::best_length))},
          {"default", final_runs(c.find_role(candidate_role::untuned))},
          {"figures_text", c.winner ? figures_words(four_figures(c.candidates[*c.winner])) : ""},
          {"loss_baseline", loss_baseline_json(c)},
          {"random_settings", random_settings_json(c)},
          {"original", original_json(in.table.definition)}};
}

}  // namespace tailor
