#include "tailor/data/sources/picture_list.h"

#include <algorithm>
#include <cctype>

#include "tailor/base/error.h"

namespace tailor {

std::string_view name_of(PicturePart part) {
  constexpr std::array<std::string_view, 3> names = {"training", "validation", "test"};
  return names[static_cast<std::size_t>(part)];
}

std::optional<PicturePart> picture_part_from_name(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (lower == "train" || lower == "training") return PicturePart::train;
  if (lower == "val" || lower == "valid" || lower == "validation") return PicturePart::validation;
  if (lower == "test" || lower == "testing") return PicturePart::test;
  return std::nullopt;
}

void check_picture_list(const PictureList& list, const std::string& location) {
  if (list.class_names.size() < 2)
    throw bad_input(
        "{}: expected pictures of at least two classes, got {}", location,
        list.class_names.empty() ? std::string("none") : fmt::format("'{}' alone", list.class_names.front()));
  if (list.class_names.size() > static_cast<std::size_t>(max_classes))
    throw bad_input("{}: expected at most {} classes, got {}", location, max_classes,
                    list.class_names.size());
  const bool divided = list.part(PicturePart::validation).empty();
  for (const PicturePart part : picture_parts) {
    const std::vector<PictureEntry>& pictures = list.part(part);
    if (pictures.empty() || part == PicturePart::test) continue;
    std::vector<std::size_t> counts(list.class_names.size(), 0);
    for (const PictureEntry& picture : pictures) ++counts[picture.label];
    const std::size_t least = part == PicturePart::train && divided ? 2 : 1;
    for (std::size_t c = 0; c < counts.size(); ++c)
      if (counts[c] < least)
        throw bad_input("{}: class '{}' has {} {} picture{}: expected at least {}{}", location,
                        list.class_names[c], counts[c] == 0 ? "no" : std::to_string(counts[c]), name_of(part),
                        counts[c] == 1 ? "" : "s", least,
                        least == 2 ? ", one to train on and one to validate on" : "");
  }
}

}  // namespace tailor
