#include "tailor/data/idx_folder.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "tailor/base/error.h"
#include "tailor/base/hash.h"
#include "tailor/base/text.h"
#include "tailor/data/content_reader.h"

namespace tailor {
namespace {

bool take_end(std::string_view& name, std::string_view end) {
  if (!name.ends_with(end)) return false;
  name.remove_suffix(end.size());
  return true;
}

// Whether `name` is a usual name of this part.
bool names_part(std::string_view name, Part part) {
  take_end(name, ".gz");
  const bool images = part == Part::train_images || part == Part::test_images;
  const bool train = part == Part::train_images || part == Part::train_labels;
  if (!take_end(name, "-ubyte")) return false;
  if (images ? !take_end(name, "idx3") && !take_end(name, "idx4") : !take_end(name, "idx1")) return false;
  if (!take_end(name, "-") && !take_end(name, ".")) return false;
  if (!take_end(name, images ? "-images" : "-labels")) return false;
  if (train ? !take_end(name, "train") : !take_end(name, "t10k") && !take_end(name, "test")) return false;
  return name.empty() || name.back() == '-' || name.back() == '_' || name.back() == '.';
}

// Of the content, gzipped or not.
std::string hash_of(const std::filesystem::path& file) {
  ContentReader content(file);
  Sha256 hash;
  std::string block(1 << 18, '\0');
  while (const std::size_t n = content.read(block.data(), block.size())) hash.add(block.data(), n);
  return hash.hex();
}

// Sorted.
std::vector<std::string> names_in(const std::filesystem::path& folder, std::error_code& code) {
  std::vector<std::string> names;
  std::filesystem::directory_iterator entries(folder, code);
  for (; !code && entries != std::filesystem::directory_iterator(); entries.increment(code))
    if (std::string name = entries->path().filename().string(); !name.starts_with('.'))  // macOS' "._" twins
      names.push_back(std::move(name));
  std::sort(names.begin(), names.end());
  return names;
}

std::filesystem::path choose(const std::filesystem::path& folder, const std::vector<std::string>& names,
                             Part part) {
  std::string chosen;
  for (const std::string& name : names) {  // sorted, so a plain file comes before its gzipped twin
    if (!names_part(name, part)) continue;
    if (chosen.empty()) {
      chosen = name;
    } else if (name != chosen + ".gz" && hash_of(folder / name) != hash_of(folder / chosen)) {
      throw bad_input(
          "{}: expected one file of {}, got {} and {} with other content: put each data set into a folder of "
          "its own",
          folder.string(), part_name(part), chosen, name);
    }
  }
  return chosen.empty() ? std::filesystem::path() : folder / chosen;
}

}  // namespace

IdxFolder find_idx_folder(const std::filesystem::path& folder) {
  std::error_code code;
  const std::vector<std::string> names = names_in(folder, code);
  if (code) throw bad_input("{}: cannot read the folder: {}", folder.string(), code.message());

  IdxFolder found{folder, {}};
  for (const Part part : all_parts) found.files[static_cast<std::size_t>(part)] = choose(folder, names, part);
  for (const Part part : {Part::train_images, Part::train_labels}) {
    if (!found.file(part).empty()) continue;
    const std::string_view name =
        part == Part::train_images ? "train-images-idx3-ubyte" : "train-labels-idx1-ubyte";
    const std::string got = names.empty()
                                ? "an empty folder"
                                : join(std::span(names).first(std::min<std::size_t>(names.size(), 6)), ", ") +
                                      (names.size() > 6 ? ", …" : "");
    throw bad_input("{}: expected a file {} (or {}.gz), got {}: give the folder with the four IDX files",
                    folder.string(), name, name, got);
  }
  return found;
}

bool has_idx_files(const std::filesystem::path& folder) {
  std::error_code code;
  const std::vector<std::string> names = names_in(folder, code);
  return std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return std::any_of(all_parts.begin(), all_parts.end(), [&](Part part) { return names_part(name, part); });
  });
}

}  // namespace tailor
