#include "tailor/report/study_words.h"

#include <cmath>

#include <fmt/format.h>

#include "tailor/base/text.h"
#include "tailor/report/gain_words.h"
#include "tailor/report/provenance_words.h"
#include "tailor/report/recommendation_words.h"
#include "tailor/report/shared_images_words.h"
#include "tailor/report/spread_experiment_words.h"
#include "tailor/report/spread_words.h"

namespace tailor {
namespace {

std::string gain_sentence(const StudyTable& table, const Findings& f, const ConfirmationTable* confirmation,
                          const MeasureText& words) {
  if (f.gain) return gain_words(*f.gain, confirmation, measure_words(table.definition.measure), words) + ".";
  if (confirmation && confirmation->winner &&
      confirmation->winner == confirmation->find_role(candidate_role::untuned))
    return "In the race on fresh seeds no setting that the study found did better than the untuned default.";
  const auto best = table.best();
  if (!best) return "No trial is complete yet, so nothing can be said of what tuning gains.";
  const bool repeated = table.recommendation && table.recommendation->reports > 1;
  if (repeated)
    return fmt::format(
        "Trial {} is recommended: {} on average over its {} trainings; `tailor confirm` tells what of it "
        "holds up.",
        table.trials[*best].number, words.value((table.maximize ? -1 : 1) * table.recommendation->mean),
        table.recommendation->reports);
  if (table.trials[*best].role == TrialRole::untuned)
    return fmt::format("No trial that was trained to its end reports better than the untuned default, {}.",
                       words.value(table.trials[*best].value));
  std::string text = fmt::format("The best trial, {}, reports {}", table.trials[*best].number,
                                 words.value(table.trials[*best].value));
  for (const StudyRow& row : table.trials)
    if (row.role == TrialRole::untuned && row.complete())
      text += fmt::format(
          ", {} better than the untuned default",
          words.told_difference((table.maximize ? 1 : -1) * (table.trials[*best].value - row.value)));
  return text + ", each from a single training; `tailor confirm` tells what of it holds up.";
}

std::string trust_sentence(const Findings& f, const MeasureText& words) {
  if (!f.optimism) return {};
  std::string text = optimism_words(*f.optimism, words);
  if (text.empty()) {
    if (!f.optimism->shrunken || !std::isfinite(f.optimism->shrunken->low))
      return "There are too few complete trials to tell how much of the best result is luck.";
    text = fmt::format("The best of many is too good by chance: expect about {} of it",
                       words.value(f.optimism->shrunken->estimate));
  }
  if (f.noise)
    text += fmt::format("; the seed alone moves a result by {} (standard deviation)",
                        words.told_difference(f.noise->sd));
  return text + ".";
}

}  // namespace

std::vector<std::string> answer_sentences(const StudyTable& table, const Findings& f,
                                          const ConfirmationTable* confirmation) {
  const MeasureText words(table.definition.measure);
  std::vector<std::string> sentences;
  if (f.spread_experiment) {
    sentences.push_back(spread_answer(*f.spread_experiment, table.definition.measure));
  } else if (f.spread) {
    if (std::string text = search_spread_sentence(*f.spread, measure_words(table.definition.measure), words);
        !text.empty())
      sentences.push_back(std::move(text));
  }
  sentences.push_back(gain_sentence(table, f, confirmation, words));
  if (f.recommendation) sentences.push_back(recommendation_words(*f.recommendation, words));
  if (std::string trust = trust_sentence(f, words); !trust.empty()) sentences.push_back(std::move(trust));
  return sentences;
}

WarningWords words_of(const Warning& w, const MeasureText& measure, const std::string& options) {
  switch (w.kind) {
    case WarningKind::edge_of_range:
      return {fmt::format("The best settings lie at the {} end of the range of {}.",
                          w.value > 0.5 ? "upper" : "lower", w.parameter),
              "Widen that range and resume the study: better settings may lie beyond it."};
    case WarningKind::too_few_trials:
      return {
          fmt::format(
              "{:.0f} trials that were trained to the end are few for this space; {:.0f} would be five for "
              "each hyperparameter.",
              w.value, w.limit),
          "Resume with more trials, or search fewer hyperparameters."};
    case WarningKind::budget_too_short:
      return {fmt::format(
                  "Early values tell little about final ones (rank correlation {:.2f} over trials that were "
                  "to be trained to the end anyhow), yet trials were ended by them.",
                  w.value),
              "Give every trial more epochs before it may be ended (the pruner's `first`)."};
    case WarningKind::curves_still_rising:
      return {fmt::format("The best trial still gained {} over the last tenth of its epochs.",
                          measure.told_difference(w.value)),
              "Longer training may change which setting is best: raise the study's epochs."};
    case WarningKind::leaders_not_separated:
      return {fmt::format("{:.0f} other trials are too near the best one to tell them apart: it takes a "
                          "difference of {}.",
                          w.value, measure.told_difference(w.limit)),
              "Confirm the leading settings with fresh seeds, or validate on more images."};
    case WarningKind::race_undecided:
      return {
          w.value == 1
              ? std::string("One more candidate stayed in the race to its end: its results and the "
                            "winner's do not tell which of them is better.")
              : fmt::format("{:.0f} more candidates stayed in the race to its end: the results do not tell "
                            "which of them is best.",
                            w.value),
          "Race on with more seeds (`tailor confirm --again --most-seeds N`), or choose among them by other "
          "reasons."};
    case WarningKind::test_opened_again:
      return {
          fmt::format("The test images were opened {:.0f} times, by all studies and runs that the account's "
                      "ledger knows.",
                      w.value),
          "Whatever was chosen after the first time may have been chosen by them; only new test images "
          "would tell."};
    case WarningKind::validation_test_differ:
      return {
          fmt::format(
              "Accuracy on test images is {:.1f} standard errors {} that on validation images: more than "
              "chance allows.",
              std::abs(w.value), w.value > 0 ? "above" : "below"),
          w.value > 0
              ? "Look whether validation images are treated as training images are (augmented, or noisier "
                "labels)."
              : "Look whether validation images are also among the training images, or differ from the test "
                "images in kind."};
    case WarningKind::many_failures:
      return {fmt::format("{} of the trials failed.", percent(w.value)),
              "Narrow the ranges in which trainings diverge; `tailor trials` has the reasons."};
    case WarningKind::not_confirmed:
      return {
          "Every number of this study is from a single training with one seed, and the best of many is too "
          "good.",
          "Run `tailor confirm" + (options.empty() ? "" : " " + options) + "`."};
    case WarningKind::mixed_instruction_sets:
      return {instruction_sets_text(w.provenance, w.of),
              "Every result counts as much as before. To have all of them again, let all workers use one "
              "instruction "
              "set: with TAILOR_INSTRUCTION_SET a better processor computes as a lesser one."};
    case WarningKind::mixed_builds:
      return {builds_text(w.provenance, w.of), "Let one build work on a study where bits matter."};
    case WarningKind::provenance_not_recorded:
      return {not_recorded_text(w.provenance, w.of), ""};
    case WarningKind::experiment_elsewhere:
      return {fmt::format("The study was computed on {}, its {} on {}.", w.parameter, w.of,
                          w.provenance.instruction_sets[0].first),
              "Both count; only the same setting and seed give other bits there."};
    case WarningKind::near_duplicates:
      return near_duplicates_words(w.shared, w.parameter, w.data);
    case WarningKind::contradicting_labels:
      return contradictions_words(w.shared, w.parameter, w.data);
  }
  return {};
}

const std::vector<GlossaryEntry>& glossary() {
  static const std::vector<GlossaryEntry> entries = {
      {"hyperparameter",
       "Anything about a training that is chosen and not learned: learning rate, batch size, dropout, …"},
      {"setting", "One value for every hyperparameter."},
      {"trial", "One training of one setting within a study, measured on the validation images."},
      {"seed",
       "The number that decides everything random in a training: initial weights, order of images, dropout, "
       "augmentation. The same setting with another seed gives a slightly different network."},
      {"noise", "How much results differ when nothing but the seed changes."},
      {"untuned default",
       "What a sensible person would train with who does not tune: the defaults of the table of "
       "hyperparameters."},
      {"validation images",
       "Images that are not trained on, by which settings are chosen. Being chosen by them makes a "
       "result too good."},
      {"test images",
       "Images that had no say in any choice. They are sealed, and opened once, for the winner and what it "
       "is compared with."},
      {"95 % interval", "A range made so that it holds the true value in 95 of 100 studies like this one."},
      {"optimism",
       "How much better the study's best result looks than what the same setting does on fresh seeds. Also "
       "called the winner's curse."},
      {"best length",
       "The number of epochs after which the untuned default did best in the study: what stopping early "
       "would have found without any tuning."},
      {"fixed by hand",
       "What the study file holds fixed in every trial. The default with it, and nothing tuned, is a "
       "baseline of its own, so that its share of the gain is not taken for the tuning's."},
      {"random setting",
       "A setting drawn uniformly from the space, without looking at any result. What is reported is the "
       "mean of several, each drawn anew."},
      {"confirmation",
       "Leading settings and baselines trained again with fresh seeds, the same seeds for all; the winner "
       "and what it is compared with once more with seeds that had no say in choosing it."},
      {"result",
       "The value of a trial that was trained to its end. What a trial had when it was cut short is none: "
       "less training gives other values, and settings that change the learning rate over time show their "
       "worth late."},
      {"pruned", "Ended early because it was behind others after as many epochs."},
      {"fANOVA",
       "How much of the variation of results is due to one hyperparameter, or to a pair of them, according to a "
       "forest of decision trees that was fitted to the trials: over the whole space only if none of them was "
       "cut short."},
      {"PED-ANOVA",
       "How differently a hyperparameter is distributed among the best tenth of trials and among all: what "
       "matters for being among the best."},
      {"tunability",
       "What changing one hyperparameter alone gains over the default, all others being left as they are. "
       "Understated where effects are small, because decision trees flatten them."},
      {"percentage point",
       "The unit of a difference of percentages: from 93 % to 94 % is one percentage point."},
  };
  return entries;
}

}  // namespace tailor
