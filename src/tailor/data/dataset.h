// A data set by name or folder: training images, and test images that stay sealed until someone asks for
// them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tailor/data/image_set.h"
#include "tailor/data/picture_options.h"

namespace tailor {

// What the user named and what was found there. Opening looks for the files only; the other functions read
// what they need, once, and may be called by several threads. Each can throw bad input.
class Dataset {
 public:
  virtual ~Dataset() = default;

  virtual std::string name()
      const = 0;  // "fashion-mnist" if the training files are that, else the folder's name
  virtual std::string location() const = 0;  // where the files are
  // What open_dataset takes to open the same again, from any working folder: to be written down.
  virtual std::string reference() const = 0;
  virtual int classes() const = 0;                           // 1 + the largest training label, 2 to 1,000
  virtual std::vector<std::string> class_names() const = 0;  // as many as classes; "0", "1", … where unknown

  virtual bool has_test() const = 0;  // whether there are test files

  // Both read, check and hash the files; a file that is truncated, too long, of another kind, or inconsistent
  // with its partner is bad input naming file, offset, expected and got.
  virtual ImageSet read_train() const = 0;
  virtual ImageSet read_test() const = 0;

  // Bad input if read_test() cannot give images of this shape, as far as the headers and sizes of its files
  // tell. No test image is read: this is for asking before hours of work whose end needs them.
  virtual void check_test(const Shape& shape) const = 0;

  // How pictures of any size became these images; none where they were images of one size already.
  virtual std::optional<Fit> fit() const { return std::nullopt; }
  // Files that cannot be read and were left out of the training images, as the options allow; known after read_train().
  virtual std::vector<std::string> left_out() const { return {}; }
};

// Hears what is done ("decoding"), and how many of how many pictures; called by the caller's thread.
using DecodingProgress = std::function<void(std::string_view what, std::size_t done, std::size_t of)>;

struct DatasetOptions {
  PictureOptions pictures = {};
  DecodingProgress progress = nullptr;
  std::filesystem::path installed = "/usr/share/datasets";  // where the distribution's packages put data sets
  std::filesystem::path fetched{};  // where `tailor data get` puts them; if empty, data_folder()
};

// The name of a published data set means its files where Debian's and Ubuntu's package installs them, or where
// `tailor data get` put them; nothing is fetched here. Everything else is a path, whose kind of data set is recognised by
// content. A name that is neither is a usage error; missing files are bad input. A folder of a data set's name is given
// as ./NAME.
std::unique_ptr<Dataset> open_dataset(const std::string& name_or_path, const DatasetOptions& options = {});

}  // namespace tailor
