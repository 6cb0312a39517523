#include "tailor/data/content_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/stat.h>
#include <zlib.h>

#include "tailor/base/error.h"
#include "tailor/base/file.h"

namespace tailor {
namespace {

constexpr std::uint64_t deflate_limit =
    1032;  // zlib's technical details: 1032:1 is the largest possible ratio

}  // namespace

struct ContentReader::Inflater {
  z_stream stream = {};
  bool ended = false;  // between members, or after the last
  unsigned char input[1 << 16];

  Inflater() = default;
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

ContentReader::ContentReader(const std::filesystem::path& path)
    : name_(path.string()), file_(std::fopen(path.c_str(), "rb")) {
  struct stat status = {};
  if (!file_ || ::fstat(::fileno(file_.get()), &status) != 0)
    throw bad_input("{}: cannot open: {}", name_, std::strerror(errno));
  if (S_ISDIR(status.st_mode)) throw bad_input("{}: expected a file, got a folder", name_);
  if (S_ISREG(status.st_mode)) {
    file_size_ = static_cast<std::uint64_t>(status.st_size);
  } else {
    content_ = read_file(path);
    open_memory();
  }
  start();
}

ContentReader::ContentReader(std::string name, std::string content)
    : name_(std::move(name)), content_(std::move(content)) {
  open_memory();
  start();
}

void ContentReader::open_memory() {
  file_size_ = content_.size();
  // Nothing is written; and no memory of size 0 can be opened.
  file_.reset(content_.empty() ? std::fopen("/dev/null", "rb")
                               : ::fmemopen(content_.data(), content_.size(), "rb"));
  if (!file_) throw failure("{}: cannot read from memory: {}", name_, std::strerror(errno));
}

void ContentReader::start() {
  unsigned char start[2] = {};
  const std::size_t n = read_raw(start, sizeof start);
  if (n == 2 && start[0] == 0x1f && start[1] == 0x8b) {
    inflater_ = std::make_unique<Inflater>();
    constexpr int gzip_only = 16 + MAX_WBITS;
    if (inflateInit2(&inflater_->stream, gzip_only) != Z_OK) throw failure("{}: zlib does not start", name_);
  }
  std::rewind(file_.get());
}

ContentReader::~ContentReader() = default;

std::uint64_t ContentReader::largest_content() const {
  return compressed() ? file_size_ * deflate_limit : file_size_;
}

std::size_t ContentReader::read(void* to, std::size_t bytes) {
  const std::size_t n = compressed() ? inflate_some(to, bytes) : read_raw(to, bytes);
  offset_ += n;
  return n;
}

std::size_t ContentReader::read_raw(void* to, std::size_t bytes) {
  const std::size_t n = std::fread(to, 1, bytes, file_.get());
  if (n < bytes && std::ferror(file_.get()))
    throw bad_input("{}: cannot read: {}", name_, std::strerror(errno));
  return n;
}

bool ContentReader::refill() {
  z_stream& stream = inflater_->stream;
  if (stream.avail_in > 0) return true;
  stream.next_in = inflater_->input;
  stream.avail_in = static_cast<uInt>(read_raw(inflater_->input, sizeof inflater_->input));
  return stream.avail_in > 0;
}

std::size_t ContentReader::inflate_some(void* to, std::size_t bytes) {
  z_stream& stream = inflater_->stream;
  auto* const begin = static_cast<unsigned char*>(to);
  std::size_t done = 0;
  while (done < bytes) {
    const bool more = refill();
    const auto position = static_cast<std::uint64_t>(std::ftell(file_.get())) - stream.avail_in;
    if (inflater_->ended) {  // a gzip file may have several members one after the other
      if (!more) return done;
      inflateReset(&stream);
      inflater_->ended = false;
    }
    if (!more)
      throw bad_input(
          "{}: byte {} of the gzip file (byte {} of its content): expected more data, got the end of the "
          "file; it is truncated: copy or download it again",
          name_, position, offset_ + done);
    const auto room = static_cast<uInt>(std::min<std::size_t>(bytes - done, 1u << 30));
    stream.next_out = begin + done;
    stream.avail_out = room;
    const int code = inflate(&stream, Z_NO_FLUSH);
    done += room - stream.avail_out;
    inflater_->ended = code == Z_STREAM_END;
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
      throw bad_input(
          "{}: byte {} of the gzip file (byte {} of its content): expected valid gzip data, got \"{}\"; the "
          "file is damaged: copy or download it again",
          name_, static_cast<std::uint64_t>(std::ftell(file_.get())) - stream.avail_in, offset_ + done,
          stream.msg ? stream.msg : "an unknown error");
  }
  return done;
}

}  // namespace tailor
