// A file's content as a stream of bytes, whether the file is gzipped or not (its first bytes tell, not its
// name). The IDX reader uses it; memory stays bounded because nothing is inflated before somebody asks for
// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

namespace tailor {

class ContentReader {
 public:
  // A file that is missing or unreadable is bad input, and so is a folder. What has no size, such as a pipe,
  // is read to its end first.
  explicit ContentReader(const std::filesystem::path& path);
  // What was read already; `name` is for messages.
  ContentReader(std::string name, std::string content);
  ~ContentReader();
  ContentReader(const ContentReader&) = delete;
  ContentReader& operator=(const ContentReader&) = delete;

  // Reads up to `bytes`; fewer only at the content's end. A damaged or truncated gzip stream is bad input
  // that names file and offsets; reading the end of a stream includes the check of its CRC and length.
  std::size_t read(void* to, std::size_t bytes);

  const std::string& name() const { return name_; }       // the path, for messages
  std::uint64_t file_size() const { return file_size_; }  // packed, if it is
  bool compressed() const { return inflater_ != nullptr; }
  std::uint64_t offset() const { return offset_; }  // bytes of content read so far
  // No file of this size can hold more: the size itself, or for gzip 1,032 times it (deflate's limit).
  std::uint64_t largest_content() const;

 private:
  struct Inflater;
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::size_t read_raw(void* to, std::size_t bytes);
  std::size_t inflate_some(void* to, std::size_t bytes);
  bool refill();

  void open_memory();
  void start();

  std::string name_;
  std::string content_;  // of what is not read from a file
  std::unique_ptr<std::FILE, Closer> file_;
  std::uint64_t file_size_ = 0;
  std::uint64_t offset_ = 0;
  std::unique_ptr<Inflater> inflater_;
};

}  // namespace tailor
