#include "tailor/data/picture_options.h"

#include <algorithm>
#include <sstream>
#include <vector>

#include "tailor/base/error.h"
#include "tailor/base/text.h"

namespace tailor {

namespace {

constexpr std::uint64_t longest_side = 4096;

std::optional<ImageSize> size_from_text(const std::string& text) {
  const auto parts = numbers(text, 'x', longest_side);
  if (!parts || parts->size() > 2 || parts->front() == 0 || parts->back() == 0) return std::nullopt;
  return ImageSize{static_cast<int>(parts->front()), static_cast<int>(parts->back())};
}

// "size=64x48", "skip_unreadable": what differs from the defaults.
std::vector<std::string> words_of(const PictureOptions& options) {
  const PictureOptions usual;
  std::vector<std::string> words;
  if (options.size) words.push_back("size=" + to_text(*options.size));
  if (options.fit != usual.fit) words.push_back(fmt::format("fit={}", name_of(options.fit)));
  if (options.channels != usual.channels) words.push_back(fmt::format("channels={}", options.channels));
  if (options.skip_unreadable) words.emplace_back("skip_unreadable");
  return words;
}

}  // namespace

ImageSize image_size(const std::string& text, std::string_view where) {
  const std::optional<ImageSize> size = size_from_text(text);
  if (!size)
    throw usage_error(
        "{}: expected WIDTHxHEIGHT of 1 to {} pixels (64x48), or one number for a square, got '{}'", where,
        longest_side, text);
  return *size;
}

Fit fit_from_name(const std::string& name, std::string_view where) {
  const std::optional<Fit> fit = fit_named(name);
  if (!fit) throw usage_error("{}: expected {}, got '{}'", where, fit_names(), name);
  return *fit;
}

int checked_channels(int channels, std::string_view where) {
  if (channels != 1 && channels != 3)
    throw usage_error("{}: expected 1 (grey) or 3 (colour), got {}", where, channels);
  return channels;
}

std::string to_text(const ImageSize& size) { return fmt::format("{}x{}", size.width, size.height); }

std::string to_text(const PictureOptions& options) { return join(words_of(options), " "); }

std::string to_command_options(const PictureOptions& options) {
  std::vector<std::string> words = words_of(options);
  for (std::string& word : words) {
    std::replace(word.begin(), word.end(), '=', ' ');
    std::replace(word.begin(), word.end(), '_', '-');
    word.insert(0, "--");
  }
  return join(words, " ");
}

PictureOptions picture_options_from_text(const std::string& text, const std::string& where) {
  PictureOptions options;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const std::size_t equals = std::min(word.find('='), word.size());
    const std::string key = word.substr(0, equals), value = word.substr(std::min(equals + 1, word.size()));
    if (const std::optional<ImageSize> size = size_from_text(value); key == "size" && size)
      options.size = size;
    else if (const std::optional<Fit> fit = fit_named(value); key == "fit" && fit)
      options.fit = *fit;
    else if (key == "channels" && (value == "1" || value == "3"))
      options.channels = value == "1" ? 1 : 3;
    else if (word == "skip_unreadable")
      options.skip_unreadable = true;
    else
      throw bad_input(
          "{}: expected what is done to pictures (size, fit, channels, skip_unreadable), got '{}'", where,
          word);
  }
  return options;
}

}  // namespace tailor
