#include "tailor/report/provenance_words.h"

#include <algorithm>

#include <fmt/format.h>

#include "tailor/base/text.h"
#include "tailor/report/label.h"

namespace tailor {
namespace {

std::string trials(int count) {
  return fmt::format("{} {}", with_thousands(count), count == 1 ? "trial" : "trials");
}

std::vector<std::string> names_of(const StudyProvenance::Counts& counts) {
  std::vector<std::string> names;
  for (const auto& [name, count] : counts) names.push_back(name);
  return names;
}

// Whether anything was computed by something else than `mine`.
bool others(const std::vector<std::string>& names, const std::string& mine) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return name != mine; });
}

}  // namespace

std::string counts_text(const StudyProvenance::Counts& counts) {
  std::vector<std::string> items;
  for (const auto& [name, count] : counts) items.push_back(fmt::format("{} ({})", name, trials(count)));
  return listed(std::move(items));
}

std::string continued_text(const std::vector<int>& numbers) {
  constexpr std::size_t most = 10;
  if (numbers.empty()) return {};
  std::vector<std::string> items;
  for (std::size_t i = 0; i < std::min(most, numbers.size()); ++i)
    items.push_back(std::to_string(numbers[i]));
  if (numbers.size() > most) items.push_back(fmt::format("{} more", numbers.size() - most));
  return fmt::format("{} {} {} continued on another one than {} began on.",
                     numbers.size() == 1 ? "Trial" : "Trials", listed(std::move(items)),
                     numbers.size() == 1 ? "was" : "were", numbers.size() == 1 ? "it" : "they");
}

std::string instruction_sets_text(const StudyProvenance& p, const std::string& what) {
  const std::string continued = continued_text(p.continued);
  return fmt::format(
      "The {} was computed on several instruction sets, {}: it cannot be repeated bit for bit.{}{}", what,
      counts_text(p.instruction_sets), continued.empty() ? "" : " ", continued);
}

std::string builds_text(const StudyProvenance& p, const std::string& what) {
  return fmt::format("The {} was computed by several builds, {}: they may differ in the last bits.", what,
                     counts_text(p.builds));
}

std::string not_recorded_text(const StudyProvenance& p, const std::string& what) {
  return fmt::format("What computed {} of the {}'s {} is not recorded: an earlier version of tailor did.",
                     with_thousands(p.not_recorded), what, trials(p.trials));
}

std::vector<std::string> provenance_sentences(const StudyProvenance& p, const std::string& what) {
  std::vector<std::string> sentences;
  if (p.instruction_sets.size() > 1) sentences.push_back(instruction_sets_text(p, what));
  if (p.builds.size() > 1) sentences.push_back(builds_text(p, what));
  if (p.not_recorded > 0 && p.not_recorded < p.trials) sentences.push_back(not_recorded_text(p, what));
  return sentences;
}

std::vector<std::string> joining_warnings(const StudyProvenance& before, const Environment& mine,
                                          const std::string& what) {
  std::vector<std::string> warnings;
  const std::vector<std::string> sets = names_of(before.instruction_sets), builds = names_of(before.builds);
  if (others(sets, mine.instruction_set))
    warnings.push_back(fmt::format(
        "warning: the trials of the {} so far were computed on {}, and this worker computes on "
        "{}. What there is stays, and further results are as good; but the {} cannot be repeated bit "
        "for bit any more. A trial that was begun there and goes on here says so itself (tailor "
        "trials).",
        what, listed(sets), mine.instruction_set, what));
  if (others(builds, build_text(mine)))
    warnings.push_back(
        fmt::format("note: the trials of the {} so far were computed by {}; this is {}. Their results may "
                    "differ in the last bits.",
                    what, listed(builds), build_text(mine)));
  if (sets.empty() && before.trials > 0)
    warnings.push_back(
        fmt::format("note: what computed the {} of the {} so far is not recorded (an earlier version of "
                    "tailor did): whether it can be repeated bit for bit cannot be told.",
                    trials(before.trials), what));
  return warnings;
}

std::vector<std::string> beginning_warnings(const StudyProvenance& study, const Environment& mine,
                                            const std::string& what) {
  const std::vector<std::string> sets = names_of(study.instruction_sets);
  if (!others(sets, mine.instruction_set)) return {};
  return {fmt::format(
      "warning: the study was computed on {}, and its {} begins on {}. Its results are as good; but the "
      "same setting and seed give other bits there.",
      listed(sets), what, mine.instruction_set)};
}

std::vector<std::string> resuming_warnings(const Provenance& before, const Environment& mine, int epochs) {
  std::vector<std::string> warnings, sets, builds;
  bool recorded = true;
  for (const ProvenancePart& part : before) {
    recorded = recorded && part.environment.recorded();
    if (!part.environment.recorded()) continue;
    sets.push_back(part.environment.instruction_set);
    builds.push_back(build_text(part.environment));
  }
  for (std::vector<std::string>* names : {&sets, &builds}) {
    std::sort(names->begin(), names->end());
    names->erase(std::unique(names->begin(), names->end()), names->end());
  }
  const std::string so_far = epochs > 0 ? fmt::format("up to epoch {}", epochs) : "so far";
  if (others(sets, mine.instruction_set))
    warnings.push_back(fmt::format(
        "warning: {} this training was computed on {}; from here on it is on {}. The result is as "
        "good, but neither alone gives it again bit for bit; summary.json says which epochs are "
        "whose.",
        so_far, listed(sets), mine.instruction_set));
  if (others(builds, build_text(mine)))
    warnings.push_back(
        fmt::format("note: {} this training was computed by {}; this is {}. The result may differ in the "
                    "last bits from what either alone gives.",
                    so_far, listed(builds), build_text(mine)));
  if (!recorded)
    warnings.push_back(
        fmt::format("note: what computed this training {} is not recorded (an earlier version of tailor "
                    "did).",
                    so_far));
  return warnings;
}

}  // namespace tailor
