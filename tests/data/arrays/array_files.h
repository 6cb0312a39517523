// Small arrays, pickles and archives for tests, made without NumPy and Python.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <archive.h>
#include <archive_entry.h>

#include "data/files.h"
#include "tailor/data/arrays/byte_stream.h"

namespace tailor::test {

// "00ff" -> two bytes.
inline std::string from_hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  return bytes;
}

inline std::string little_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

// A .npy with this header (padded as NumPy does) and these bytes.
inline std::string npy_with_header(std::string header, std::string_view values, int version = 1) {
  const std::size_t before = version == 1 ? 10 : 12;
  header.append(63 - (before + header.size()) % 64, ' ') += '\n';
  return std::string("\x93NUMPY") + static_cast<char>(version) + '\0' +
         little_endian(header.size(), version == 1 ? 2 : 4) + header + std::string(values);
}

inline std::string npy(const std::string& type, const std::string& shape, std::string_view values,
                       bool fortran = false, int version = 1) {
  return npy_with_header("{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") +
                             ", 'shape': (" + shape + "), }",
                         values, version);
}

// `count` images of u1, whose bytes are 0, 1, 2, … modulo 251, of this shape: "4, 6, 3".
inline std::string npy_images(std::size_t count, const std::string& shape, std::size_t size) {
  std::string values;
  for (std::size_t i = 0; i < count * size; ++i) values += static_cast<char>(i % 251);
  return npy("|u1", std::to_string(count) + ", " + shape, values);
}

// Labels 0, 1, …, classes - 1, 0, 1, … as u1.
inline std::string npy_labels(std::size_t count, std::size_t classes) {
  std::string values;
  for (std::size_t i = 0; i < count; ++i) values += static_cast<char>(i % classes);
  return npy("|u1", std::to_string(count) + ",", values);
}

using Entries = std::vector<std::pair<std::string, std::string>>;

// A .zip (deflated, or stored) or a .tar.gz with these files, as bytes.
enum class Packing { zip, stored_zip, tar_gz };
inline std::string packed(const Entries& entries, Packing packing) {
  std::string bytes(1 << 20, '\0');
  for (const auto& [name, content] : entries) bytes.resize(bytes.size() + content.size());
  std::size_t used = 0;
  struct archive* const out = archive_write_new();
  if (packing == Packing::tar_gz) {
    archive_write_set_format_ustar(out);
    archive_write_add_filter_gzip(out);
  } else {
    archive_write_set_format_zip(out);
    if (packing == Packing::stored_zip) archive_write_zip_set_compression_store(out);
  }
  archive_write_set_bytes_in_last_block(out, 1);
  if (archive_write_open_memory(out, bytes.data(), bytes.size(), &used) != ARCHIVE_OK)
    throw std::runtime_error("libarchive");
  for (const auto& [name, content] : entries) {
    archive_entry* const entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    archive_entry_set_filetype(entry, name.ends_with('/') ? AE_IFDIR : AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(out, entry);
    archive_write_data(out, content.data(), content.size());
    archive_entry_free(entry);
  }
  archive_write_close(out);
  archive_write_free(out);
  bytes.resize(used);
  return bytes;
}

// A batch as Python 2 wrote those of CIFAR: protocol 2, texts as bytes.
inline std::string pickled_batch(std::string_view pixels, const std::vector<int>& labels,
                                 const std::string& labels_key = "labels") {
  const auto text = [](const std::string& value) {
    return "U" + std::string(1, static_cast<char>(value.size())) + value;
  };
  const auto number = [](std::uint64_t value) { return "J" + little_endian(value, 4); };
  std::string out =
      "\x80\x02}q\x01(" + text("batch_label") + text("training batch 1 of 5") + text(labels_key) + "](";
  for (const int label : labels) out += "K" + std::string(1, static_cast<char>(label));
  out += "e" + text("data") + "cnumpy.core.multiarray\n_reconstruct\nq\x05" + "cnumpy\nndarray\n";
  out += std::string("K\0\x85", 3) + "U\x01" + "b\x87R(K\x01" + number(labels.size()) +
         number(labels.empty() ? 0 : pixels.size() / labels.size()) + "\x86";
  out += std::string("cnumpy\ndtype\nU\x02u1K\0K\x01\x87R", 23);
  out += std::string("(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb", 23);
  return out + "\x89T" + little_endian(pixels.size(), 4) + std::string(pixels) + "tbu.";
}

// A dictionary with one list of texts: CIFAR's names of classes.
inline std::string pickled_names(const std::string& key, const std::vector<std::string>& names) {
  std::string out = "(dp1\nS'" + key + "'\np2\n(lp3\n";
  for (const std::string& name : names) out += "S'" + name + "'\na";
  return out + "s.";
}

class MemoryStream : public ByteStream {
 public:
  explicit MemoryStream(std::string content) : content_(std::move(content)), size_(content_.size()) {}
  MemoryStream(std::string content, std::uint64_t size) : content_(std::move(content)), size_(size) {}

  const std::string& name() const override { return name_; }
  std::uint64_t size() const override { return size_; }
  std::size_t read(void* to, std::size_t bytes) override {
    const std::size_t n = content_.copy(static_cast<char*>(to), bytes, at_);
    at_ += n;
    return n;
  }

 private:
  const std::string name_ = "memory.npy", content_;
  const std::uint64_t size_;
  std::size_t at_ = 0;
};

// Calls use(content) for the content with each byte changed in three ways, and cut at each length. Whatever
// it does: only bad input may come of it. How often it did, and how often it did not.
struct Survived {
  int refused = 0, taken = 0, taken_when_cut = 0;
};
template <class Use>
Survived survive_damage(const std::string& content, Use&& use, std::size_t step = 1) {
  Survived result;
  const auto check = [&](const std::string& damaged) {
    try {
      use(damaged);
      ++result.taken;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_input) << error.what();
      ++result.refused;
    }
  };
  for (std::size_t i = 0; i < content.size(); i += step)
    for (const int bit : {0, 3, 7}) {
      std::string damaged = content;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      check(damaged);
    }
  const int before = result.taken;
  for (std::size_t n = 0; n < content.size(); n += step) check(content.substr(0, n));
  result.taken_when_cut = result.taken - before;
  return result;
}

}  // namespace tailor::test
