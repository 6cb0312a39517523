// What is done to pictures of any size before they are images of a data set: the same for training, for test images and
// for predictions, and recorded with all of these.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tailor/data/pictures/fit.h"

namespace tailor {

struct PictureOptions {
  std::optional<ImageSize> size = {};  // none: as they are, which must be all the same
  Fit fit = Fit::crop;
  int channels = 0;              // 1: grey, 3: colour, 0: grey if all pictures are
  bool skip_unreadable = false;  // go on without files that cannot be read

  bool operator==(const PictureOptions&) const = default;
};

// "64x48", width and height from 1 to 4096; "64" is a square. Anything else is a usage error that starts with `where`.
ImageSize image_size(const std::string& text, std::string_view where);
// "crop", "pad" or "stretch"; 1 or 3. Anything else is a usage error too.
Fit fit_from_name(const std::string& name, std::string_view where);
int checked_channels(int channels, std::string_view where);
std::string to_text(const ImageSize& size);

// As it is recorded in runs, studies and models: "size=64x48 fit=pad channels=3 skip_unreadable", only what differs from
// the defaults. Another text is bad input that starts with `where`.
std::string to_text(const PictureOptions& options);
// The same as options of our commands: "--size 64x48 --fit pad --channels 3 --skip-unreadable".
std::string to_command_options(const PictureOptions& options);
PictureOptions picture_options_from_text(const std::string& text, const std::string& where);

}  // namespace tailor
