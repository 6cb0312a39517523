// Files that are read whole and written so that a reader sees either the old content or the new, never a
// part.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tailor {

// What stands at a path, links followed; a pipe or a device counts as a file. Bad input where one may not look: that is
// not the same as nothing.
enum class PathKind { nothing, file, folder };
PathKind kind_of_path(const std::filesystem::path& path);
inline bool is_there(const std::filesystem::path& path) { return kind_of_path(path) != PathKind::nothing; }

// The whole content. A missing or unreadable file is bad input, and so is one of more than 4 GiB, or whatever else does
// not end before: nobody waits for memory to be full.
std::string read_file(const std::filesystem::path& path);

// The whole content of a text that people write, such as a recipe, also from a pipe. A folder, or more than a MiB, is
// bad input as well; `what` says what was expected: "a recipe".
std::string read_text_file(const std::filesystem::path& path, std::string_view what);

// Writes to a temporary file beside it, syncs, renames. Throws a failure (disk full, …) and leaves the old
// file as it was. The new one has the old one's permissions, and a link stays a link. What is no file, a pipe or a
// terminal, is written to.
void write_file(const std::filesystem::path& path, std::string_view content);

// Appends one line (a newline is added) in one write and syncs before returning. A line that somebody left
// unfinished is ended first, so that it spoils only itself.
void append_line(const std::filesystem::path& path, std::string_view line);

// Throws what append_line would, where the file cannot be opened for it; makes it if there is none.
void check_append(const std::filesystem::path& path);

// Makes a folder with its parents; an existing one is fine.
void make_folder(const std::filesystem::path& path);

// A name beside `path`, ending in ".part", that nobody else has: processes of different containers and threads of one may
// have the same number.
std::filesystem::path temporary_name(const std::filesystem::path& path);

// Makes renames inside a folder durable.
void sync_folder(const std::filesystem::path& path);

}  // namespace tailor
