// The [fixed] and [space] tables of study and space files; see study_file.h.
#pragma once

#include "tailor/tune/files/study_file.h"
#include "tailor/tune/files/toml_reader.h"

namespace tailor {

std::vector<SpaceFile::Fixed> read_fixed(const TomlReader& reader, const toml::table& table);
std::vector<SpaceFile::Parameter> read_parameters(const TomlReader& reader, const toml::table& table);

}  // namespace tailor
