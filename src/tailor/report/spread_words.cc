#include "tailor/report/spread_words.h"

#include <fmt/format.h>

#include "tailor/base/counted.h"
#include "tailor/base/text.h"

namespace tailor {
namespace {

// "4 or 12 epochs", "1 to 30 epochs".
std::string lengths(const std::vector<CutShort>& cut) {
  constexpr std::size_t most_named = 3;
  if (cut.size() > most_named) return fmt::format("{} to {} epochs", cut.front().epochs, cut.back().epochs);
  std::string text;
  for (std::size_t i = 0; i < cut.size(); ++i)
    text += (i == 0 ? "" : i + 1 < cut.size() ? ", " : " or ") + std::to_string(cut[i].epochs);
  return text + (cut.back().epochs == 1 ? " epoch" : " epochs");
}

}  // namespace

std::string search_spread_sentence(const Spread& s, const std::string& measure, const MeasureText& words) {
  if (s.values.count < 2) return cut_short_sentence(s);
  std::string text = fmt::format(
      "Over the {} settings that were trained to the end, {} ran from {} to {}, half of them between {} and "
      "{}",
      with_thousands(s.values.count), measure, words.value(s.values.worst), words.value(s.values.best),
      words.value(s.values.q1), words.value(s.values.q3));
  if (const auto& other = s.against_default)
    text += fmt::format("; {} {} besides the untuned default ended {} its {}",
                        other->worse == 0           ? "none of the"
                        : other->worse == other->of ? "all"
                                                    : with_thousands(other->worse) + " of the",
                        with_thousands(other->of), words.accuracy() ? "below" : "above",
                        words.value(other->value));
  const std::string cut = cut_short_sentence(s);
  return text + (cut.empty() ? "." : ". " + cut);
}

std::string importance_sentence(const Spread& s) {
  int cut = 0;
  for (const CutShort& c : s.cut_short) cut += c.trials;
  std::string text = fmt::format("Learnt from {} that {} trained to the end",
                                 counted(s.values.count, "trial"), s.values.count == 1 ? "was" : "were");
  if (s.predicted > 0)
    text += fmt::format(" and the predicted final values of {} of the {} that were cut short",
                        with_thousands(s.predicted), with_thousands(cut));
  else if (cut > 0)
    text += fmt::format("; {} that {} cut short {} left out", with_thousands(cut), cut == 1 ? "was" : "were",
                        cut == 1 ? "is" : "are");
  text += ".";
  if (s.chosen && s.predicted < cut)
    text +=
        " Those that went on were chosen for being ahead: these are shares among such settings, not over the "
        "whole space, and what makes settings bad shows too little in them.";
  return text;
}

std::string cut_short_sentence(const Spread& s) {
  int trials = 0;
  for (const CutShort& c : s.cut_short) trials += c.trials;
  if (trials == 0) return {};
  std::string text = fmt::format(
      "{} of {} trials {} cut short after {}: what they had then is no result and does not count{}.",
      with_thousands(trials), with_thousands(s.ended), trials == 1 ? "was" : "were", lengths(s.cut_short),
      s.chosen ? ", and those that went on were chosen for being ahead" : "");
  if (s.predicted > 0)
    text += fmt::format(" The final values of {} of them are predicted.", with_thousands(s.predicted));
  return text;
}

}  // namespace tailor
