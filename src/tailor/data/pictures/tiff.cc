// TIFF through libtiff. Grey, palettes, colour and CMYK of 1 to 16 bits are taken from its samples, so that they
// become what they become in other formats; YCbCr and CIE Lab through its own conversion to red, green and blue.
#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <span>
#include <utility>

#include <tiffio.h>

#include "tailor/data/pictures/decoder.h"
#include "tailor/data/pictures/orientation.h"
#include "tailor/data/pictures/samples.h"

namespace tailor {
namespace {

// The first error that libtiff tells while a thread decodes. The library has one handler for the whole process,
// which otherwise prints: other users of it in the process keep theirs.
thread_local std::string* tiff_error = nullptr;
TIFFErrorHandler other_tiff_errors = nullptr, other_tiff_warnings = nullptr;

void hear_tiff_error(const char* module, const char* text, va_list arguments) {
  if (tiff_error == nullptr) {
    if (other_tiff_errors != nullptr) other_tiff_errors(module, text, arguments);
  } else if (tiff_error->empty()) {
    char line[200];
    std::vsnprintf(line, sizeof line, text, arguments);
    *tiff_error = line;
    while (!tiff_error->empty() && tiff_error->back() == '.') tiff_error->pop_back();
  }
}

void hear_tiff_warning(const char* module, const char* text, va_list arguments) {
  if (tiff_error == nullptr && other_tiff_warnings != nullptr) other_tiff_warnings(module, text, arguments);
}

void hear_libtiff() {
  [[maybe_unused]] static const bool once = [] {
    other_tiff_errors = TIFFSetErrorHandler(hear_tiff_error);
    other_tiff_warnings = TIFFSetWarningHandler(hear_tiff_warning);
    return true;
  }();
}

struct TiffInput {
  std::string_view content;
  toff_t at = 0;
  bool ended = false;  // more was asked for than there is
};

tmsize_t read_tiff(thandle_t handle, void* to, tmsize_t n) {
  auto& input = *static_cast<TiffInput*>(handle);
  const std::size_t wanted = n > 0 ? static_cast<std::size_t>(n) : 0;
  const std::string_view left =
      input.content.substr(std::min<std::size_t>(input.content.size(), static_cast<std::size_t>(input.at)));
  const std::size_t given = std::min(left.size(), wanted);
  input.ended = input.ended || given < wanted;
  if (given > 0) std::memcpy(to, left.data(), given);
  input.at += given;
  return static_cast<tmsize_t>(given);
}
tmsize_t write_tiff(thandle_t, void*, tmsize_t) { return 0; }
toff_t seek_tiff(thandle_t handle, toff_t to, int from) {
  auto& input = *static_cast<TiffInput*>(handle);
  if (from == SEEK_CUR) to += input.at;
  if (from == SEEK_END) to += input.content.size();
  return input.at = to;
}
int close_tiff(thandle_t) { return 0; }
toff_t size_of_tiff(thandle_t handle) { return static_cast<TiffInput*>(handle)->content.size(); }

class TiffReading {
 public:
  explicit TiffReading(const PictureSource& source) : source_(source), input_{source.content} {
    hear_libtiff();
    tiff_error = &error_;
    file_.reset(TIFFClientOpen("tiff", "rm", &input_, read_tiff, write_tiff, seek_tiff, close_tiff,
                               size_of_tiff, nullptr, nullptr));  // m: not mapped
    if (!file_) fail("a header that cannot be read");
    TIFFGetField(tif(), TIFFTAG_IMAGEWIDTH, &width_);
    TIFFGetField(tif(), TIFFTAG_IMAGELENGTH, &height_);
    check_size(source, width_, height_);
    TIFFGetFieldDefaulted(tif(), TIFFTAG_BITSPERSAMPLE, &bits_);
    TIFFGetFieldDefaulted(tif(), TIFFTAG_SAMPLESPERPIXEL, &samples_);
    TIFFGetFieldDefaulted(tif(), TIFFTAG_PLANARCONFIG, &planar_);
    TIFFGetFieldDefaulted(tif(), TIFFTAG_SAMPLEFORMAT, &format_);
    TIFFGetFieldDefaulted(tif(), TIFFTAG_COMPRESSION, &compression_);
    TIFFGetFieldDefaulted(tif(), TIFFTAG_ORIENTATION, &orientation_);
    if (TIFFGetField(tif(), TIFFTAG_PHOTOMETRIC, &photometric_) == 0)
      photometric_ = samples_ >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
  }
  ~TiffReading() {
    file_.reset();
    tiff_error = nullptr;
  }
  TiffReading(const TiffReading&) = delete;
  TiffReading& operator=(const TiffReading&) = delete;

  Picture decode() {
    if (TIFFIsCODECConfigured(compression_) == 0)
      throw unsupported(source_, fmt::format("compression {}", compression_));
    if (photometric_ == PHOTOMETRIC_YCBCR && compression_ == COMPRESSION_JPEG &&
        planar_ == PLANARCONFIG_CONTIG && bits_ == 8) {
      TIFFSetField(tif(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
      photometric_ = PHOTOMETRIC_RGB;
    }
    check_layout();
    return upright(
        photometric_ == PHOTOMETRIC_YCBCR || photometric_ == PHOTOMETRIC_CIELAB ? convert() : interpret(),
        orientation_);
  }

 private:
  TIFF* tif() const { return file_.get(); }

  [[noreturn]] void fail(std::string_view otherwise) const {
    if (input_.ended)
      throw damaged(source_, file_ ? "the end of the file before the last pixel"
                                   : "the end of the file within its directory");
    throw damaged(source_, error_.empty() ? otherwise : std::string_view(error_));
  }
  void check_read(bool done) const {
    if (!done || !error_.empty()) fail("pixels that cannot be read");
  }

  // What is read, and how much memory and work it is to read it: tiles may be far larger than the picture.
  void check_layout() {
    const bool integers = format_ == SAMPLEFORMAT_UINT || format_ == SAMPLEFORMAT_VOID;
    if (!integers || bits_ < 1 || bits_ > 16)
      throw unsupported(source_, fmt::format("{} samples of {} bits",
                                             format_ == SAMPLEFORMAT_IEEEFP ? "floating-point"
                                             : integers                     ? "integer"
                                                                            : "signed or complex",
                                             bits_));
    if (samples_ < 1 || samples_ > most_samples)
      throw unsupported(source_, fmt::format("{} samples", samples_));
    if (TIFFIsTiled(tif()) == 0) return;
    TIFFGetField(tif(), TIFFTAG_TILEWIDTH, &tile_width_);
    TIFFGetField(tif(), TIFFTAG_TILELENGTH, &tile_height_);
    const std::uint64_t across =
                            tile_width_ == 0 ? 0 : (width_ + tile_width_ - std::uint64_t{1}) / tile_width_,
                        down = tile_height_ == 0 ? 0
                                                 : (height_ + tile_height_ - std::uint64_t{1}) / tile_height_;
    constexpr std::uint64_t most = 2 * max_picture_pixels;
    if (across == 0 || down == 0 || across * tile_width_ > most / down / tile_height_)
      throw damaged(source_, fmt::format("tiles of {} x {} pixels", tile_width_, tile_height_));
  }

  // Channels that are kept of each pixel, without alpha; 1 for a palette's numbers.
  unsigned colours() const {
    switch (photometric_) {
      case PHOTOMETRIC_MINISBLACK:
      case PHOTOMETRIC_MINISWHITE:
      case PHOTOMETRIC_PALETTE:
        return 1;
      case PHOTOMETRIC_RGB:
        return 3;
      case PHOTOMETRIC_SEPARATED:
        return 4;
      default:
        throw unsupported(source_, fmt::format("photometric interpretation {}", photometric_));
    }
  }

  Picture interpret() {
    const unsigned kept = colours();
    if (samples_ < kept)
      throw damaged(source_, fmt::format("{} samples where {} are needed", samples_, kept));
    const int height = static_cast<int>(height_), width = static_cast<int>(width_);
    if (photometric_ == PHOTOMETRIC_PALETTE) {
      if (bits_ > 8) throw unsupported(source_, fmt::format("a palette and {} bits", bits_));
      return from_palette(read_samples({0}), height, width, palette(), source_.ground);
    }
    if (photometric_ == PHOTOMETRIC_SEPARATED) return from_cmyk(read_samples({0, 1, 2, 3}), height, width);

    std::vector<unsigned> channels;
    for (unsigned c = 0; c < kept; ++c) channels.push_back(c);
    std::uint16_t extras = 0;
    std::uint16_t* kinds = nullptr;
    TIFFGetFieldDefaulted(tif(), TIFFTAG_EXTRASAMPLES, &extras, &kinds);
    Alpha alpha = Alpha::straight;
    for (unsigned i = 0; i < extras && channels.size() == kept && kept + i < samples_; ++i) {
      if (kinds[i] == EXTRASAMPLE_UNSPECIFIED) continue;
      channels.push_back(kept + i);
      if (kinds[i] == EXTRASAMPLE_ASSOCALPHA) alpha = Alpha::premultiplied;
    }
    std::vector<std::uint8_t> samples = read_samples(channels);
    if (photometric_ == PHOTOMETRIC_MINISWHITE)
      for (std::size_t i = 0; i < samples.size(); i += channels.size())
        samples[i] = static_cast<std::uint8_t>(255 - samples[i]);
    return flatten(std::move(samples), height, width, static_cast<int>(channels.size()), source_.ground,
                   alpha);
  }

  Palette palette() const {
    std::uint16_t *red = nullptr, *green = nullptr, *blue = nullptr;
    if (TIFFGetField(tif(), TIFFTAG_COLORMAP, &red, &green, &blue) == 0) throw damaged(source_, "no palette");
    // The upper byte is right whether the writer multiplied by 256 or by 257. Some old ones did not multiply.
    const std::size_t count = std::size_t{1} << bits_;
    std::uint16_t largest = 0;
    for (const std::uint16_t* channel : {red, green, blue})
      largest = std::max(largest, *std::max_element(channel, channel + count));
    const int shift = largest < 256 ? 0 : 8;
    const auto byte = [&](std::uint16_t value) { return static_cast<std::uint8_t>(value >> shift); };
    Palette colours;
    for (std::size_t i = 0; i < count; ++i)
      colours.push_back({byte(red[i]), byte(green[i]), byte(blue[i]), 255});
    return colours;
  }

  // These channels of each pixel as 8 bit, [height][width][channels]; a palette's numbers as they are.
  std::vector<std::uint8_t> read_samples(const std::vector<unsigned>& channels) {
    std::vector<std::uint8_t> result(static_cast<std::size_t>(width_) * height_ * channels.size());
    const bool tiled = TIFFIsTiled(tif()) != 0, apart = planar_ == PLANARCONFIG_SEPARATE && samples_ > 1;
    const tmsize_t size = tiled ? TIFFTileSize(tif()) : TIFFScanlineSize(tif());
    const tmsize_t row = tiled ? TIFFTileRowSize(tif()) : size;
    const std::size_t across = tiled ? tile_width_ : width_, down = tiled ? tile_height_ : 1;
    const std::size_t row_bits = across * bits_ * (apart ? 1u : samples_);
    if (size <= 0 || static_cast<std::uint64_t>(size) > most_bytes ||
        static_cast<std::size_t>(row) * 8 < row_bits)
      fail("rows of another length");
    std::vector<std::uint8_t> block(static_cast<std::size_t>(size));
    for (std::size_t pass = 0; pass < (apart ? channels.size() : 1); ++pass)
      for (std::size_t top = 0; top < height_; top += down)
        for (std::size_t left = 0; left < width_; left += across) {
          const auto x = static_cast<std::uint32_t>(left), y = static_cast<std::uint32_t>(top);
          const auto plane = static_cast<std::uint16_t>(apart ? channels[pass] : 0);
          check_read(tiled ? TIFFReadTile(tif(), block.data(), x, y, 0, plane) >= 0
                           : TIFFReadScanline(tif(), block.data(), y, plane) >= 0);
          for (std::size_t line = 0; line < down && top + line < height_; ++line)
            for (std::size_t c = apart ? pass : 0; c < (apart ? pass + 1 : channels.size()); ++c)
              take(std::span(block).subspan(line * static_cast<std::size_t>(row),
                                            static_cast<std::size_t>(row)),
                   apart ? 0 : channels[c], apart ? 1 : samples_,
                   std::min<std::size_t>(across, width_ - left),
                   result.data() + ((top + line) * width_ + left) * channels.size() + c, channels.size());
        }
    return result;
  }

  // One channel of `n` pixels of a row, each `samples` samples long.
  void take(std::span<const std::uint8_t> row, unsigned channel, unsigned samples, std::size_t n,
            std::uint8_t* to, std::size_t step) const {
    const bool number = photometric_ == PHOTOMETRIC_PALETTE;
    const std::uint32_t largest = (1u << bits_) - 1;
    std::size_t sample = channel;
    for (std::size_t i = 0; i < n; ++i, sample += samples, to += step) {
      if (bits_ == 8) {
        *to = row[sample];
      } else if (bits_ == 16) {
        std::uint16_t value = 0;
        std::memcpy(&value, row.data() + 2 * sample, 2);
        *to = to_8_bit(value, largest);
      } else {
        const std::size_t bit = sample * bits_;
        std::uint32_t three_bytes = 0;
        for (std::size_t b = bit / 8; b < bit / 8 + 3; ++b)
          three_bytes = three_bytes << 8 | (b < row.size() ? row[b] : 0u);
        const std::uint32_t value = three_bytes >> (24 - bits_ - bit % 8) & largest;
        *to = number ? static_cast<std::uint8_t>(value) : to_8_bit(value, largest);
      }
    }
  }

  // Through libtiff's conversion, which makes 4 bytes of each pixel, alpha multiplied in.
  Picture convert() {
    char reason[1024] = "";
    if (TIFFRGBAImageOK(tif(), reason) == 0) throw unsupported(source_, reason);
    const std::size_t n = static_cast<std::size_t>(width_) * height_;
    if (const tmsize_t size = TIFFIsTiled(tif()) != 0 ? TIFFTileSize(tif()) : TIFFStripSize(tif());
        size <= 0 || static_cast<std::uint64_t>(size) > most_bytes)
      fail("strips of another length");
    std::vector<std::uint32_t> raster(n);
    TIFFRGBAImage image = {};
    if (TIFFRGBAImageBegin(&image, tif(), 1, reason) == 0) throw damaged(source_, reason);
    image.req_orientation = image.orientation = ORIENTATION_TOPLEFT;  // as stored
    const int done = TIFFRGBAImageGet(&image, raster.data(), width_, height_);
    TIFFRGBAImageEnd(&image);
    check_read(done != 0);
    std::vector<std::uint8_t> samples;
    samples.reserve(4 * n);
    for (const std::uint32_t pixel : raster)
      for (int c = 0; c < 4; ++c) samples.push_back(static_cast<std::uint8_t>(pixel >> 8 * c));
    return flatten(std::move(samples), static_cast<int>(height_), static_cast<int>(width_), 4, source_.ground,
                   Alpha::premultiplied);
  }

  struct Close {
    void operator()(TIFF* file) const { TIFFClose(file); }
  };

  static constexpr unsigned most_samples = 8;
  static constexpr std::uint64_t most_bytes = 8 * max_picture_pixels;  // 4 samples of 16 bits

  const PictureSource& source_;
  TiffInput input_;
  std::string error_;
  std::unique_ptr<TIFF, Close> file_;
  std::uint32_t width_ = 0, height_ = 0, tile_width_ = 0, tile_height_ = 0;
  std::uint16_t bits_ = 1, samples_ = 1, planar_ = PLANARCONFIG_CONTIG, format_ = SAMPLEFORMAT_UINT,
                compression_ = COMPRESSION_NONE, orientation_ = ORIENTATION_TOPLEFT, photometric_ = 0;
};

}  // namespace

Picture decode_tiff(const PictureSource& source) { return TiffReading(source).decode(); }

}  // namespace tailor
