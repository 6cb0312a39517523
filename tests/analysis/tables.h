// Study tables made by hand, for tests of what is analysed from them.
#pragma once

#include <cmath>
#include <utility>
#include <vector>

#include "tailor/analysis/study_table.h"
#include "tune/spaces.h"

namespace tailor::test {

// Two parameters, maximised, 10 epochs, 1000 validation images.
inline StudyTable empty_table() {
  StudyTable table;
  table.definition.space = Space({{"rate", log_real(1e-4, 1)}, {"drop", real(0, 1)}});
  table.definition.budget.epochs = 10;
  table.definition.data.validation_images = 1000;
  table.untuned = {1e-2, 0.5};
  return table;
}

// A trial whose measure after each epoch is known; complete if it has all epochs, as it was to have, else
// pruned.
inline StudyRow& add_trial(StudyTable& table, std::vector<double> epochs, Assignment setting = {}) {
  StudyRow& row = table.trials.emplace_back();
  row.number = static_cast<int>(table.trials.size()) - 1;
  row.state = static_cast<int>(epochs.size()) == table.definition.budget.epochs ? TrialState::complete
                                                                                : TrialState::pruned;
  row.seconds = static_cast<double>(epochs.size());
  row.unconditional = row.complete();
  if (row.complete()) row.value = epochs.back();
  if (setting.empty())
    setting = draw_uniform(table.definition.space, Key(static_cast<std::uint64_t>(row.number)));
  row.assignment = std::move(setting);
  row.epochs = std::move(epochs);
  return row;
}

// Ten epochs towards `end`, there since the fifth.
inline std::vector<double> curve(double end, std::size_t epochs = 10) {
  std::vector<double> values;
  for (std::size_t e = 1; e <= epochs; ++e) values.push_back(end * std::min(1.0, static_cast<double>(e) / 5));
  return values;
}

}  // namespace tailor::test
