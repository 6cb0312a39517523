// The files of a data set by their names, wherever they lie: in a folder, or packed in a .zip, .npz or .tar.gz.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tailor/data/arrays/byte_stream.h"

namespace tailor {

class Files {
 public:
  virtual ~Files() = default;

  virtual std::string location() const = 0;
  // How messages call a file: "set.npz: x_train.npy", "folder/x_train.npy".
  virtual std::string full_name(const std::string& name) const = 0;
  virtual std::filesystem::path path(const std::string& name) const = 0;  // of the file that it is or is in
  virtual bool has(const std::string& name) const = 0;
  virtual std::uint64_t size(const std::string& name) const = 0;  // of one that is there
  // All names, ascending, without those of hidden files; for messages.
  virtual std::vector<std::string> names() const = 0;

  // Calls `visit` with each of these files, in whichever order is the cheapest. One that is missing is bad input, and so
  // is an archive that has it twice.
  using Visit = std::function<void(const std::string& name, ByteStream& content)>;
  virtual void read(std::span<const std::string> names, const Visit& visit) const = 0;
};

// Those directly in a folder; an archive's by their names without folders.
std::unique_ptr<Files> open_folder(const std::filesystem::path& folder);
std::unique_ptr<Files> open_archive(const std::filesystem::path& archive);

}  // namespace tailor
