// metrics.csv: a header row and a row for each finished epoch. Written after every epoch, read for resuming
// and plotting. The columns are named in one place, metrics_file.cc; docs/run-folder.md explains them.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "tailor/train/metrics.h"

namespace tailor {

// In the file's order.
std::vector<std::string> metrics_columns();

// Replaces the file whole. Numbers are the shortest decimal that reads back to the same bits.
void write_metrics(const std::filesystem::path& path, std::span<const EpochMetrics> epochs);

// Exactly what was written. Other columns, a field that is no number, and epochs that do not count 1, 2, 3, …
// are bad input naming file, line and column. A header alone is a run of no epochs.
std::vector<EpochMetrics> read_metrics(const std::filesystem::path& path);

}  // namespace tailor
