// A data set by name or folder: training images, and test images that stay sealed until someone asks for them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tailor/data/image_set.h"

namespace tailor {

// What the user named and what was found there. Reading is lazy: opening looks for the files only.
class Dataset {
 public:
  virtual ~Dataset() = default;

  virtual std::string name() const = 0;      // "fashion-mnist", "mnist", or the folder's name
  virtual std::string location() const = 0;  // where the files are
  virtual int classes() const = 0;           // 1 + the largest training label, 2 to 1,000
  virtual std::vector<std::string> class_names() const = 0;  // as many as classes; "0", "1", … where unknown

  // Both read, check and hash the files; a file that is truncated, too long, of another kind, or inconsistent with its
  // partner is bad input naming file, offset, expected and got.
  virtual ImageSet read_train() const = 0;
  virtual ImageSet read_test() const = 0;
};

}  // namespace tailor
