#include "tailor/data/dataset.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <span>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/state_folder.h"
#include "tailor/base/text.h"
#include "tailor/data/array_dataset.h"
#include "tailor/data/arrays/archive.h"
#include "tailor/data/arrays/files.h"
#include "tailor/data/cached_dataset.h"
#include "tailor/data/cifar_dataset.h"
#include "tailor/data/download/published_sets.h"
#include "tailor/data/fitted_dataset.h"
#include "tailor/data/idx_dataset.h"
#include "tailor/data/idx_folder.h"
#include "tailor/data/known_sets.h"
#include "tailor/data/picture_dataset.h"
#include "tailor/data/sources/manifest.h"
#include "tailor/data/sources/picture_folder.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;

// Brought to what options ask for, and kept in the account's cache, if there is one, as both.
std::unique_ptr<Dataset> kept(std::unique_ptr<FileDataset> source, const PictureOptions& options,
                              const PixelRoom& room) {
  const std::vector<fs::path> files = source->files();
  std::unique_ptr<Dataset> dataset = std::move(source);
  const auto keep = [&](const std::string& done) {
    if (!room.folder.empty())
      dataset = cached(std::move(dataset), {files, done}, ImageCache(room.folder), room);
  };
  keep("");
  if (!asks_for_fitting(options)) return dataset;
  dataset = fitted(std::move(dataset), options, room);
  keep(to_text(options));
  return dataset;
}

// A kind of data set: whether this path is one, by its content, and how to open it.
struct DataSource {
  bool (*is)(const fs::path& path);
  std::unique_ptr<Dataset> (*open)(const fs::path& path, std::string reference, const DatasetOptions& options,
                                   const PixelRoom& room);
};

constexpr const char* kinds_of_data =
    "a folder of pictures with a folder for each class, a CSV file with the columns path and label, a folder with IDX "
    "files or .npy arrays, an .npz, or CIFAR as published";

std::unique_ptr<Dataset> open_idx(const fs::path& path, std::string reference, const DatasetOptions& options,
                                  const PixelRoom& room) {
  return kept(open_idx_dataset(path, std::move(reference), room), options.pictures, room);
}

// Tried in turn; the last one takes every folder that is left, and says what it misses there.
constexpr std::array sources = {
    DataSource{is_cifar_source,
               [](const fs::path& path, std::string reference, const DatasetOptions& options,
                  const PixelRoom& room) {
                 return kept(open_cifar_dataset(path, std::move(reference), room), options.pictures, room);
               }},
    DataSource{is_array_source,
               [](const fs::path& path, std::string reference, const DatasetOptions& options,
                  const PixelRoom& room) {
                 return kept(open_array_dataset(path, std::move(reference), room), options.pictures, room);
               }},
    DataSource{has_idx_files, open_idx},
    DataSource{
        [](const fs::path& path) { return kind_of_path(path) == PathKind::file && is_manifest(path); },
        [](const fs::path& path, std::string reference, const DatasetOptions& options, const PixelRoom&) {
          return make_picture_dataset(read_manifest(path), path.string(), std::move(reference), options);
        }},
    DataSource{
        is_picture_folder,
        [](const fs::path& path, std::string reference, const DatasetOptions& options, const PixelRoom&) {
          return make_picture_dataset(list_picture_folder(path), path.string(), std::move(reference),
                                      options);
        }},
    DataSource{[](const fs::path& path) { return kind_of_path(path) == PathKind::folder; }, open_idx},
};

std::unique_ptr<FileDataset> open_published(const PublishedSet& set, const DatasetOptions& options,
                                            const PixelRoom& room) {
  std::string otherwise;
  if (const KnownSet* packaged = find_known_set(set.name)) {
    const fs::path path = options.installed / packaged->folder;
    if (kind_of_path(path) == PathKind::folder) return open_idx_dataset(path, set.name, room);
    otherwise = fmt::format(", or install its package (apt-get install {})", packaged->package);
  }
  const fs::path folder = (options.fetched.empty() ? data_folder() : options.fetched) / published_folder(set);
  for (const PublishedFile& file : set.files)
    if (!is_there(folder / file.name))
      throw bad_input("{}: expected the data set {}, got no such file: get it by `tailor data get {}`{}",
                      (folder / file.name).string(), set.name, set.name, otherwise);
  if (set.files.size() > 1) return open_idx_dataset(folder, set.name, room, set.class_names);
  const fs::path file = folder / set.files.front().name;
  return is_cifar_source(file) ? open_cifar_dataset(file, set.name, room)
                               : open_array_dataset(file, set.name, room, set.class_names);
}

// Of a file that is none of these, for the message.
std::string what_it_is(const fs::path& file) {
  if (may_be_archive(file)) {
    std::vector<std::string> names = open_archive(file)->names();  // or what is wrong with it
    if (names.size() > 4) names.resize(4), names.emplace_back("…");
    return names.empty() ? "an archive without files" : "an archive of " + join(names, ", ");
  }
  constexpr std::size_t enough = 512;
  std::string begin(enough, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(begin.data(), static_cast<std::streamsize>(enough));
  begin.resize(static_cast<std::size_t>(stream.gcount()));
  if (begin.empty()) return "an empty file";
  if (const std::optional<PictureInfo> picture = recognize_picture(begin))
    return fmt::format("one {} picture: give the folder that has all", picture->format);
  if (begin.starts_with("\xff\xfe") || begin.starts_with("\xfe\xff"))
    return "a text in UTF-16: convert it to UTF-8 (iconv does)";
  constexpr std::size_t tar_magic = 257;
  if (begin.starts_with("\xfd"
                        "7zXZ") ||
      begin.starts_with("BZh") || begin.starts_with("7z\xbc\xaf") || begin.starts_with("Rar!") ||
      begin.starts_with("\x28\xb5\x2f\xfd") ||
      (begin.size() > tar_magic && begin.substr(tar_magic).starts_with("ustar")))
    return "an archive of another kind than .zip and .tar.gz: unpack it";
  constexpr std::size_t shown = 60;
  begin.resize(std::min({begin.size(), begin.find_first_of("\r\n"), shown}));
  for (int cut = 0; cut < 3 && !is_utf8(begin); ++cut) begin.pop_back();  // a letter may be cut
  const bool text =
      !begin.empty() && is_utf8(begin) &&
      std::none_of(begin.begin(), begin.end(), [](unsigned char c) { return c < ' ' && c != '\t'; });
  return text ? fmt::format("a text that begins with '{}'", begin) : "a file of another kind";
}

}  // namespace

std::unique_ptr<Dataset> open_dataset(const std::string& name_or_path, const DatasetOptions& options) {
  const PixelRoom room = account_pixel_room(options.progress);
  if (const std::optional<PublishedSet> set = find_published_set(name_or_path))
    return kept(open_published(*set, options, room), options.pictures, room);
  const fs::path path = name_or_path;
  std::string reference = utf8("data set", fs::absolute(path).lexically_normal().string());
  if (!is_there(path)) {
    const std::vector<std::string> names = published_set_names();
    throw usage_error(
        "there is no data set, folder or file '{}'{}: expected {}, or one of {}; tailor data get lists all names",
        name_or_path, did_you_mean(name_or_path, names), kinds_of_data,
        join(std::span(names).first(5), ", "));
  }
  std::error_code ignored;
  if (kind_of_path(path) == PathKind::file && !fs::is_regular_file(path, ignored))
    throw bad_input("{}: expected a folder or a file, got a pipe or a device", path.string());
  for (const DataSource& source : sources)
    if (source.is(path)) return source.open(path, std::move(reference), options, room);
  throw bad_input("{}: expected {}, got {}", path.string(), kinds_of_data, what_it_is(path));
}

}  // namespace tailor
