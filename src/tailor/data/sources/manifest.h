// A list of pictures in a file, CSV or TSV, with the columns `path` and `label`, and optionally `part` (train,
// validation, test) and `group` (pictures of one group, a patient or a scene, never come into two parts). Other columns
// are ignored. Paths are relative to the file's folder, or absolute.
#pragma once

#include <filesystem>

#include "tailor/data/sources/picture_list.h"

namespace tailor {

// Whether a file's first line names these columns.
bool is_manifest(const std::filesystem::path& file);

// Bad input, by line and column: a field that is missing or empty, a picture that is not there, a part of another name, a
// group in two parts, a path that is listed twice.
PictureList read_manifest(const std::filesystem::path& file);

}  // namespace tailor
