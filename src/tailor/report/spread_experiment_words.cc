#include "tailor/report/spread_experiment_words.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "tailor/base/counted.h"
#include "tailor/report/doubling.h"
#include "tailor/report/label.h"
#include "tailor/report/measure_text.h"

namespace tailor {
namespace {

// Of a share of random settings.
std::string share_text(const Estimate& share) {
  return fmt::format("{} ({} to {})", percent(share.estimate), percent(share.low), percent(share.high));
}

// With whatever bounds there are.
std::string value_text(const MeasureText& text, const Estimate& e) {
  if (std::isnan(e.low) && !std::isnan(e.high))
    return fmt::format("{} (at most {})", text.value(e.estimate), text.number(e.high));
  if (std::isnan(e.high) && !std::isnan(e.low))
    return fmt::format("{} (at least {})", text.value(e.estimate), text.number(e.low));
  return text.value(e);
}

const SpreadQuantile& quantile_of(const SpreadExperiment& e, double share) {
  return *std::find_if(e.quantiles.begin(), e.quantiles.end(),
                       [&](const SpreadQuantile& q) { return q.share == share; });
}

std::string station(const WayPoint& point) {
  if (point.kind == "default") return "the untuned default";
  if (point.kind == "best_length") return "the default at its best length";
  if (point.kind == "by_hand") return "the default with what was fixed by hand";
  if (point.kind == "tuned") return "the tuned setting";
  return "the random setting in the middle";
}

// "is … better than the untuned default".
std::string compared(const std::optional<Estimate>& difference, const WayPoint& with,
                     const MeasureText& text) {
  if (!difference) return fmt::format("was not compared with {}: too few runs", station(with));
  if (difference->low > 0)
    return fmt::format("is {} better than {}", text.told_difference(*difference), station(with));
  if (difference->high < 0)
    return fmt::format(
        "is {} worse than {}",
        text.told_difference(Estimate{-difference->estimate, -difference->high, -difference->low}),
        station(with));
  return fmt::format("cannot be told from {} (better by {})", station(with),
                     text.told_difference(*difference));
}

std::string way_sentence(const SpreadExperiment& e, std::size_t i, const MeasureText& text) {
  const WayPoint& at = e.way[i];
  const WayPoint& before = e.way[i - 1];
  std::string subject = station(at);
  if (at.kind == "best_length")
    subject = fmt::format("the default trained for {} epochs only, where the study's own trial 0 was best,",
                          at.epochs);
  if (at.kind == "random") subject = "the random setting in the middle, than which half of all are better,";
  if (at.kind == "tuned") subject = fmt::format("the tuned setting ({})", at.name);
  subject[0] = 'T';
  std::string sentence = subject + " " + compared(at.step, before, text);
  if (i > 1 && at.kind != "best_length")
    sentence += ", and " + compared(at.from_default, e.way.front(), text);
  return sentence + ".";
}

}  // namespace

std::string count_text(const CountEstimate& c) {
  if (!c.estimate) return c.low ? fmt::format("{} or more", *c.low) : "-";
  if (!c.low) return fmt::format("{}", *c.estimate);
  return c.high ? fmt::format("{} ({} to {})", *c.estimate, *c.low, *c.high)
                : fmt::format("{} ({} or more)", *c.estimate, *c.low);
}

std::string spread_answer(const SpreadExperiment& e, Measure measure) {
  const MeasureText text(measure);
  const Estimate &median = quantile_of(e, 0.5).value, &q1 = quantile_of(e, 0.25).value,
                 &q3 = quantile_of(e, 0.75).value;
  std::string out = fmt::format("Half of all settings of the space reach a {} of {} or better",
                                measure_words(measure), text.value(median.estimate));
  if (std::isfinite(median.low) && std::isfinite(median.high))
    out += fmt::format(" (95 % interval {} to {})", text.number(median.low), text.number(median.high));
  out += fmt::format(
      ", and the middle half of them lies between {} and {}, by {} random ones that were trained to "
      "their end",
      text.value(q1.estimate), text.value(q3.estimate), e.results.size());
  if (e.share_below_default) {
    out += fmt::format("; {} of them end {} the untuned default's {}, ", share_text(*e.share_below_default),
                       e.table.maximize ? "below" : "above", text.value(e.way.front().value.estimate));
    out += e.trials_to_beat_default.estimate
               ? fmt::format("so that {} of them must be tried to beat it with a probability of 95 %",
                             count_text(e.trials_to_beat_default))
               : "so that none of them is known to beat it";
  }
  return out + ".";
}

std::vector<std::string> way_sentences(const SpreadExperiment& e, Measure measure) {
  std::vector<std::string> sentences;
  for (std::size_t i = 1; i < e.way.size(); ++i)
    sentences.push_back(way_sentence(e, i, MeasureText(measure)));
  return sentences;
}

std::string spread_text(const SpreadExperiment& e, Measure measure) {
  const MeasureText text(measure);
  const auto row = [](const std::string& title, const std::string& what) {
    return fmt::format("{:<22} {}\n", title, what);
  };
  std::string out = row("random settings", fmt::format("{}, each trained once for {}{}", e.results.size(),
                                                       counted(e.table.epochs, "epoch"),
                                                       e.table.finished ? "" : "; more to come"));
  if (e.table.diverged > 0)
    out += row(
        "", fmt::format("{} diverged, taken as guessing, or as the worst", counted(e.table.diverged, "run")));
  if (e.table.failed > 0) out += row("", fmt::format("{} failed, left out", counted(e.table.failed, "run")));
  for (const SpreadQuantile& q : e.quantiles)
    out += row(fmt::format("{:>3} are worse than", percent(q.share)), value_text(text, q.value));
  out += row("untuned default",
             fmt::format("{}, {}", text.value(e.way.front().value), counted(e.way.front().runs, "seed")));
  if (e.share_below_default) {
    out += row("worse than that", share_text(*e.share_below_default) + " of random settings");
    out += row("to beat it", e.trials_to_beat_default.estimate || e.trials_to_beat_default.low
                                 ? fmt::format("{} random settings, with a probability of 95 %",
                                               count_text(e.trials_to_beat_default))
                                 : "none of the random settings did");
  }
  if (e.best_of_n)
    for (const std::size_t i : doubling_places(e.best_of_n->n))
      out += row(fmt::format("expected best of {}", e.best_of_n->n[i]), text.value(e.best_of_n->best[i]));
  if (e.seed) {
    out += row("two seeds differ by",
               text.with_unit(text.narrow(e.seed->same_setting)) +
                   fmt::format(", of {} trained twice", counted(e.seed->trained_twice, "setting")));
    out += row("two settings by", text.with_unit(text.narrow(e.seed->two_settings)) +
                                      "; the seed's part is " + percent(e.seed->share.estimate));
  }
  constexpr std::size_t name_width = 24, value_width = 26;
  out += fmt::format("\n{:<24} {:<26} {}\n", "from default to tuned", "value (95 % interval)",
                     text.accuracy() ? "step in points" : "step, better is +");
  for (const WayPoint& at : e.way)
    out += padded(shown_label(at.label, name_width), name_width) + " " +
           padded(text.value(at.value), value_width) + (at.step ? " " + text.change(*at.step) : "") + "\n";
  return out;
}

}  // namespace tailor
