// The formats of pictures: how each is recognised by its first bytes, and who decodes it.
#include <array>
#include <string>
#include <string_view>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/data/pictures/decoder.h"
#include "tailor/data/pictures/picture.h"

namespace tailor {
namespace {

struct PictureFormat {
  std::string_view name;
  bool (*begins)(std::string_view);
  Picture (*decode)(const PictureSource&);
};

constexpr std::array<PictureFormat, 7> picture_formats_table = {{
    {"PNG", [](std::string_view s) { return s.starts_with("\x89PNG\r\n\x1a\n"); }, decode_png},
    {"JPEG", [](std::string_view s) { return s.starts_with("\xff\xd8\xff"); }, decode_jpeg},
    {"WebP",
     [](std::string_view s) { return s.starts_with("RIFF") && s.size() >= 12 && s.substr(8, 4) == "WEBP"; },
     decode_webp},
    {"TIFF",
     [](std::string_view s) {
       s = s.substr(0, 4);
       using namespace std::string_view_literals;
       return s == "II*\0"sv || s == "MM\0*"sv || s == "II+\0"sv || s == "MM\0+"sv;
     },
     decode_tiff},
    // Two letters are little: the size of the second header, at most 124 bytes, is looked at too.
    {"BMP",
     [](std::string_view s) {
       return s.starts_with("BM") && s.size() >= 18 && s[14] >= 12 && s[14] <= 124 &&
              s.substr(15, 3) == std::string_view("\0\0\0", 3);
     },
     decode_bmp},
    {"GIF", [](std::string_view s) { return s.starts_with("GIF87a") || s.starts_with("GIF89a"); },
     decode_gif},
    {"PNM",
     [](std::string_view s) {
       return s.size() >= 3 && s[0] == 'P' && s[1] >= '1' && s[1] <= '6' &&
              std::string_view(" \t\r\n\v\f#").find(s[2]) != std::string_view::npos;
     },
     decode_pnm},
}};

const PictureFormat* format_of(std::string_view content) {
  for (const PictureFormat& format : picture_formats_table)
    if (format.begins(content)) return &format;
  return nullptr;
}

// What people take for a picture, too: where it stands in the file, and its name.
struct OtherKind {
  std::size_t at;
  std::string_view begins, name;
};
constexpr OtherKind other_kinds[] = {
    {4, "ftypheic", "a HEIC picture"},
    {4, "ftypheix", "a HEIC picture"},
    {4, "ftypmif1", "a HEIF picture"},
    {4, "ftypavif", "an AVIF picture"},
    {4, "ftyp", "a video"},
    {4, "jP  ", "a JPEG 2000 picture"},
    {0, "\xff\x4f\xff\x51", "a JPEG 2000 picture"},
    {4, "JXL ", "a JPEG XL picture"},
    {0, "\xff\x0a", "a JPEG XL picture"},
    {0, "8BPS", "a Photoshop file"},
    {0, "P7", "a PAM picture"},
    {0, "PF", "a PFM picture"},
    {0, "Pf", "a PFM picture"},
    {0, "\x76\x2f\x31\x01", "an OpenEXR picture"},
    {0, "%PDF", "a PDF document"},
    {0, "%!PS", "a PostScript document"},
    {0, "<", "a text of markup (SVG, HTML?)"},
    {128, "DICM", "a DICOM file"},
    {0, "PK\3\4", "a ZIP archive"},
    {0, "\x1f\x8b", "a gzip file"},
};

std::string kind_of(std::string_view content) {
  if (content.empty()) return "an empty file";
  for (const OtherKind& kind : other_kinds)
    if (content.size() > kind.at && content.substr(kind.at).starts_with(kind.begins))
      return std::string(kind.name);
  return "another kind of file";
}

}  // namespace

void check_size(const PictureSource& source, std::int64_t width, std::int64_t height) {
  if (width < 1 || height < 1)
    throw damaged(source, fmt::format("a picture of {} x {} pixels", width, height));
  if (width > max_picture_pixels / height)
    throw bad_input(
        "{}: expected a picture of at most {} million pixels, got a {} of {} x {}: make it smaller",
        source.name, max_picture_pixels / 1'000'000, source.format, width, height);
}

Error damaged(const PictureSource& source, std::string_view reason) {
  return bad_input("{}: expected a whole {} picture, got \"{}\": the file is damaged or truncated",
                   source.name, source.format, reason);
}

Error unsupported(const PictureSource& source, std::string_view kind) {
  return bad_input("{}: expected a usual {} picture, got one with {}: convert it to PNG", source.name,
                   source.format, kind);
}

std::optional<PictureInfo> recognize_picture(std::string_view first_bytes) {
  const PictureFormat* const format = format_of(first_bytes);
  if (format == nullptr) return std::nullopt;
  return PictureInfo{format->name};
}

std::string picture_formats() {
  std::string text;
  for (const PictureFormat& format : picture_formats_table) {
    if (!text.empty()) text += &format == &picture_formats_table.back() ? " or " : ", ";
    text += format.name;
  }
  return text;
}

Picture decode_picture(std::string_view content, const std::string& name, const Ground& ground) {
  const PictureFormat* const format = format_of(content);
  if (format == nullptr)
    throw bad_input("{}: byte 0: expected a {} picture, got {}", name, picture_formats(), kind_of(content));
  return format->decode({content, name, ground, format->name});
}

Picture read_picture(const std::filesystem::path& file, const Ground& ground) {
  return decode_picture(read_file(file), file.string(), ground);
}

}  // namespace tailor
