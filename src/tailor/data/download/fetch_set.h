// Fetches the files of a published data set into a folder: what `tailor data get` does, and nothing else.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tailor/data/download/download.h"
#include "tailor/data/download/published_sets.h"

namespace tailor {

struct FetchPlan {
  std::filesystem::path folder;
  std::vector<Download> files;
  std::uint64_t bytes = 0;  // of all files; 0: nobody says
};

// `from`: a mirror's folder that has the files by their names, or the address of a set's only file; the published checksums
// hold there, too. Sizes that are not published are asked of the server. A usage error if `from` is no address.
FetchPlan plan_fetch(const PublishedSet& set, const std::filesystem::path& folder,
                     const std::optional<std::string>& from, const DownloadPatience& patience);

struct FetchWatch {
  std::function<void(std::uint64_t bytes, const std::string& file)> progress{};  // of all files so far
  std::function<void(const std::string& message)> retry{};
  std::function<bool()> stop{};
};

// How many files were fetched; those that are there already are kept. Errors as download() has them; a failure if the disk
// has not enough room, or if another process fetches into this folder. A folder that was made
// for nothing goes again.
int fetch(const FetchPlan& plan, const DownloadPatience& patience, const FetchWatch& watch);

}  // namespace tailor
