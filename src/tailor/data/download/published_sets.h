// Data sets that `tailor data get` fetches: where they are published, how large, with which checksum, and under which
// licence. The one table of them; nothing here downloads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tailor/data/download/checksum.h"

namespace tailor {

struct PublishedFile {
  std::string name;
  std::vector<std::string> urls;  // the same file, in the order to try
  std::uint64_t bytes = 0;        // 0: not published
  Checksum checksum;
};

struct PublishedSet {
  std::string name;   // as --data takes it
  std::string title;  // "CIFAR-10: 60,000 colour images of 32x32 in 10 classes"
  std::string licence;
  std::string citation;
  std::string page;
  std::vector<PublishedFile> files;
  std::vector<std::string> class_names;  // none where the files have them, or where they are numbers
};

// By name; "medmnist:pathmnist" is one, "medmnist:pathmnist_64" its larger edition (64, 128 or 224 pixels).
std::optional<PublishedSet> find_published_set(std::string_view name);

// All names, the larger editions of MedMNIST left out.
std::vector<std::string> published_set_names();

// Where a set's files are kept, below data_folder(): "cifar10", "medmnist/pathmnist".
std::filesystem::path published_folder(const PublishedSet& set);

}  // namespace tailor
