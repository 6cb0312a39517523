// A folder in which the tests of the command run `tailor` as a person would: with a small data set, a small
// network and some pictures beside it.
#pragma once

#include <filesystem>
#include <string>

#include "data/files.h"

namespace tailor::test {

struct Outcome {
  int code = 0;
  std::string output, errors;
};

class Sandbox {
 public:
  // data/       240 training and 60 test images of 8x8 in three classes (stripes, as in tiny_training.h)
  // other/      another set of the same shape
  // large/      images of 9x9
  // broken/     data/ with training images that end early
  // tiny.toml   a network for them
  // lying.png, standing.pgm, colour.png    stripes: 40x30 grey, 8x8 grey, 16x16 colour
  // dark.png    a dark thing on white
  // cut.png     half a PNG
  Sandbox();

  const std::filesystem::path& path() const { return folder_.path(); }

  // Runs a line of shell there; `tailor` is the command that was built.
  Outcome run(const std::string& line) const;
  // The line as `sh -c` takes it: changes folder, puts the built command first on PATH, and has the account's
  // own files in state/.
  std::string script(const std::string& line) const;

 private:
  TemporaryFolder folder_;
};

}  // namespace tailor::test
