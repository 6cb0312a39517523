#include "tailor/data/arrays/archive.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>
#include <system_error>

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#include "tailor/base/error.h"
#include "tailor/data/arrays/byte_stream.h"

namespace tailor {
namespace {

constexpr std::uint64_t most_entries = 100'000;
// What lies behind other entries of a .tar.gz has to be inflated to be passed over.
constexpr std::uint64_t most_content_of_tar_gz = std::uint64_t{2} << 30;

std::string first_bytes(const std::filesystem::path& path) {
  std::array<char, 4> bytes{};
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), bytes.size());
  return {bytes.data(), static_cast<std::size_t>(file.gcount())};
}

}  // namespace

struct Archive::Reader {
  struct archive* handle = archive_read_new();
  // Of a .tar.gz: zlib checks the sums at its end, which libarchive does not.
  gzFile gzip = nullptr;
  std::uint64_t inflated = 0;
  std::array<char, 1 << 16> block{};

  Reader() = default;
  ~Reader() {
    archive_read_free(handle);
    if (gzip) gzclose_r(gzip);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // As libarchive asks for more of the tar.
  static la_ssize_t more(struct archive* handle, void* reader, const void** block) {
    auto& own = *static_cast<Reader*>(reader);
    *block = own.block.data();
    const int n = gzread(own.gzip, own.block.data(), static_cast<unsigned>(own.block.size()));
    own.inflated += n > 0 ? static_cast<std::uint64_t>(n) : 0;
    int code = Z_OK;
    const char* const text = gzerror(own.gzip, &code);
    const bool endless = own.inflated > most_content_of_tar_gz;
    if (n >= 0 && (code == Z_OK || code == Z_STREAM_END) && !endless) return n;
    archive_set_error(handle, EIO, "%s", endless ? "more than 2 GiB" : text);
    return ARCHIVE_FATAL;
  }
};

Archive::Archive(const std::filesystem::path& path)
    : name_(path.string()), reader_(std::make_unique<Reader>()) {
  struct archive* const handle = reader_->handle;
  if (!handle) throw failure("{}: libarchive does not start", name_);
  std::error_code code;
  packed_ = std::filesystem::file_size(path, code);
  if (code) throw bad_input("{}: cannot open: {}", name_, code.message());
  if (first_bytes(path).starts_with("\x1f\x8b")) {
    archive_read_support_format_tar(handle);
    reader_->gzip = gzopen(path.c_str(), "rb");
    if (!reader_->gzip) throw bad_input("{}: cannot open: {}", name_, std::strerror(errno));
    if (archive_read_open(handle, reader_.get(), nullptr, Reader::more, nullptr) != ARCHIVE_OK)
      throw damaged();
  } else {
    archive_read_support_format_zip_seekable(
        handle);  // by its directory at the end: a cut file is no archive
    if (archive_read_open_filename(handle, path.c_str(), 1 << 16) != ARCHIVE_OK) throw damaged();
  }
}

Archive::~Archive() = default;

Error Archive::damaged() const {
  const char* const text = archive_error_string(reader_->handle);
  return bad_input(
      "{}: expected a whole .zip, .npz or .tar.gz, got \"{}\": the file is damaged, truncated or encrypted: copy or "
      "download it again",
      name_, text ? text : "an unknown error");
}

// A tar may end before the gzip file does, and only that one's end tells whether all was right.
void Archive::read_to_end() {
  const void* block = nullptr;
  la_ssize_t n = reader_->gzip ? 1 : 0;
  while (n > 0) n = Reader::more(reader_->handle, reader_.get(), &block);
  if (n < 0) throw damaged();
}

std::optional<ArchiveEntry> Archive::next() {
  for (;;) {
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(reader_->handle, &entry);
    if (code == ARCHIVE_EOF) {
      read_to_end();
      return std::nullopt;
    }
    if (code < ARCHIVE_WARN) throw damaged();  // a warning is about names and owners
    const la_int64_t size = archive_entry_size_is_set(entry) ? archive_entry_size(entry) : 0;
    content_ += size > 0 ? static_cast<std::uint64_t>(size) : 0;
    const bool packed_as_one = reader_->gzip != nullptr;
    const std::uint64_t most = packed_as_one ? most_content_of_tar_gz : most_inflated;
    if (++entries_ > most_entries || size < 0 || content_ > most)
      throw bad_input(
          "{}: expected at most {} files that hold {} bytes in all, got more: the archive is damaged or no data "
          "set{}",
          name_, most_entries, most, packed_as_one ? "; a larger one has to be unpacked" : "");
    if (is_bomb(content_, packed_))
      throw bad_input(
          "{}: expected images, got {} bytes that hold {}, nearly all of them the same: a bomb, which is not unpacked",
          name_, packed_, content_);
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry)) continue;
    entry_size_ = static_cast<std::uint64_t>(size);
    entry_read_ = 0;
    const char* const path = archive_entry_pathname(entry);  // none where it is text that this locale has not
    const std::string_view whole = path ? path : "";
    return ArchiveEntry{std::string(whole.substr(whole.rfind('/') + 1)), entry_size_};
  }
}

std::size_t Archive::read(void* to, std::size_t bytes) {
  std::size_t done = 0;
  while (done < bytes) {
    const la_ssize_t n =
        archive_read_data(reader_->handle, static_cast<unsigned char*>(to) + done, bytes - done);
    if (n < 0) throw damaged();
    done += static_cast<std::size_t>(n);
    entry_read_ += static_cast<std::uint64_t>(n);
    const bool ended = n == 0;
    if (ended ? entry_read_ != entry_size_ : entry_read_ > entry_size_)
      throw bad_input("{}: expected a file of {} bytes, as the archive says, got {} {}: it is damaged", name_,
                      entry_size_, ended ? "only" : "at least", entry_read_);
    if (ended) break;
  }
  return done;
}

bool may_be_archive(const std::filesystem::path& path) {
  std::error_code code;
  if (!std::filesystem::is_regular_file(path, code)) return false;
  const std::string start = first_bytes(path);
  return start == "PK\x03\x04" || start == "PK\x05\x06" || start.starts_with("\x1f\x8b");
}

std::vector<std::string> first_names(const std::filesystem::path& path, std::size_t most) {
  std::vector<std::string> names;
  if (!may_be_archive(path)) return names;
  try {
    Archive archive(path);
    while (names.size() < most) {
      const std::optional<ArchiveEntry> entry = archive.next();
      if (!entry) break;
      names.push_back(entry->name);
    }
  } catch (const Error&) {  // what is damaged later may still be known by its start
  }
  return names;
}

}  // namespace tailor
