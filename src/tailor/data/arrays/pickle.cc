#include "tailor/data/arrays/pickle.h"

#include <algorithm>
#include <limits>

#include "tailor/base/error.h"
#include "tailor/base/text.h"
#include "tailor/data/arrays/pickle_reader.h"

namespace tailor {

Pickle::Pickle(std::string name, std::string_view content) : name_(std::move(name)) {
  Reader(*this, content).run();
  if (values_[root_].kind != Kind::dictionary)
    throw bad_input("{}: expected a pickle of a dictionary, as CIFAR has it, got something else", name_);
}

std::optional<Pickle::Index> Pickle::find(std::string_view key) const {
  const std::vector<Index>& items = values_[root_].items;
  for (std::size_t i = items.size(); i >= 2; i -= 2)  // of equal keys the last one counts
    if (values_[items[i - 2]].kind == Kind::text && values_[items[i - 2]].text == key) return items[i - 1];
  return std::nullopt;
}

bool Pickle::has(std::string_view key) const { return find(key).has_value(); }

Pickle::Index Pickle::value(std::string_view key) const {
  if (const std::optional<Index> found = find(key)) return *found;
  std::vector<std::string> keys;
  const std::vector<Index>& items = values_[root_].items;
  for (std::size_t i = 0; i < items.size() && keys.size() < 8; i += 2)
    if (const Value& each = values_[items[i]]; each.kind == Kind::text)
      keys.push_back(is_utf8(each.text) ? fmt::format("{:.40}", each.text) : "?");
  throw bad_input("{}: expected the key '{}', got {}", name_, key,
                  keys.empty() ? "no keys" : join(keys, ", "));
}

const Pickle::Array* Pickle::array(const Value& value) const {
  if (value.kind != Kind::array) return nullptr;
  const Array& array = arrays_[static_cast<std::size_t>(value.number)];
  return array.complete ? &array : nullptr;
}

Error Pickle::unexpected(std::string_view key, std::string_view expected, const Value& got) const {
  const char* const what = got.kind == Kind::none                               ? "None"
                           : got.kind == Kind::number || got.kind == Kind::real ? "a number"
                           : got.kind == Kind::text                             ? "a text"
                           : got.kind == Kind::dictionary                       ? "a dictionary"
                           : got.kind == Kind::list || got.kind == Kind::tuple  ? "a list of something else"
                                                                                : "something else";
  return bad_input("{}: '{}': expected {}, got {}", name_, key, expected, what);
}

std::vector<std::string> Pickle::texts(std::string_view key) const {
  const Value& list = values_[value(key)];
  std::vector<std::string> texts;
  for (const Index item : list.items) {
    if (values_[item].kind != Kind::text) break;
    texts.emplace_back(values_[item].text);
  }
  if ((list.kind != Kind::list && list.kind != Kind::tuple) || texts.size() != list.items.size())
    throw unexpected(key, "a list of texts", list);
  return texts;
}

std::vector<std::uint16_t> Pickle::labels(std::string_view key) const {
  const Value& list = values_[value(key)];
  if (const Array* found = array(list)) {
    if (found->header.shape.size() != 1)
      throw bad_input("{}: '{}': expected one label for each image, got an array of {}", name_, key,
                      shape_text(found->header.shape));
    return whole_array<std::uint16_t>(found->header,
                                      reinterpret_cast<const unsigned char*>(found->bytes.data()),
                                      name_ + ": '" + std::string(key) + "'")
        .values;
  }
  std::vector<std::uint16_t> labels;
  for (const Index item : list.items) {
    const Value& label = values_[item];
    if (label.kind != Kind::number) break;
    if (label.number < 0 || label.number > std::numeric_limits<std::uint16_t>::max())
      throw bad_input("{}: '{}': label {}: expected 0 to 65535, got {}", name_, key, labels.size(),
                      label.number);
    labels.push_back(static_cast<std::uint16_t>(label.number));
  }
  if ((list.kind != Kind::list && list.kind != Kind::tuple) || labels.size() != list.items.size())
    throw unexpected(key, "a list of whole numbers", list);
  return labels;
}

WholeArray<std::uint8_t> Pickle::pixels(std::string_view key) const {
  const Value& pixels = values_[value(key)];
  const Array* const found = array(pixels);
  if (!found) throw unexpected(key, "a NumPy array", pixels);
  return whole_array<std::uint8_t>(found->header, reinterpret_cast<const unsigned char*>(found->bytes.data()),
                                   name_ + ": '" + std::string(key) + "'");
}

}  // namespace tailor
