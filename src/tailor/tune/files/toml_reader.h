// Reading TOML with a complaint for every mistake: "file:line: key: expected …, got …". Used by the readers
// of study and space files, which alone include it (toml++ is large).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// toml++ asserts on some malformed keys that it also reports.
#define TOML_ASSERT(expr) static_cast<void>(0)
#include <toml++/toml.h>

#include "tailor/base/error.h"

namespace tailor {

class TomlReader {
 public:
  explicit TomlReader(std::string origin) : origin_(std::move(origin)) {}

  const std::string& origin() const { return origin_; }
  toml::table parse(const std::string& text) const;

  template <class... Args>
  [[nodiscard]] Error wrong(std::uint32_t line, std::string_view key, fmt::format_string<Args...> text,
                            Args&&... args) const {
    return bad_input("{}:{}: {}: {}", origin_, line, key, fmt::format(text, std::forward<Args>(args)...));
  }

  // Keys of a table in the file's order.
  struct Entry {
    std::string key;
    const toml::node* node;
    std::uint32_t line;
  };
  static std::vector<Entry> entries(const toml::table& table);

  // Refuses other keys than these; `prefix` is put before the key in the message.
  void check_keys(const toml::table& table, const std::string& prefix,
                  const std::vector<std::string>& known) const;

  // The value of `key`, nothing if it is not there; another type or a value out of range is refused.
  std::optional<std::string> text(const toml::table& table, const char* key,
                                  const std::string& prefix = "") const;
  std::optional<std::int64_t> integer(const toml::table& table, const char* key, std::int64_t low,
                                      std::int64_t high, const std::string& prefix = "") const;
  std::optional<double> real(const toml::table& table, const char* key, double low, double high,
                             const std::string& prefix = "") const;
  std::optional<bool> boolean(const toml::table& table, const char* key,
                              const std::string& prefix = "") const;
  const toml::table* table(const toml::table& table, const char* key) const;

 private:
  std::string origin_;
};

std::uint32_t line_of(const toml::node& node);
std::string describe(const toml::node& node);

}  // namespace tailor
