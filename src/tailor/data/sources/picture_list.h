// Labelled pictures in files, before any is opened: what a folder of classes and a manifest come down to.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tailor/data/sources/class_limit.h"

namespace tailor {

enum class PicturePart { train, validation, test };
inline constexpr std::array<PicturePart, 3> picture_parts = {PicturePart::train, PicturePart::validation,
                                                             PicturePart::test};
std::string_view name_of(PicturePart part);
// "train", "training", "val", "valid", "validation", "test", "testing", in any case.
std::optional<PicturePart> picture_part_from_name(std::string_view name);

struct PictureEntry {
  std::string path;  // below the list's folder, or absolute
  std::uint16_t label = 0;
  std::uint32_t group = 0;  // where the list has groups
};

struct PictureList {
  std::filesystem::path folder;                    // that paths are relative to
  std::vector<std::string> class_names;            // by label, in natural order
  std::array<std::vector<PictureEntry>, 3> parts;  // by PicturePart
  bool has_groups = false;
  std::size_t other_files = 0;  // that are no pictures and were left alone

  const std::vector<PictureEntry>& part(PicturePart p) const { return parts[static_cast<std::size_t>(p)]; }
  std::vector<PictureEntry>& part(PicturePart p) { return parts[static_cast<std::size_t>(p)]; }
};

// Bad input unless there are 2 to max_classes classes, each with a training picture (two, where no validation
// part is given, as each part needs one).
void check_picture_list(const PictureList& list, const std::string& location);

}  // namespace tailor
