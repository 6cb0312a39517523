// WebP through libwebp, the format's own library, and its demultiplexer for the first frame and EXIF.
#include <memory>
#include <utility>

#include <webp/decode.h>
#include <webp/demux.h>

#include "tailor/data/pictures/decoder.h"
#include "tailor/data/pictures/orientation.h"
#include "tailor/data/pictures/samples.h"

namespace tailor {
namespace {

std::string_view reason_of(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_NOT_ENOUGH_DATA:
      return "the end of the file before the last pixel";
    case VP8_STATUS_OUT_OF_MEMORY:
      return "more memory needed than there is";
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return "an unknown feature";
    default:
      return "pixels that cannot be decoded";
  }
}

int webp_orientation(const WebPDemuxer* file) {
  WebPChunkIterator chunk = {};
  int orientation = 1;
  if (WebPDemuxGetChunk(file, "EXIF", 1, &chunk) != 0)
    orientation = exif_orientation({reinterpret_cast<const char*>(chunk.chunk.bytes), chunk.chunk.size});
  WebPDemuxReleaseChunkIterator(&chunk);
  return orientation;
}

}  // namespace

Picture decode_webp(const PictureSource& source) {
  const WebPData data = {reinterpret_cast<const std::uint8_t*>(source.content.data()), source.content.size()};
  WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
  // Partial: of an animation that is cut the first frame may be there.
  const std::unique_ptr<WebPDemuxer, decltype(&WebPDemuxDelete)> file(WebPDemuxPartial(&data, &state),
                                                                      WebPDemuxDelete);
  if (!file || state == WEBP_DEMUX_PARSE_ERROR) throw damaged(source, "a header that cannot be read");
  if (state == WEBP_DEMUX_PARSING_HEADER) throw damaged(source, "the end of the file within the header");
  const std::int64_t width = WebPDemuxGetI(file.get(), WEBP_FF_CANVAS_WIDTH),
                     height = WebPDemuxGetI(file.get(), WEBP_FF_CANVAS_HEIGHT);
  check_size(source, width, height);
  WebPIterator first = {};
  const std::unique_ptr<WebPIterator, decltype(&WebPDemuxReleaseIterator)> release(&first,
                                                                                   WebPDemuxReleaseIterator);
  if (WebPDemuxGetFrame(file.get(), 1, &first) == 0)
    throw damaged(source, "the end of the file before the first frame");
  check_size(source, first.width, first.height);
  // The demultiplexer has checked this; the writing below relies on it.
  if (first.x_offset < 0 || first.y_offset < 0 || first.x_offset + first.width > width ||
      first.y_offset + first.height > height)
    throw damaged(source, "a frame beyond the picture");

  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0) throw damaged(source, "another version of the library");
  VP8StatusCode status = WebPGetFeatures(first.fragment.bytes, first.fragment.size, &config.input);
  if (status != VP8_STATUS_OK) throw damaged(source, reason_of(status));
  if (config.input.width != first.width || config.input.height != first.height)
    throw damaged(source, "two sizes of the first frame");
  const bool whole = first.width == width && first.height == height;
  const int channels = whole && config.input.has_alpha == 0 ? 3 : 4;
  // What the frame does not cover is transparent.
  std::vector<std::uint8_t> samples(static_cast<std::size_t>(width * height * channels));
  const std::size_t stride = static_cast<std::size_t>(width * channels),
                    begin = (static_cast<std::size_t>(first.y_offset) * static_cast<std::size_t>(width) +
                             static_cast<std::size_t>(first.x_offset)) *
                            static_cast<std::size_t>(channels);
  config.output.colorspace = channels == 3 ? MODE_RGB : MODE_RGBA;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = samples.data() + begin;
  config.output.u.RGBA.stride = static_cast<int>(stride);
  config.output.u.RGBA.size = samples.size() - begin;
  status = WebPDecode(first.fragment.bytes, first.fragment.size, &config);
  WebPFreeDecBuffer(&config.output);
  if (status != VP8_STATUS_OK) throw damaged(source, reason_of(status));
  return upright(
      flatten(std::move(samples), static_cast<int>(height), static_cast<int>(width), channels, source.ground),
      webp_orientation(file.get()));
}

}  // namespace tailor
