// Numbers, estimates and settings as the study document has them. Used by the files that write it.
#pragma once

#include <nlohmann/json.hpp>

#include "tailor/analysis/estimate.h"
#include "tailor/report/study_document.h"
#include "tailor/report/study_words.h"

namespace tailor {

// Rounded to so many digits, which keeps long studies small; null if it is not finite. By default so many that the
// number is written to two decimals as it would be without.
nlohmann::ordered_json number(double value, int digits = 12);
// Null unless all three are finite.
nlohmann::ordered_json estimate(const Estimate& e);
nlohmann::ordered_json estimate(const std::optional<Estimate>& e);
// An estimate without an interval; null if it is not finite.
nlohmann::ordered_json alone(double value);
// "0.01" as a number, "true" as a truth, anything else as text.
nlohmann::ordered_json setting_value(const std::string& text);
nlohmann::ordered_json settings_json(const SettingTexts& settings);
// "2026-03-01T09:05:07Z"; empty of nothing.
std::string iso_time(const std::optional<Timestamp>& time);

// Adds the keys from spread to compute, and warnings.
void add_findings(nlohmann::ordered_json& document, const StudyDocumentInput& input);
// Of a study document, and what `tailor spread --json` prints.
nlohmann::ordered_json spread_experiment_json(const SpreadExperiment& experiment, Measure measure);
nlohmann::ordered_json confirmation_part(const StudyDocumentInput& input);

}  // namespace tailor
