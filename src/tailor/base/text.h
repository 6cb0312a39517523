// Small texts for people and from them: suggestions for misspelt names, durations, counts, numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tailor {

// The candidate with the fewest edits (Levenshtein), or empty if none is near enough to be a likely
// misspelling.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

// " (did you mean 'x'?)" or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

// 1234567 -> "1,234,567".
std::string with_thousands(long long value);

// 75.2 -> "1 min 15 s"; below a minute "12 s", below ten seconds "3.4 s".
std::string duration(double seconds);

// Whether the text is valid UTF-8 (RFC 3629), as files of TOML and JSON and PostgreSQL need it.
bool is_utf8(std::string_view text);
// The text itself; a usage error that names `what` if it is something else.
const std::string& utf8(std::string_view what, const std::string& text);

// As a basic string of TOML, in quotes; the text is UTF-8.
std::string toml_text(std::string_view text);

// As a shell takes it: quoted where that is needed.
std::string shell_word(const std::string& text);
// A path likewise, which no command takes for an option: ./-x.
std::string shell_path(const std::string& path);

std::string join(std::span<const std::string> items, std::string_view separator);

// "40000:20000" with ':' -> {40000, 20000}: decimal digits alone, without signs or blanks, each number at
// most `most`. Nothing if the text is anything else.
std::optional<std::vector<std::uint64_t>> numbers(std::string_view text, char separator, std::uint64_t most);

}  // namespace tailor
