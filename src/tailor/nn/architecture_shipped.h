// The files of architectures/, compiled in, so that their names work wherever the program lies.
#pragma once

#include <span>

namespace tailor {

struct ShippedArchitecture {
  const char* name;  // the file's stem
  const char* toml;  // its text
};

std::span<const ShippedArchitecture> shipped_architecture_files();

}  // namespace tailor
