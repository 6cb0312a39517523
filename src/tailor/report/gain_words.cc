#include "tailor/report/gain_words.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "tailor/base/text.h"
#include "tailor/report/label.h"

namespace tailor {
namespace {

// "1.20 percentage points (95 % interval 1.00 to 1.40) better than the default", as far as the interval says
// so.
std::string compared(const Estimate& e, const std::string& base, const MeasureText& words) {
  if (e.contains(0))
    return fmt::format("not shown to differ from {} (by {})", base, words.told_difference(e));
  return e.estimate < 0
             ? words.told_difference(Estimate{-e.estimate, -e.high, -e.low}) + " worse than " + base
             : words.told_difference(e) + " better than " + base;
}

struct Compared {
  const PairedGain& gain;
  const char* base;
};

// Of validation or test: "… better than the untuned default, and … better than …".
std::string list(const std::vector<Compared>& all, bool test, const MeasureText& words) {
  std::vector<std::string> parts;
  for (const auto& [gain, base] : all)
    if (!test || gain.test) parts.push_back(compared(test ? *gain.test : gain.validation, base, words));
  return listed(std::move(parts));
}

std::string subject(const ConfirmationTable* confirmation) {
  if (confirmation && confirmation->winner)
    for (const char* role : {candidate_role::best_length, candidate_role::by_hand})
      if (confirmation->find_role(role) == confirmation->winner) return "the " + role_words(role);
  return "the tuned setting";
}

}  // namespace

std::string gain_words(const Gain& g, const ConfirmationTable* confirmation, const std::string& measure,
                       const MeasureText& words) {
  std::vector<Compared> all = {{g, "the untuned default"}};
  if (g.over_best_length) all.push_back({*g.over_best_length, "the default at its best length"});
  if (g.over_by_hand) all.push_back({*g.over_by_hand, "the default with what was fixed by hand"});
  std::string text = fmt::format("On {} fresh seeds that had no say in the choice, {} was, in {}, {}",
                                 g.pairs, subject(confirmation), measure, list(all, false, words));
  if (g.test) text += "; on the test images " + list(all, true, words);
  return text;
}

std::string random_words(const Gain& g, const MeasureText& words) {
  if (!g.over_random || !g.random_over_default) return {};
  const Estimate& e = *g.random_over_default;
  std::string text = fmt::format("{} random setting is {}", e.low > 0 ? "Even a" : "A",
                                 compared(e, "the untuned default", words));
  if (e.high < 0) text += ": tuning has to be done properly to be worth anything";
  text += ".";
  if (g.random_failed > 0)
    text += fmt::format(" {} of the {} random settings failed; each counts as a network that knows nothing.",
                        g.random_failed, g.random_settings);
  return text;
}

std::string optimism_words(const Optimism& o, const MeasureText& words) {
  std::string text;
  if (o.optimism && o.optimism->contains(0)) {
    text = fmt::format(
        "Whether the study's best result, {}, was too good, the seeds do not tell (claimed less what the "
        "same setting reaches on fresh seeds: {})",
        words.value(o.claimed), words.told_difference(*o.optimism));
  } else if (o.optimism) {
    text = fmt::format(
        "The study's best result, {}, was {} too good: so much less the same setting reaches on fresh seeds",
        words.value(o.claimed), words.told_difference(*o.optimism));
  }
  if (o.reuse) {
    const Estimate& r = *o.reuse;
    const bool more = r.estimate >= 0;
    text += fmt::format(
        "{}On the validation images, by which it was chosen, these trainings score {} {} than on the test "
        "images",
        text.empty() ? "" : ". ", words.told_difference(more ? r : Estimate{-r.estimate, -r.high, -r.low}),
        more ? "more" : "less");
  }
  return text;
}

std::string role_words(const std::string& role) {
  return role == candidate_role::untuned       ? "untuned default"
         : role == candidate_role::best_length ? "default at its best length"
         : role == candidate_role::by_hand     ? "default with what was fixed by hand"
                                               : "tuned";
}

}  // namespace tailor
