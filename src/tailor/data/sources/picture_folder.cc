#include "tailor/data/sources/picture_folder.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <map>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tailor/base/descriptor.h"
#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/natural_order.h"
#include "tailor/base/text.h"
#include "tailor/data/pictures/picture.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;

// What systems and programs leave behind beside pictures.
bool is_litter(std::string_view name) {
  constexpr std::array<std::string_view, 6> names = {"__MACOSX", "Thumbs.db",    "desktop.ini",
                                                     "@eaDir",   "$RECYCLE.BIN", "System Volume Information"};
  return name.front() == '.' || std::find(names.begin(), names.end(), name) != names.end();
}

constexpr std::string_view picture_endings[] = {"png", "jpg", "jpeg", "jpe", "jfif", "webp", "tif", "tiff",
                                                "bmp", "dib", "gif",  "pnm", "pbm",  "pgm",  "ppm", "pam"};
// What often lies beside pictures, in numbers: such files are not even opened.
constexpr std::string_view other_endings[] = {"txt",  "xml", "json", "csv", "tsv", "yaml", "yml", "md",
                                              "html", "npy", "npz",  "mat", "pkl", "zip",  "tar", "gz"};

template <std::size_t n>
bool has_ending(std::string_view name, const std::string_view (&endings)[n]) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return false;
  std::string ending(name.substr(dot + 1));
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return std::find(std::begin(endings), std::end(endings), ending) != std::end(endings);
}

bool is_picture_file(const fs::path& file) {
  const std::string name = file.filename().string();
  if (has_ending(name, picture_endings)) return true;
  if (has_ending(name, other_endings)) return false;
  const Descriptor opened(file, O_RDONLY | O_NONBLOCK);
  std::array<char, 32> begin{};
  const ssize_t n = opened.ok() ? ::pread(opened.get(), begin.data(), begin.size(), 0) : -1;
  return n > 0 && recognize_picture({begin.data(), static_cast<std::size_t>(n)}).has_value();
}

// Bytes that are not UTF-8 as \xE9, so that the message itself is text.
std::string escaped(const std::string& name) {
  if (is_utf8(name)) return name;
  std::string text;
  for (const char c : name)
    text += static_cast<unsigned char>(c) < 0x80 ? std::string(1, c)
                                                 : fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
  return text;
}

struct FolderContent {
  std::vector<std::string> folders, pictures;  // names, in natural order
  std::size_t others = 0;                      // files that are no pictures
};

// Identity of an open folder, to notice a link back to a parent.
using FolderId = std::pair<dev_t, ino_t>;

FolderContent read_folder_content(const fs::path& path) {
  DIR* const stream = ::opendir(path.c_str());
  if (!stream) throw bad_input("{}: cannot read the folder: {}", path.string(), std::strerror(errno));
  FolderContent content;
  while (const dirent* entry = ::readdir(stream)) {
    const std::string name = entry->d_name;
    if (is_litter(name)) continue;
    bool folder = entry->d_type == DT_DIR;
    if (entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN) {
      struct stat facts {};
      const bool found = ::fstatat(::dirfd(stream), entry->d_name, &facts, 0) == 0;
      folder = found && S_ISDIR(facts.st_mode);  // a link to nothing is met when the picture is read
      if (!found && errno == ELOOP) {
        ::closedir(stream);
        throw bad_input("{}: the link points in a circle: remove it", (path / name).string());
      }
    }
    if (folder)
      content.folders.push_back(name);
    else if (is_picture_file(path / name))
      content.pictures.push_back(name);
    else
      ++content.others;
  }
  ::closedir(stream);
  std::sort(content.folders.begin(), content.folders.end(), natural_less);
  std::sort(content.pictures.begin(), content.pictures.end(), natural_less);
  for (const auto* names : {&content.folders, &content.pictures})
    for (const std::string& name : *names)
      if (!is_utf8(name))
        throw bad_input(
            "{}: the name '{}' is not UTF-8: rename it (convmv -f latin1 -t utf8 does, if it is Latin-1)",
            escaped(path.string()), escaped(name));
  return content;
}

class FolderWalk {
 public:
  explicit FolderWalk(PictureList& list) : list_(list) {}

  // All pictures below `path`, `relative` to the list's folder.
  void collect(const fs::path& path, const std::string& relative, std::uint16_t label,
               std::vector<PictureEntry>& to) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0)
      throw bad_input("{}: cannot read the folder: {}", path.string(), std::strerror(errno));
    const FolderId id{facts.st_dev, facts.st_ino};
    if (std::find(above_.begin(), above_.end(), id) != above_.end())
      throw bad_input("{}: the link points in a circle, to a folder that holds it: remove it", path.string());
    above_.push_back(id);
    const FolderContent content = read_folder_content(path);
    list_.other_files += content.others;
    for (const std::string& name : content.pictures) to.push_back({relative + "/" + name, label, 0});
    for (const std::string& name : content.folders) collect(path / name, relative + "/" + name, label, to);
    above_.pop_back();
  }

 private:
  PictureList& list_;
  std::vector<FolderId> above_;
};

// A part's class folders, by name.
struct PartFolder {
  PicturePart part;
  std::string relative;  // "" or "train/"
  FolderContent content;
};

// train/, val/ … if these hold class folders; otherwise the folder itself, whose classes may well be called
// "train" and "plane".
std::vector<PartFolder> find_parts(const fs::path& folder, FolderContent content) {
  std::vector<PartFolder> parts;
  std::vector<std::string> classes;
  for (const std::string& name : content.folders) {
    const std::optional<PicturePart> part = picture_part_from_name(name);
    FolderContent inside = part ? read_folder_content(folder / name) : FolderContent();
    if (part && !inside.folders.empty() && inside.pictures.empty()) {
      const auto same =
          std::find_if(parts.begin(), parts.end(), [&](const PartFolder& p) { return p.part == *part; });
      if (same != parts.end())
        throw bad_input("{}: expected one folder of {} pictures, got {} and {}", folder.string(),
                        name_of(*part), same->relative, name + "/");
      parts.push_back({*part, name + "/", std::move(inside)});
    } else {
      classes.push_back(name);
    }
  }
  const bool divided = std::any_of(parts.begin(), parts.end(),
                                   [](const PartFolder& p) { return p.part == PicturePart::train; });
  if (!divided) return {{PicturePart::train, "", std::move(content)}};
  if (!classes.empty())
    throw bad_input(
        "{}: expected class folders below train/ (and validation/, test/) alone, got the folder {} beside them",
        folder.string(), classes.front());
  return parts;
}

// CLASS/train and CLASS/test would be mixed into one part.
void refuse_parts_in_class(const fs::path& folder, const std::string& name, bool alone) {
  std::vector<std::string> found;
  for (const std::string& inner : read_folder_content(folder / name).folders)
    if (picture_part_from_name(inner)) found.push_back(inner);
  if (found.size() < 2) return;
  if (alone)
    throw bad_input("{}: {}/ holds {}/ and {}/: give that folder, {}", folder.string(), name, found[0],
                    found[1], (folder / name).string());
  throw bad_input(
      "{}: {}/ holds {}/ and {}/: expected parts above the classes, as {}/{} and {}/{}, or one folder of pictures "
      "for each class",
      folder.string(), name, found[0], found[1], found[0], name, found[1], name);
}

// Ends at the first picture; at a depth where nobody keeps pictures, or a link points in a circle, too.
bool has_picture_below(const fs::path& folder, int depth) {
  constexpr int deepest = 16;
  std::vector<fs::path> folders;
  std::error_code code;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, code)) {
    const std::string name = entry.path().filename().string();
    if (is_litter(name)) continue;
    if (entry.is_directory(code))
      folders.push_back(entry.path());
    else if (is_picture_file(entry.path()))
      return true;
  }
  return depth < deepest && std::any_of(folders.begin(), folders.end(), [&](const fs::path& each) {
           return has_picture_below(each, depth + 1);
         });
}

}  // namespace

bool is_picture_folder(const fs::path& path) {
  return kind_of_path(path) == PathKind::folder && has_picture_below(path, 0);
}

PictureList list_picture_folder(const fs::path& folder) {
  PictureList list;
  list.folder = fs::absolute(folder).lexically_normal();
  FolderContent top = read_folder_content(folder);
  list.other_files = top.others;
  const std::vector<PartFolder> parts = find_parts(folder, std::move(top));
  for (const PartFolder& part : parts)
    if (part.part == PicturePart::train) list.class_names = part.content.folders;

  FolderWalk walk(list);
  for (const PartFolder& part : parts) {
    if (!part.content.pictures.empty())
      throw bad_input(
          "{}: {} lies beside the class folders: expected each picture in the folder of its class",
          folder.string(), part.relative + part.content.pictures.front());
    for (const std::string& name : part.content.folders) {
      const auto at = std::find(list.class_names.begin(), list.class_names.end(), name);
      if (at == list.class_names.end())
        throw bad_input("{}: the {} pictures have the class '{}', which has no training pictures",
                        folder.string(), name_of(part.part), name);
      refuse_parts_in_class(folder, part.relative + name, part.content.folders.size() == 1);
      walk.collect(folder / (part.relative + name), part.relative + name,
                   static_cast<std::uint16_t>(at - list.class_names.begin()), list.part(part.part));
    }
  }
  check_picture_list(list, folder.string());
  return list;
}

}  // namespace tailor
