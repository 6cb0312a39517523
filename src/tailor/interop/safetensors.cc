// File layout: u64 little-endian N, N bytes of JSON that start with '{' and may end in spaces, then the data.
// Offsets in the header count from the start of the data and must cover it without holes or overlaps.
#include "tailor/interop/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/hash.h"
#include "tailor/base/probable_kind.h"

namespace tailor {
namespace {

static_assert(std::endian::native == std::endian::little, "tensor data is copied as little-endian");

using Json = nlohmann::ordered_json;

constexpr std::string_view metadata_key = "__metadata__";
constexpr const char* digest_key = "tailor_sha256";  // of the rest of the metadata and the data
constexpr std::uint64_t length_bytes = 8;
constexpr std::uint64_t max_header = 100'000'000;  // the reference reader's limit

// The number of values, or nothing if a dimension is negative or the product does not fit.
std::optional<std::uint64_t> count_values(std::span<const std::int64_t> shape) {
  std::uint64_t count = 1;
  for (std::int64_t dimension : shape)
    if (dimension < 0 || __builtin_mul_overflow(count, static_cast<std::uint64_t>(dimension), &count))
      return {};
  return count;
}

std::string shape_text(std::span<const std::int64_t> shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

std::uint64_t header_length(std::string_view bytes, const std::string& origin) {
  if (bytes.empty()) throw bad_input("{}: not a safetensors file: it is empty", origin);
  if (bytes.size() < length_bytes)
    throw bad_input("{}: not a safetensors file: {} bytes, too short for the 8-byte header length{}", origin,
                    bytes.size(), probable_kind(bytes));
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), length_bytes);
  if (length > max_header)
    throw bad_input("{}: not a safetensors file: offset 0 gives a header of {} bytes, the limit is {}{}",
                    origin, length, max_header, probable_kind(bytes));
  if (length > bytes.size() - length_bytes)
    throw bad_input(
        "{}: the header at offset 8 should have {} bytes, {} are there: cut short or not safetensors{}",
        origin, length, bytes.size() - length_bytes, probable_kind(bytes));
  if (length < 2 || bytes[length_bytes] != '{')
    throw bad_input("{}: not a safetensors file: the header at offset 8 must be a JSON object{}", origin,
                    probable_kind(bytes));
  return length;
}

// The JSON of the header; a repeated key at any level and nesting deeper than the format's are refused while
// parsing.
nlohmann::json parse_header(std::string_view text, const std::string& origin) {
  std::vector<std::set<std::string>> keys;
  using Event = nlohmann::json::parse_event_t;
  const auto watch = [&](int, Event event, nlohmann::json& value) {
    if (event == Event::object_start || event == Event::array_start) {
      if (keys.size() == 3)
        throw bad_input("{}: the header is nested too deeply; not written by a safetensors tool", origin);
      keys.emplace_back();
    } else if (event == Event::object_end || event == Event::array_end) {
      keys.pop_back();
    } else if (event == Event::key && !keys.back().insert(value.get<std::string>()).second) {
      throw bad_input("{}: the header has the key '{}' twice", origin, value.get<std::string>());
    }
    return true;
  };
  try {
    return nlohmann::json::parse(text.begin(), text.end(), watch);
  } catch (const nlohmann::json::parse_error& error) {
    throw bad_input("{}: the header is not valid JSON at offset {}: damaged or not safetensors", origin,
                    length_bytes + error.byte);
  }
}

// A list of integers from 0 to 2^63 - 1, or nothing.
std::optional<std::vector<std::int64_t>> sizes(const nlohmann::json& entry, const char* key) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_array()) return {};
  std::vector<std::int64_t> values;
  for (const auto& value : *found) {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > INT64_MAX) return {};
    values.push_back(value.get<std::int64_t>());
  }
  return values;
}

// One tensor's place in the data, in bytes.
struct Entry {
  std::string name;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;
};

Entry parse_entry(const std::string& name, const nlohmann::json& value, std::uint64_t data_bytes,
                  const std::string& origin) {
  if (!value.is_object())
    throw bad_input("{}: tensor '{}': expected an object, got {}", origin, name, value.type_name());
  const auto type = value.find("dtype");
  if (type == value.end() || !type->is_string()) throw bad_input("{}: tensor '{}': no dtype", origin, name);
  if (*type != "F32")
    throw bad_input("{}: tensor '{}' has dtype {}, only F32 is read: convert the file to float32 first",
                    origin, name, type->get<std::string>());
  auto shape = sizes(value, "shape");
  if (!shape) throw bad_input("{}: tensor '{}': shape must be a list of sizes", origin, name);
  const auto offsets = sizes(value, "data_offsets");
  if (!offsets || offsets->size() != 2 || (*offsets)[0] > (*offsets)[1])
    throw bad_input("{}: tensor '{}': data_offsets must be [begin, end]", origin, name);
  Entry entry{name, std::move(*shape), static_cast<std::uint64_t>((*offsets)[0]),
              static_cast<std::uint64_t>((*offsets)[1])};
  if (entry.end > data_bytes)
    throw bad_input("{}: tensor '{}' ends at byte {} of the data, which has {}: the file is cut short",
                    origin, name, entry.end, data_bytes);
  const auto values = count_values(entry.shape);
  if (!values || *values > UINT64_MAX / sizeof(float) || *values * sizeof(float) != entry.end - entry.begin)
    throw bad_input("{}: tensor '{}': shape {} of F32 does not fit its {} bytes of data", origin, name,
                    shape_text(entry.shape), entry.end - entry.begin);
  return entry;
}

std::map<std::string, std::string> parse_metadata(const nlohmann::json& value, const std::string& origin) {
  std::map<std::string, std::string> metadata;
  if (!value.is_object())
    throw bad_input("{}: {}: expected an object, got {}", origin, metadata_key, value.type_name());
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string())
      throw bad_input("{}: {}: '{}': expected a string, got {}", origin, metadata_key, key, text.type_name());
    metadata[key] = text.get<std::string>();
  }
  return metadata;
}

void check_coverage(std::span<const Entry> entries, std::uint64_t data_bytes, const std::string& origin) {
  std::uint64_t at = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != at)
      throw bad_input("{}: tensor '{}' begins at byte {} of the data, expected {}: a {}", origin, entry.name,
                      entry.begin, at, entry.begin < at ? "tensor overlaps another" : "hole in the data");
    at = entry.end;
  }
  if (at != data_bytes)
    throw bad_input("{}: the tensors end at byte {} of the data, which has {}: something was appended",
                    origin, at, data_bytes);
}

// Adds the metadata to a digest; the data is to follow.
void digest_metadata(Sha256& digest, const std::map<std::string, std::string>& metadata) {
  for (const auto& [key, text] : metadata)
    digest.add(fmt::format("{} {} ", key.size(), text.size())).add(key).add(text);
}

// Takes the digest out of the metadata. Files of other tools have none.
void check_digest(std::map<std::string, std::string>& metadata, std::string_view data,
                  const std::string& origin) {
  const auto recorded = metadata.extract(digest_key);
  if (recorded.empty()) return;
  Sha256 digest;
  digest_metadata(digest, metadata);
  if (const std::string found = digest.add(data).hex(); found != recorded.mapped())
    throw bad_input(
        "{}: expected contents of SHA-256 {}, as recorded in it, got {}: the file was damaged or changed "
        "since",
        origin, recorded.mapped(), found);
}

std::string make_header(std::span<const TensorView* const> tensors,
                        const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  header[std::string(metadata_key)] = metadata;
  std::uint64_t at = 0;
  for (const TensorView* tensor : tensors) {
    const std::uint64_t end = at + tensor->data.size_bytes();
    header[tensor->name] = {{"dtype", "F32"}, {"shape", tensor->shape}, {"data_offsets", {at, end}}};
    at = end;
  }
  std::string text = header.dump();
  text.append((length_bytes - text.size() % length_bytes) % length_bytes, ' ');
  return text;
}

}  // namespace

const Tensor* Safetensors::find(std::string_view name) const {
  const auto found =
      std::find_if(tensors.begin(), tensors.end(), [&](const Tensor& t) { return t.name == name; });
  return found == tensors.end() ? nullptr : &*found;
}

void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const std::map<std::string, std::string>& metadata) {
  std::vector<const TensorView*> sorted;
  std::size_t data_bytes = 0;
  for (const TensorView& tensor : tensors) {
    if (tensor.name == metadata_key)
      throw failure("{}: '{}' is no name for a tensor", path.string(), metadata_key);
    if (count_values(tensor.shape) != tensor.data.size())
      throw failure("{}: tensor '{}': shape {} does not fit {} values", path.string(), tensor.name,
                    shape_text(tensor.shape), tensor.data.size());
    sorted.push_back(&tensor);
    data_bytes += tensor.data.size_bytes();
  }
  const auto name = [](const TensorView* tensor) -> const std::string& { return tensor->name; };
  std::ranges::sort(sorted, {}, name);
  if (const auto twice = std::ranges::adjacent_find(sorted, {}, name); twice != sorted.end())
    throw failure("{}: two tensors are called '{}'", path.string(), (*twice)->name);

  if (metadata.contains(digest_key))
    throw failure("{}: '{}' is no key for metadata", path.string(), digest_key);
  Sha256 digest;
  digest_metadata(digest, metadata);
  for (const TensorView* tensor : sorted) digest.add(tensor->data.data(), tensor->data.size_bytes());
  std::map<std::string, std::string> sealed = metadata;
  sealed[digest_key] = digest.hex();

  std::string header;
  try {
    header = make_header(sorted, sealed);
  } catch (const nlohmann::json::exception&) {
    throw failure("{}: a tensor's name or the metadata is not UTF-8", path.string());
  }
  std::string file(length_bytes, '\0');
  const std::uint64_t length = header.size();
  std::memcpy(file.data(), &length, length_bytes);
  file.reserve(file.size() + header.size() + data_bytes);
  file += header;
  for (const TensorView* tensor : sorted)
    file.append(reinterpret_cast<const char*>(tensor->data.data()), tensor->data.size_bytes());
  write_file(path, file);
}

Safetensors parse_safetensors(std::string_view bytes, const std::string& origin) {
  const std::uint64_t length = header_length(bytes, origin);
  const std::string_view data = bytes.substr(length_bytes + length);
  const nlohmann::json header = parse_header(bytes.substr(length_bytes, length), origin);

  Safetensors result;
  std::vector<Entry> entries;
  for (const auto& [name, value] : header.items()) {
    if (name == metadata_key)
      result.metadata = parse_metadata(value, origin);
    else
      entries.push_back(parse_entry(name, value, data.size(), origin));
  }
  std::ranges::sort(entries, {}, [](const Entry& entry) { return std::pair(entry.begin, entry.end); });
  check_coverage(entries, data.size(), origin);
  check_digest(result.metadata, data, origin);

  for (Entry& entry : entries) {
    Tensor tensor{std::move(entry.name), std::move(entry.shape),
                  AlignedFloats((entry.end - entry.begin) / sizeof(float))};
    if (!tensor.data.empty())
      std::memcpy(tensor.data.data(), data.data() + entry.begin, entry.end - entry.begin);
    result.tensors.push_back(std::move(tensor));
  }
  return result;
}

Safetensors read_safetensors(const std::filesystem::path& path) {
  return parse_safetensors(read_file(path), path.string());
}

}  // namespace tailor
