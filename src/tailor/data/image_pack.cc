#include "tailor/data/image_pack.h"

#include <bit>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "tailor/base/error.h"
#include "tailor/base/file.h"

namespace tailor {
namespace {

using Json = nlohmann::json;

static_assert(std::endian::native == std::endian::little, "packs are written as they lie in memory");

constexpr std::string_view magic = "tailor images 1\n";
constexpr std::size_t ending = sizeof(std::uint64_t) + magic.size();

std::string as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The description, and how many bytes lie before it.
struct PackDescription {
  Json json;
  std::size_t before = 0;
};

std::optional<PackDescription> description_of(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < ending || as_text(bytes.last(magic.size())) != magic) return std::nullopt;
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.last(ending).data(), sizeof length);
  if (length > bytes.size() - ending) return std::nullopt;
  const std::size_t before = bytes.size() - ending - length;
  PackDescription found{Json::parse(as_text(bytes.subspan(before, length)), nullptr, false), before};
  if (!found.json.is_object()) return std::nullopt;
  return found;
}

std::shared_ptr<const MappedFile> map_if_there(const std::filesystem::path& file) {
  std::error_code code;
  if (!std::filesystem::is_regular_file(file, code)) return nullptr;
  return std::make_shared<const MappedFile>(file);
}

ImagePackNotes notes_of(const Json& json) {
  return {json.value("source", ""), json.value("unreadable", std::vector<std::string>())};
}

template <class Value>
std::vector<Value> values_at(std::span<const std::uint8_t> bytes, std::size_t offset, std::size_t count) {
  std::vector<Value> values(count);
  std::memcpy(values.data(), bytes.subspan(offset, count * sizeof(Value)).data(), count * sizeof(Value));
  return values;
}

}  // namespace

std::optional<ImagePack> read_image_pack(const std::filesystem::path& file) {
  const std::shared_ptr<const MappedFile> map = map_if_there(file);
  const std::optional<PackDescription> found = map ? description_of(map->bytes()) : std::nullopt;
  if (!found) return std::nullopt;
  try {
    const Json& json = found->json;
    const Shape shape{json.at("height"), json.at("width"), json.at("channels")};
    const std::size_t count = json.at("count"), pixels = count * shape.size();
    const bool grouped = json.at("grouped");
    if (found->before != pixels + count * (sizeof(std::uint16_t) + (grouped ? sizeof(std::uint32_t) : 0)))
      return std::nullopt;
    ImagePack pack;
    pack.images.shape = shape;
    pack.images.pixels = Pixels(map, 0, pixels);
    pack.images.labels = values_at<std::uint16_t>(map->bytes(), pixels, count);
    if (grouped)
      pack.images.groups =
          values_at<std::uint32_t>(map->bytes(), pixels + count * sizeof(std::uint16_t), count);
    pack.images.content_hash = json.at("content_hash");
    if (const auto at = json.find("validation_begin"); at != json.end() && !at->is_null())
      pack.images.validation_begin = at->get<std::size_t>();
    pack.notes = notes_of(json);
    return pack;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::optional<ImagePackNotes> read_image_pack_notes(const std::filesystem::path& file) {
  const std::shared_ptr<const MappedFile> map = map_if_there(file);
  const std::optional<PackDescription> found = map ? description_of(map->bytes()) : std::nullopt;
  if (!found) return std::nullopt;
  return notes_of(found->json);
}

ImagePackWriter::ImagePackWriter(std::filesystem::path file, std::size_t count, std::size_t image_size)
    : file_(std::move(file)), unfinished_(temporary_name(file_)), count_(count), image_size_(image_size) {
  descriptor_ = ::open(unfinished_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor_ < 0) throw system_failure(unfinished_.string(), "make it");
  const std::uint64_t bytes = static_cast<std::uint64_t>(count) * image_size;
  if (const int code = ::posix_fallocate(descriptor_, 0, static_cast<off_t>(bytes));
      code != 0 && code != EOPNOTSUPP && code != EINVAL) {
    ::close(std::exchange(descriptor_, -1));
    std::error_code ignored;
    std::filesystem::remove(unfinished_, ignored);
    throw failure(
        "{}: cannot take {} bytes for {} decoded images: {}; make room, or set XDG_CACHE_HOME to another disk",
        unfinished_.string(), bytes, count, std::strerror(code));
  }
}

ImagePackWriter::~ImagePackWriter() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  std::error_code ignored;
  std::filesystem::remove(unfinished_, ignored);
}

void ImagePackWriter::write_at(std::uint64_t offset, const void* data, std::size_t bytes) {
  const char* at = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t done = ::pwrite(descriptor_, at, bytes, static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw system_failure(unfinished_.string(), "write to it");
    at += done, offset += static_cast<std::uint64_t>(done), bytes -= static_cast<std::size_t>(done);
  }
}

void ImagePackWriter::read_at(std::uint64_t offset, void* data, std::size_t bytes) {
  char* at = static_cast<char*>(data);
  while (bytes > 0) {
    const ssize_t done = ::pread(descriptor_, at, bytes, static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) throw system_failure(unfinished_.string(), "read it again");
    at += done, offset += static_cast<std::uint64_t>(done), bytes -= static_cast<std::size_t>(done);
  }
}

void ImagePackWriter::put(std::size_t index, std::span<const std::uint8_t> pixels) {
  write_at(static_cast<std::uint64_t>(index) * image_size_, pixels.data(), image_size_);
}

void ImagePackWriter::keep(std::span<const std::size_t> indices, bool grey) {
  if (indices.size() == count_ && !grey) return;
  constexpr std::size_t colours = 3;
  const std::size_t kept_size = grey ? image_size_ / colours : image_size_;
  std::vector<std::uint8_t> image(image_size_);
  for (std::size_t i = 0; i < indices.size(); ++i) {  // never behind what is still to be read
    read_at(static_cast<std::uint64_t>(indices[i]) * image_size_, image.data(), image_size_);
    if (grey)
      for (std::size_t p = 0; p < kept_size; ++p) image[p] = image[colours * p];
    write_at(static_cast<std::uint64_t>(i) * kept_size, image.data(), kept_size);
  }
  count_ = indices.size(), image_size_ = kept_size;
}

void ImagePackWriter::finish(const ImageSet& images, const ImagePackNotes& notes) {
  std::uint64_t at = static_cast<std::uint64_t>(count_) * image_size_;
  if (::ftruncate(descriptor_, static_cast<off_t>(at)) != 0)
    throw system_failure(unfinished_.string(), "shorten it");
  const auto append = [&](const void* data, std::size_t bytes) {
    write_at(at, data, bytes);
    at += bytes;
  };
  append(images.labels.data(), images.labels.size() * sizeof(std::uint16_t));
  append(images.groups.data(), images.groups.size() * sizeof(std::uint32_t));
  const std::string json = Json{
      {"height", images.shape.height},
      {"width", images.shape.width},
      {"channels", images.shape.channels},
      {"count", images.count()},
      {"grouped", !images.groups.empty()},
      {"content_hash", images.content_hash},
      {"validation_begin", images.validation_begin ? Json(*images.validation_begin) : Json()},
      {"source", notes.source},
      {"unreadable",
       notes.unreadable}}.dump(-1, ' ', false, Json::error_handler_t::replace);
  append(json.data(), json.size());
  const std::uint64_t length = json.size();
  append(&length, sizeof length);
  append(magic.data(), magic.size());
  if (::fsync(descriptor_) != 0) throw system_failure(unfinished_.string(), "write it to the disk");
  std::error_code code;
  std::filesystem::rename(unfinished_, file_, code);
  if (code) throw failure("{}: cannot give it its name: {}", file_.string(), code.message());
  ::close(std::exchange(descriptor_, -1));
  sync_folder(file_.parent_path());
}

}  // namespace tailor
