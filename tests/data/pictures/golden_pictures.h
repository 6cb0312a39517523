// golden.json: small files of every format with the pixels that they hold, and scaled pictures; see make_golden.py.
#pragma once

#include <string>
#include <vector>

#include "tailor/data/pictures/fit.h"

namespace tailor::test {

struct GoldenFile {
  std::string name, content;
  int levels = 0;  // how far a pixel may be off
  Picture picture;
};

struct GoldenFit {
  Shape from;  // of the picture made up
  Fit fit;
  Picture picture;
};

struct GoldenPictures {
  Ground ground;
  std::vector<GoldenFile> files;
  std::vector<GoldenFit> fits;
};

const GoldenPictures& golden_pictures();

}  // namespace tailor::test
