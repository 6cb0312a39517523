#include "tailor/analysis/warnings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "tailor/analysis/pruning.h"
#include "tailor/analysis/statistics.h"
#include "tailor/math/quantiles.h"
#include "tailor/tune/space/scale.h"
#include "tailor/tune/study/study_summary.h"

namespace tailor {
namespace {

constexpr int trials_for_each_parameter = 5;
constexpr double edge = 0.05;  // of the range's length
constexpr double least_rank_correlation = 0.3;
constexpr double most_failures = 0.2;
constexpr double most_standard_errors = 3;
constexpr double separated = 2;  // standard errors of a difference

class Finder {
 public:
  explicit Finder(const WarningInput& input)
      : in_(input), table_(input.table), result_sd_(result_sd(table_, input.noise).value_or(0)) {}

  std::vector<Warning> find() {
    enough_trials();
    failures();
    edges();
    budget();
    rising();
    leaders();
    confirmation();
    provenance();
    shared_images();
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Warning& a, const Warning& b) { return a.severity > b.severity; });
    return std::move(found_);
  }

 private:
  void add(WarningKind kind, WarningSeverity severity, double value = 0, double limit = 0,
           std::string parameter = {}) {
    found_.push_back({kind, severity, std::move(parameter), value, limit});
  }

  // Places of complete trials, the best first.
  std::vector<std::size_t> leaders_first() const {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < table_.trials.size(); ++i)
      if (table_.trials[i].has_result()) order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return table_.better(table_.trials[a].value, table_.trials[b].value);
    });
    return order;
  }

  void enough_trials() {
    const auto tried = std::count_if(table_.trials.begin(), table_.trials.end(),
                                     [](const StudyRow& row) { return row.has_result(); });
    const double wanted = trials_for_each_parameter * static_cast<double>(table_.definition.space.size());
    if (static_cast<double>(tried) < wanted)
      add(WarningKind::too_few_trials, WarningSeverity::warning, static_cast<double>(tried), wanted);
  }

  void failures() {
    double ended = 0, failed = 0;
    for (const StudyRow& row : table_.trials) {
      ended += is_finished(row.state) || row.paused;
      failed += row.state == TrialState::failed;
    }
    if (ended >= 5 && failed / ended > most_failures)
      add(WarningKind::many_failures, WarningSeverity::warning, failed / ended, most_failures);
  }

  // Of the best trial and the median of the best five: one alone is at an edge by chance too often.
  void edges() {
    const std::vector<std::size_t> order = leaders_first();
    const Space& space = table_.definition.space;
    constexpr std::size_t looked_at = 5;
    if (order.size() < looked_at) return;
    for (std::size_t i = 0; i < space.size(); ++i) {
      const Distribution& d = space.distribution(i);
      if (d.kind == Distribution::Kind::categorical) continue;
      if (const auto values = cardinality(d); values && *values < 4) continue;
      std::vector<double> places;
      for (std::size_t k = 0; k < looked_at; ++k)
        if (const double v = table_.trials[order[k]].assignment[i]; std::isfinite(v) && contains(d, v))
          places.push_back((to_scale(d, v) - to_scale(d, d.low)) /
                           (to_scale(d, d.high) - to_scale(d, d.low)));
      const double best = table_.trials[order[0]].assignment[i];
      if (places.size() < 3 || !std::isfinite(best)) continue;
      const double first = places.front();
      std::sort(places.begin(), places.end());
      const double middle = quantile(places, 0.5);
      if (std::max(first, middle) <= edge || std::min(first, middle) >= 1 - edge)
        add(WarningKind::edge_of_range, WarningSeverity::warning, std::round(middle), edge, space[i].name);
    }
  }

  void budget() {
    const auto p = pruning(table_);
    if (p && p->rank_correlation && *p->rank_correlation < least_rank_correlation)
      add(WarningKind::budget_too_short, WarningSeverity::warning, *p->rank_correlation,
          least_rank_correlation);
  }

  // The mean of the last tenth of epochs against the tenth before it.
  void rising() {
    const auto best = table_.best();
    if (!best) return;
    const std::vector<double>& path = table_.trials[*best].epochs;
    const std::size_t tenth = std::max<std::size_t>(1, path.size() / 10);
    if (path.size() < 4 || path.size() < 2 * tenth) return;
    const std::span<const double> all(path);
    const double gain = mean(all.last(tenth)) - mean(all.subspan(path.size() - 2 * tenth, tenth));
    const double upward = table_.maximize ? gain : -gain;
    const double limit = result_sd_;
    if (upward > limit && upward > 0)
      add(WarningKind::curves_still_rising, WarningSeverity::info, upward, limit);
  }

  void leaders() {
    const std::vector<std::size_t> order = leaders_first();
    const double difference = separated * std::sqrt(2.0) * result_sd_;
    if (order.size() < 2 || difference == 0) return;
    const double best = table_.trials[order[0]].value;
    const auto near = std::count_if(order.begin() + 1, order.end(), [&](std::size_t i) {
      return std::abs(table_.trials[i].value - best) < difference;
    });
    if (near > 0 && !in_.confirmation)
      add(WarningKind::leaders_not_separated, WarningSeverity::warning, static_cast<double>(near),
          difference);
  }

  void confirmation() {
    if (!in_.confirmation) add(WarningKind::not_confirmed, WarningSeverity::warning);
    if (in_.test_openings > 1)
      add(WarningKind::test_opened_again, WarningSeverity::serious, in_.test_openings, 1);
    if (!in_.confirmation || !in_.confirmation->winner) return;
    const std::vector<ConfirmationCandidate>& candidates = in_.confirmation->candidates;
    const auto stayed =
        std::count_if(candidates.begin(), candidates.end(),
                      [](const ConfirmationCandidate& c) { return c.races && !c.dropped_after; });
    if (stayed > 1)
      add(WarningKind::race_undecided, WarningSeverity::warning, static_cast<double>(stayed - 1));
    std::vector<double> validation, test;
    std::int64_t validation_images = 0, test_images = 0;
    for (const ConfirmationRun& run : candidates[*in_.confirmation->winner].runs) {
      if (!run.final_run || !run.test || run.history.empty()) continue;
      validation.push_back(run.history.back().validation.accuracy);
      test.push_back(run.test->accuracy);
      validation_images = run.history.back().validation.count;
      test_images = run.test->count;
    }
    if (validation.empty() || validation_images == 0 || test_images == 0) return;
    const double apart = standard_errors_apart(mean(test), test_images, mean(validation), validation_images);
    if (std::abs(apart) > most_standard_errors)
      add(WarningKind::validation_test_differ, WarningSeverity::serious, apart, most_standard_errors);
  }

  // Of the study and of each experiment about it.
  void provenance() {
    provenance_of("study", table_.provenance);
    if (in_.confirmation) provenance_of("confirmation", in_.confirmation->provenance);
    if (in_.spread) provenance_of("spread experiment", in_.spread->provenance);
  }

  void provenance_of(const char* of, const StudyProvenance& p) {
    const auto add_of = [&](WarningKind kind, WarningSeverity severity, std::string parameter = {}) {
      found_.push_back({kind, severity, std::move(parameter), 0, 0, of, p});
    };
    if (p.instruction_sets.size() > 1) add_of(WarningKind::mixed_instruction_sets, WarningSeverity::warning);
    if (p.builds.size() > 1) add_of(WarningKind::mixed_builds, WarningSeverity::info);
    if (p.not_recorded > 0 && p.not_recorded < p.trials)
      add_of(WarningKind::provenance_not_recorded, WarningSeverity::info);
    const StudyProvenance::Counts& study = table_.provenance.instruction_sets;
    if (study.size() == 1 && p.instruction_sets.size() == 1 && study[0].first != p.instruction_sets[0].first)
      add_of(WarningKind::experiment_elsewhere, WarningSeverity::info, study[0].first);
  }

  // Labels that contradict each other in the validation images do so in all images: they are told once.
  void shared_images() {
    const bool told = add_shared("validation", table_.shared_validation, true);
    if (in_.confirmation) add_shared("test", in_.confirmation->shared_test, !told);
  }

  bool add_shared(const char* part, const std::optional<SharedImages>& shared, bool with_labels) {
    if (!shared) return false;
    const auto add_of = [&](WarningKind kind) {
      found_.push_back({.kind = kind,
                        .severity = WarningSeverity::warning,
                        .parameter = part,
                        .shared = *shared,
                        .data = table_.definition.data});
    };
    if (shared->many_alike()) add_of(WarningKind::near_duplicates);
    const bool labels = with_labels && shared->many_contradict();
    if (labels) add_of(WarningKind::contradicting_labels);
    return labels;
  }

  const WarningInput& in_;
  const StudyTable& table_;
  const double result_sd_;  // 0: not known
  std::vector<Warning> found_;
};

constexpr std::array<std::string_view, 16> kind_names = {
    "edge_of_range",           "too_few_trials",       "budget_too_short",       "curves_still_rising",
    "leaders_not_separated",   "race_undecided",       "test_opened_again",      "validation_test_differ",
    "many_failures",           "not_confirmed",        "mixed_instruction_sets", "mixed_builds",
    "provenance_not_recorded", "experiment_elsewhere", "near_duplicates",        "contradicting_labels"};
constexpr std::array<std::string_view, 3> severity_names = {"info", "warning", "serious"};

}  // namespace

std::vector<Warning> find_warnings(const WarningInput& input) { return Finder(input).find(); }

double standard_errors_apart(double a, std::int64_t images_a, double b, std::int64_t images_b) {
  return (a - b) /
         std::sqrt(a * (1 - a) / static_cast<double>(images_a) + b * (1 - b) / static_cast<double>(images_b));
}

std::string_view name_of(WarningKind kind) { return kind_names[static_cast<std::size_t>(kind)]; }
std::string_view name_of(WarningSeverity severity) {
  return severity_names[static_cast<std::size_t>(severity)];
}

}  // namespace tailor
