#include "tailor/data/decode_pictures.h"

#include <algorithm>
#include <atomic>

#include "tailor/base/error.h"
#include "tailor/base/hash.h"
#include "tailor/base/mapped_file.h"
#include "tailor/base/mutex.h"
#include "tailor/base/processors.h"
#include "tailor/base/text.h"
#include "tailor/base/threads.h"
#include "tailor/data/each_image.h"
#include "tailor/data/pictures/fit.h"
#include "tailor/data/pictures/picture.h"

namespace tailor {
namespace {

// Another number makes all packs anew: to be raised when decoding or fitting changes a pixel.
constexpr int decoder_version = 1;

// What is done to pictures, for the names of packs.
std::string options_text(const PictureOptions& o) {
  return fmt::format("{} {} {} {} {}", decoder_version, o.size ? to_text(*o.size) : "own", name_of(o.fit),
                     o.channels, o.skip_unreadable);
}

class Decoding {
 public:
  Decoding(const PictureList& list, std::span<const PicturePart> parts, const PictureOptions& options,
           const DecodingProgress& progress)
      : list_(list),
        trains_(parts.front() == PicturePart::train),
        options_(options),
        progress_(progress),
        workers_(available_processors()) {
    for (const PicturePart part : parts) {
      if (part == PicturePart::validation && !list.part(part).empty()) validation_begin_ = entries_.size();
      for (const PictureEntry& entry : list.part(part)) entries_.push_back(&entry);
    }
  }

  // By names, sizes, times of change and labels: no file is opened.
  std::string signature() const {
    Sha256 hash;
    hash.add(options_text(options_)).add(list_.folder.string());
    for (const PictureEntry* entry : entries_) {
      hash.add(
          fmt::format("\n{} {} {} {}", entry->path, file_stamp(path_of(*entry)), entry->label, entry->group));
    }
    hash.add(validation_begin_ ? std::to_string(*validation_begin_) : "none");
    return hash.hex();
  }

  // Reads every file for its hash. Bad input if one cannot be read and none is to be skipped.
  void hash_contents() {
    hashes_.resize(entries_.size());
    problems_.resize(entries_.size());
    for_each("reading", [&](std::size_t i) {
      try {
        const MappedFile file(path_of(*entries_[i]));  // no pipe, and of any size
        hashes_[i] = Sha256().add(file.bytes().data(), file.bytes().size()).hex();
      } catch (const Error& error) {
        problems_[i] = error.what();
      }
    });
    refuse_problems();
  }

  // Of all that was read, and what is done to it.
  std::string key() const {
    Sha256 hash;
    hash.add(options_text(options_)).add("\n").add(content_hash(all_readable()));
    hash.add(validation_begin_ ? std::to_string(*validation_begin_) : "none");
    for (const PictureEntry* entry : entries_) hash.add(std::to_string(entry->group));
    return hash.hex();
  }

  void decode_to(const std::filesystem::path& pack) {
    const Shape shape = find_shape();
    ImagePackWriter writer(pack, entries_.size(), shape.size());
    std::atomic<bool> colour = false;
    for_each("decoding", [&](std::size_t i) {
      if (!problems_[i].empty()) return;
      try {
        const Picture picture = decoded(i);
        if (!options_.size && (picture.shape.height != shape.height || picture.shape.width != shape.width)) {
          const MutexLock lock(mutex_);
          if (i < other_size_.index) other_size_ = {i, picture.shape};
          return;
        }
        if (picture.shape.channels > 1) colour = true;
        writer.put(i, fit_picture(picture, shape, options_.fit, black_ground).pixels);
      } catch (const Error& error) {
        if (error.code() == ExitCode::failed) throw;  // the disk is full, not the picture bad
        problems_[i] = error.what();
      }
    });
    refuse_sizes(shape);
    refuse_problems();
    const std::vector<std::size_t> kept = all_readable();
    check_classes(kept);
    const bool grey = options_.channels == 0 && !colour;
    writer.keep(kept, grey);

    ImageSet images;
    images.shape = {shape.height, shape.width, grey ? 1 : shape.channels};
    images.content_hash = content_hash(kept);
    for (const std::size_t i : kept) {
      images.labels.push_back(entries_[i]->label);
      if (list_.has_groups) images.groups.push_back(entries_[i]->group);
    }
    if (validation_begin_)
      images.validation_begin = static_cast<std::size_t>(
          std::lower_bound(kept.begin(), kept.end(), *validation_begin_) - kept.begin());
    ImagePackNotes notes{list_.folder.string(), {}};
    for (std::size_t i = 0; i < entries_.size(); ++i)
      if (!problems_[i].empty()) notes.unreadable.push_back(entries_[i]->path);
    writer.finish(images, notes);
  }

 private:
  std::filesystem::path path_of(const PictureEntry& entry) const { return list_.folder / entry.path; }
  Picture decoded(std::size_t i) const { return read_picture(path_of(*entries_[i])); }

  // What options name, else what the first readable picture has; colours until all are known to be grey.
  Shape find_shape() {
    constexpr int colours = 3;
    const int channels = options_.channels > 0 ? options_.channels : colours;
    if (options_.size) return {options_.size->height, options_.size->width, channels};
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (!problems_[i].empty()) continue;
      try {
        const Picture first = decoded(i);
        first_ = i;
        return {first.shape.height, first.shape.width, channels};
      } catch (const Error& error) {
        problems_[i] = error.what();
      }
    }
    refuse_problems();  // as none can be read
    return {};
  }

  void refuse_sizes(const Shape& shape) const {
    if (other_size_.index == none) return;
    throw bad_input(
        "{}: the pictures are of different sizes: {} has {}x{} (width x height), {} has {}x{}: give the size that all "
        "are brought to, --size WIDTHxHEIGHT, as the network takes it",
        list_.folder.string(), entries_[first_]->path, shape.width, shape.height,
        entries_[other_size_.index]->path, other_size_.shape.width, other_size_.shape.height);
  }

  void refuse_problems() const {
    std::vector<std::string> first;
    std::size_t count = 0;
    constexpr std::size_t shown = 5;
    for (const std::string& problem : problems_)
      if (!problem.empty() && ++count <= shown) first.push_back(problem);
    if (count == entries_.size())
      throw bad_input("{}: none of {} pictures can be read; the first: {}", list_.folder.string(),
                      with_thousands(static_cast<long long>(entries_.size())),
                      first.empty() ? "" : first.front());
    if (count == 0 || options_.skip_unreadable) return;
    throw bad_input(
        "{}: {} of {} pictures cannot be read; mend or remove them, or go on without them by "
        "--skip-unreadable:\n  {}{}",
        list_.folder.string(), count, with_thousands(static_cast<long long>(entries_.size())),
        join(first, "\n  "), count > shown ? "\n  …" : "");
  }

  // Classes may have lost all pictures that could be read.
  void check_classes(const std::vector<std::size_t>& kept) const {
    if (!trains_ || kept.size() == entries_.size()) return;
    PictureList left;
    left.class_names = list_.class_names;
    for (const std::size_t i : kept)
      left.part(validation_begin_ && i >= *validation_begin_ ? PicturePart::validation : PicturePart::train)
          .push_back(*entries_[i]);
    check_picture_list(left, list_.folder.string() + " without the pictures that cannot be read");
  }

  std::vector<std::size_t> all_readable() const {
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < entries_.size(); ++i)
      if (problems_[i].empty()) kept.push_back(i);
    return kept;
  }

  std::string content_hash(const std::vector<std::size_t>& kept) const {
    Sha256 hash;
    for (const std::size_t i : kept) hash.add(hashes_[i]).add(fmt::format(" {}\n", entries_[i]->label));
    return hash.hex();
  }

  template <class Task>
  void for_each(std::string_view what, Task&& task) {
    for_each_image(workers_, entries_.size(), what, progress_, task);
  }

  static constexpr std::size_t none = ~std::size_t{0};
  struct OtherSize {
    std::size_t index = none;
    Shape shape;
  };

  const PictureList& list_;
  const bool trains_;  // whether they are the training pictures
  const PictureOptions& options_;
  const DecodingProgress& progress_;
  Workers workers_;
  std::vector<const PictureEntry*> entries_;
  std::optional<std::size_t> validation_begin_;
  std::vector<std::string> hashes_, problems_;  // by entry; a problem is empty where there is none
  std::size_t first_ = 0;                       // whose size all must have
  Mutex mutex_;
  OtherSize other_size_;
};

}  // namespace

ImagePack decode_pictures(const PictureList& list, std::span<const PicturePart> parts,
                          const PictureOptions& options, const ImageCache& cache,
                          const DecodingProgress& progress) {
  Decoding decoding(list, parts, options, progress);
  const std::string signature = decoding.signature();
  const ImageCache::Making making{
      .key =
          [&] {
            decoding.hash_contents();
            return decoding.key();
          },
      .make = [&](const std::filesystem::path& pack) { decoding.decode_to(pack); },
      .waiting =
          [&] {
            if (progress) progress("waiting for another process that decodes them", 0, 0);
          }};
  return cache.find_or_make(signature, making).value();
}

}  // namespace tailor
