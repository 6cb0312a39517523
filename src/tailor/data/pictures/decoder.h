// What the decoders of single formats share; decode_picture chooses among them. Private to this folder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tailor/base/error.h"
#include "tailor/data/pictures/picture.h"

namespace tailor {

struct PictureSource {
  std::string_view content;
  const std::string& name;  // of the file, for messages
  const Ground& ground;     // behind what is transparent
  std::string_view format;  // for messages
};

// Bad input unless there are 1 to max_picture_pixels pixels: to be called before memory for them is taken.
void check_size(const PictureSource& source, std::int64_t width, std::int64_t height);
// Bad input: the file is not what its format demands, with what was found instead.
[[nodiscard]] Error damaged(const PictureSource& source, std::string_view reason);
// Bad input: a sound file of a kind that is not read, and what to do.
[[nodiscard]] Error unsupported(const PictureSource& source, std::string_view kind);

Picture decode_png(const PictureSource& source);
Picture decode_jpeg(const PictureSource& source);
Picture decode_webp(const PictureSource& source);
Picture decode_tiff(const PictureSource& source);
Picture decode_bmp(const PictureSource& source);
Picture decode_gif(const PictureSource& source);
Picture decode_pnm(const PictureSource& source);

}  // namespace tailor
