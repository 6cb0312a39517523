// Small texts for people: suggestions for misspelt names, durations, counts.
#pragma once

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

// As a shell takes it: quoted where that is needed.
std::string shell_word(const std::string& text);

std::string join(std::span<const std::string> items, std::string_view separator);

}  // namespace tailor
