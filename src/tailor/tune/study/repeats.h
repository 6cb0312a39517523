// Repeats: the last trials of a study that train its leading settings again, each with a seed of its own, so
// that the setting with the best report is told from the best setting. Which setting is next is a function of
// the reports so far.
//
// Successive halving (Karnin, Koren, Somekh, "Almost optimal exploration in multi-armed bandits", ICML 2013):
// half as many settings as there are repeats get one each, the better half of them by their mean another one,
// and so on with two at least, until all repeats are used.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace tailor {

// What a trial says of its setting.
struct Report {
  // To be minimised, of a complete trial; infinity: the training failed; NaN: nothing (yet).
  double cost = std::numeric_limits<double>::quiet_NaN();
  std::optional<std::size_t> repeats{};  // the place of the trial whose setting it has
  bool repeatable = true;                // false: of another program, which trained it
};

// All reports of one setting.
struct SettingReports {
  std::size_t trial = 0;        // the first that has it
  std::vector<double> costs{};  // by number of trial, the first trial's first

  double mean() const;
};

// Of the trials that are complete and no repeats, in their order, with the reports of their repeats.
std::vector<SettingReports> reports_of_settings(std::span<const Report> reports);

struct NextRepeat {
  std::size_t trial = 0;   // whose setting is trained again
  bool new_round = false;  // it hangs on all results before it; otherwise on those before the round
};

// Nothing if the trials end with so many repeats, or if no setting can be repeated.
std::optional<NextRepeat> next_repeat(std::span<const Report> reports, int repeats);

}  // namespace tailor
