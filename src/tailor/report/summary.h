// summary.json: what a training says about itself, for people, scripts and later commands. Keys:
// docs/run-folder.md.
#pragma once

#include <filesystem>
#include <string>

#include "tailor/analysis/estimate.h"
#include "tailor/report/run_summary.h"

namespace tailor {

// Of a summary with folds: their objective's mean, for training like this with other seeds and images (fold_interval.h).
// Never narrower than what the images alone leave open, which folds that happen to agree do not show.
Estimate folds_mean(const RunSummary& summary);

// The JSON text, keys in a fixed order. Numbers that are not finite become null, as do the test figures while
// sealed.
std::string summary_to_json(const RunSummary& summary);

// Replaces the file whole.
void write_summary(const std::filesystem::path& path, const RunSummary& summary);

// Exactly what was written (null reads as not-a-number, test figures as sealed). Keys that are missing or of
// another type are bad input naming file, key, expected and got; keys that are not known are passed over.
RunSummary read_summary(const std::filesystem::path& path);
RunSummary parse_summary(const std::string& text, const std::string& origin);

}  // namespace tailor
