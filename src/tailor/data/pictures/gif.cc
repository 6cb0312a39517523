// GIF through giflib: the first frame on the canvas, read frame by frame so that a long animation costs nothing.
#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include <gif_lib.h>

#include "tailor/data/pictures/decoder.h"
#include "tailor/data/pictures/samples.h"

namespace tailor {
namespace {

struct GifInput {
  std::string_view left;
  bool ended = false;  // more was asked for than there is
};

int give_gif(GifFileType* gif, GifByteType* to, int n) {
  auto& input = *static_cast<GifInput*>(gif->UserData);
  const std::size_t given = std::min(input.left.size(), static_cast<std::size_t>(std::max(0, n)));
  input.ended = input.ended || given < static_cast<std::size_t>(n);
  if (given > 0) std::memcpy(to, input.left.data(), given);
  input.left.remove_prefix(given);
  return static_cast<int>(given);
}

struct GifClose {
  void operator()(GifFileType* gif) const { DGifCloseFile(gif, nullptr); }
};

class GifReading {
 public:
  explicit GifReading(const PictureSource& source) : source_(source), input_{source.content} {
    int error = 0;
    gif_.reset(DGifOpen(&input_, give_gif, &error));
    if (!gif_) fail(error);
  }

  GifFileType& gif() { return *gif_; }
  void check(int status) {
    if (status == GIF_ERROR) fail(gif_->Error);
  }

  // Up to the description of the first frame; the number of the transparent colour, or -1.
  int find_frame() {
    int transparent = -1;
    for (;;) {
      GifRecordType type = UNDEFINED_RECORD_TYPE;
      check(DGifGetRecordType(gif_.get(), &type));
      if (type == IMAGE_DESC_RECORD_TYPE) {
        check(DGifGetImageDesc(gif_.get()));
        return transparent;
      }
      if (type == TERMINATE_RECORD_TYPE) throw damaged(source_, "no frame");
      if (type == EXTENSION_RECORD_TYPE) read_extension(transparent);
    }
  }

 private:
  void read_extension(int& transparent) {
    int code = 0;
    GifByteType* block = nullptr;  // its length, then its bytes
    check(DGifGetExtension(gif_.get(), &code, &block));
    GraphicsControlBlock control = {};
    if (code == GRAPHICS_EXT_FUNC_CODE && block != nullptr &&
        DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
      transparent = control.TransparentColor;
    while (block != nullptr) check(DGifGetExtensionNext(gif_.get(), &block));
  }

  [[noreturn]] void fail(int error) const {
    const char* const text = GifErrorString(error);
    throw damaged(source_, input_.ended      ? "the end of the file before the last pixel"
                           : text != nullptr ? text
                                             : "something unknown");
  }

  const PictureSource& source_;
  GifInput input_;
  std::unique_ptr<GifFileType, GifClose> gif_;
};

// A file without colours holds grey values.
Palette palette_of(const ColorMapObject* map, int transparent) {
  Palette palette;
  for (int i = 0; i < (map == nullptr ? 256 : map->ColorCount); ++i) {
    const auto grey = static_cast<std::uint8_t>(i);
    const GifColorType colour = map == nullptr ? GifColorType{grey, grey, grey} : map->Colors[i];
    palette.push_back(
        {colour.Red, colour.Green, colour.Blue, i == transparent ? std::uint8_t{0} : std::uint8_t{255}});
  }
  return palette;
}

}  // namespace

Picture decode_gif(const PictureSource& source) {
  GifReading reading(source);
  const int transparent = reading.find_frame();
  GifFileType& gif = reading.gif();
  const GifImageDesc& frame = gif.Image;
  if (frame.Width < 1 || frame.Height < 1)
    throw damaged(source, fmt::format("a frame of {} x {} pixels", frame.Width, frame.Height));
  // A frame beyond the screen widens it, as other readers do.
  const int width = std::max(gif.SWidth, frame.Left + frame.Width),
            height = std::max(gif.SHeight, frame.Top + frame.Height);
  check_size(source, width, height);
  const ColorMapObject* const map = frame.ColorMap != nullptr ? frame.ColorMap : gif.SColorMap;
  const Palette palette = palette_of(map, transparent);

  // What the frame does not cover is transparent, or of the first colour where none is.
  std::vector<std::uint8_t> indices(static_cast<std::size_t>(width) * static_cast<std::size_t>(height),
                                    static_cast<std::uint8_t>(std::max(0, transparent)));
  const auto read_line = [&](int y) {
    std::uint8_t* const line = indices.data() +
                               static_cast<std::size_t>(frame.Top + y) * static_cast<std::size_t>(width) +
                               frame.Left;
    reading.check(DGifGetLine(&gif, line, frame.Width));
  };
  if (frame.Interlace) {
    constexpr int starts[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
    for (int pass = 0; pass < 4; ++pass)
      for (int y = starts[pass]; y < frame.Height; y += steps[pass]) read_line(y);
  } else {
    for (int y = 0; y < frame.Height; ++y) read_line(y);
  }
  return from_palette(std::move(indices), height, width, palette, source.ground);
}

}  // namespace tailor
