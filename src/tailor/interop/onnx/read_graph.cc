// ONNX files to graph.h: the only file that knows protobuf. Memory stays near the file's size: values are
// checked against the bytes that are there before they are copied, and protobuf's own objects have a budget,
// since two bytes of a file can ask for hundreds of memory.
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <google/protobuf/arena.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/unknown_field_set.h>
#include <onnx/onnx_pb.h>

#include "tailor/base/error.h"
#include "tailor/base/mapped_file.h"
#include "tailor/base/probable_kind.h"
#include "tailor/base/text.h"
#include "tailor/interop/onnx/graph.h"

namespace tailor::onnx {
namespace {

namespace protobuf = google::protobuf;
namespace fs = std::filesystem;

static_assert(std::endian::native == std::endian::little, "raw data are copied as little-endian");

constexpr std::size_t most_file_bytes = INT32_MAX;  // protobuf's own limit
constexpr std::size_t usual_objects = std::size_t{64} << 20;
constexpr int most_dimensions = 8;
constexpr std::int64_t most_values = std::int64_t{1} << 31;
constexpr std::int64_t most_whole_values = std::int64_t{1} << 22;  // shapes and indices, never weights

// What protobuf may still allocate for objects of the message that is being parsed.
thread_local std::size_t object_budget = 0;

void* allocate_block(std::size_t bytes) {
  if (bytes > object_budget) throw std::bad_alloc();
  object_budget -= bytes;
  return ::operator new(bytes);
}

void free_block(void* block, std::size_t) { ::operator delete(block); }

float half_to_float(std::uint16_t half) {
  const int exponent = (half >> 10) & 31, mantissa = half & 1023;
  float value = 0;
  if (exponent == 0)
    value = std::ldexp(static_cast<float>(mantissa), -24);
  else if (exponent == 31)
    value = mantissa ? NAN : INFINITY;
  else
    value = std::ldexp(static_cast<float>(mantissa + 1024), exponent - 25);
  return half & 0x8000 ? -value : value;
}

float brain_to_float(std::uint16_t brain) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(brain) << 16);
}

// Files of weights beside the model, each mapped once.
class WeightFiles {
 public:
  explicit WeightFiles(const fs::path& model) : model_(model) {}

  std::span<const std::uint8_t> bytes(const ::onnx::TensorProto& tensor, std::uint64_t expected) {
    std::string location;
    std::uint64_t offset = 0, length = expected;
    for (const auto& entry : tensor.external_data()) {
      if (entry.key() == "location") location = entry.value();
      if (entry.key() == "offset") offset = number(tensor, entry);
      if (entry.key() == "length") length = number(tensor, entry);
    }
    if (length != expected)
      throw bad_input("{}: tensor '{}': expected {} bytes, its entry for {} says {}", model_.string(),
                      tensor.name(), expected, location, length);
    const std::span<const std::uint8_t> all = file(tensor, location).bytes();
    if (offset > all.size() || length > all.size() - offset)
      throw bad_input("{}: tensor '{}': bytes {} to {} of {} are asked for, the file has {}: cut short?",
                      model_.string(), tensor.name(), offset, offset + length, location, all.size());
    return all.subspan(offset, length);
  }

 private:
  std::uint64_t number(const ::onnx::TensorProto& tensor, const ::onnx::StringStringEntryProto& entry) const {
    const auto value = numbers(entry.value(), '\0', std::uint64_t{1} << 62);
    if (!value || value->size() != 1)
      throw bad_input("{}: tensor '{}': {}: expected a whole number, got '{}'", model_.string(),
                      tensor.name(), entry.key(), entry.value());
    return value->front();
  }

  const MappedFile& file(const ::onnx::TensorProto& tensor, const std::string& location) {
    if (const auto found = files_.find(location); found != files_.end()) return *found->second;
    const fs::path folder = model_.has_parent_path() ? model_.parent_path() : fs::path(".");
    const fs::path path = folder / location;
    std::error_code code;
    const fs::path inside = fs::weakly_canonical(path, code).lexically_relative(fs::canonical(folder, code));
    if (location.empty() || fs::path(location).is_absolute() || code || inside.empty() ||
        *inside.begin() == "..")
      throw bad_input(
          "{}: tensor '{}' lies in '{}': only files in the model's own folder and below are read; export with the "
          "weights beside the model or inside it",
          model_.string(), tensor.name(), location);
    if (!fs::is_regular_file(path, code))
      throw bad_input(
          "{}: the weights lie in a file of their own, {}, which is missing: it belongs beside the model",
          model_.string(), location);
    return *files_.emplace(location, std::make_unique<MappedFile>(path)).first->second;
  }

  const fs::path& model_;
  std::map<std::string, std::unique_ptr<MappedFile>> files_;
};

class GraphReader {
 public:
  explicit GraphReader(const fs::path& file) : file_(file), weights_(file) {}

  Graph read(const ::onnx::ModelProto& model) {
    const ::onnx::GraphProto& from = model.graph();
    Graph graph;
    graph.producer = model.producer_name();
    if (!model.producer_version().empty()) graph.producer += " " + model.producer_version();
    for (const auto& set : model.opset_import())
      if (own_domain(set.domain())) graph.opset = set.version();
    if (graph.opset < 1)
      throw bad_input("{}: it names no version of ONNX's operators: damaged", file_.string());
    if (from.sparse_initializer_size() > 0)
      throw bad_input("{}: sparse tensors ('{}') are not read", file_.string(),
                      from.sparse_initializer(0).values().name());
    for (const auto& tensor : from.initializer()) {
      if (tensor.name().empty()) throw bad_input("{}: a tensor without a name", file_.string());
      graph.constants[tensor.name()] = array(tensor);
    }
    for (const auto& input : from.input())
      if (!graph.constants.contains(input.name())) graph.inputs.push_back(graph_input(input));
    for (const auto& output : from.output()) graph.outputs.push_back(output.name());
    for (const auto& node : from.node()) graph.nodes.push_back(read(node, graph.nodes.size() + 1));
    return graph;
  }

 private:
  static bool own_domain(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

  static GraphInput graph_input(const ::onnx::ValueInfoProto& info) {
    GraphInput input{info.name(), {}};
    for (const auto& size : info.type().tensor_type().shape().dim())
      input.shape.push_back(size.has_dim_value() && size.dim_value() > 0 ? size.dim_value() : open_size);
    return input;
  }

  Node read(const ::onnx::NodeProto& from, std::size_t number) {
    Node node;
    node.op = own_domain(from.domain()) ? from.op_type() : from.domain() + "." + from.op_type();
    node.name = from.name().empty() ? fmt::format("node {}", number) : from.name();
    node.module = module_of(from);
    node.inputs.assign(from.input().begin(), from.input().end());
    node.outputs.assign(from.output().begin(), from.output().end());
    for (const auto& attribute : from.attribute()) node.attributes[attribute.name()] = read(attribute);
    return node;
  }

  Attribute read(const ::onnx::AttributeProto& a) {
    switch (a.type()) {
      case ::onnx::AttributeProto::FLOAT:
        return a.f();
      case ::onnx::AttributeProto::INT:
        return std::int64_t{a.i()};
      case ::onnx::AttributeProto::STRING:
        return a.s();
      case ::onnx::AttributeProto::TENSOR:
        return array(a.t());
      case ::onnx::AttributeProto::FLOATS:
        return std::vector<float>(a.floats().begin(), a.floats().end());
      case ::onnx::AttributeProto::INTS:
        return std::vector<std::int64_t>(a.ints().begin(), a.ints().end());
      default:
        return {};
    }
  }

  // PyTorch's newer exporter writes ['', 'layer1', 'layer1.0', 'layer1.0.conv1', 'conv2d'] into the node's
  // metadata (field 9, younger than the distribution's protobuf classes): the innermost module is the last but one.
  static std::string module_of(const ::onnx::NodeProto& node) {
    constexpr int metadata_props = 9;
    const protobuf::UnknownFieldSet& fields = node.unknown_fields();
    for (int i = 0; i < fields.field_count(); ++i) {
      const protobuf::UnknownField& field = fields.field(i);
      ::onnx::StringStringEntryProto entry;
      if (field.number() != metadata_props || field.type() != protobuf::UnknownField::TYPE_LENGTH_DELIMITED ||
          !entry.ParseFromString(field.length_delimited()) || entry.key() != "pkg.torch.onnx.name_scopes")
        continue;
      const std::string& text = entry.value();
      std::vector<std::string> names;
      for (std::size_t at = text.find('\''); at != std::string::npos;) {
        const std::size_t end = text.find('\'', at + 1);
        if (end == std::string::npos) break;
        names.push_back(text.substr(at + 1, end - at - 1));
        at = text.find('\'', end + 1);
      }
      return names.size() < 2 ? "" : names[names.size() - 2];
    }
    return "";
  }

  // The shape, with as many values as memory and indices can hold.
  std::vector<std::int64_t> shape(const ::onnx::TensorProto& tensor) const {
    std::int64_t count = 1;
    bool good = tensor.dims_size() <= most_dimensions;
    for (const std::int64_t size : tensor.dims())
      good = good && size >= 0 && !__builtin_mul_overflow(count, size, &count) && count <= most_values;
    if (!good)
      throw bad_input("{}: tensor '{}': a shape of [{}] is not read: at most {} dimensions and {} values",
                      file_.string(), tensor.name(), fmt::join(tensor.dims(), ", "), most_dimensions,
                      most_values);
    return {tensor.dims().begin(), tensor.dims().end()};
  }

  Array array(const ::onnx::TensorProto& tensor) {
    Array array;
    array.shape = shape(tensor);
    switch (tensor.data_type()) {
      case ::onnx::TensorProto::FLOAT:
        fill(tensor, array, array.reals, tensor.float_data(), [](float v) { return v; });
        break;
      case ::onnx::TensorProto::DOUBLE:
        fill(tensor, array, array.reals, tensor.double_data(),
             [](double v) { return static_cast<float>(v); });
        break;
      case ::onnx::TensorProto::FLOAT16:
        fill<std::uint16_t>(tensor, array, array.reals, tensor.int32_data(), half_to_float);
        break;
      case ::onnx::TensorProto::BFLOAT16:
        fill<std::uint16_t>(tensor, array, array.reals, tensor.int32_data(), brain_to_float);
        break;
      case ::onnx::TensorProto::INT64:
        fill_whole<std::int64_t>(tensor, array, tensor.int64_data());
        break;
      case ::onnx::TensorProto::INT32:
        fill_whole<std::int32_t>(tensor, array, tensor.int32_data());
        break;
      case ::onnx::TensorProto::INT8:
        fill_whole<std::int8_t>(tensor, array, tensor.int32_data());
        break;
      case ::onnx::TensorProto::UINT8:
      case ::onnx::TensorProto::BOOL:
        fill_whole<std::uint8_t>(tensor, array, tensor.int32_data());
        break;
      default:
        array.problem = fmt::format("numbers of ONNX's type {} are not read", tensor.data_type());
    }
    return array;
  }

  template <class Stored, class Field>
  void fill_whole(const ::onnx::TensorProto& tensor, Array& array, const Field& field) {
    array.whole = true;
    if (array.count() > most_whole_values)
      array.problem =
          fmt::format("{} whole numbers are too many: quantised weights are not read", array.count());
    else
      fill<Stored>(tensor, array, array.integers, field, [](Stored v) { return std::int64_t{v}; });
  }

  template <class Values, class Field, class Convert>
  void fill(const ::onnx::TensorProto& tensor, Array& array, Values& out, const Field& field,
            Convert convert) {
    fill<typename Field::value_type>(tensor, array, out, field, convert);
  }

  // From raw bytes, here or in another file, or from the field for such numbers.
  template <class Stored, class Values, class Field, class Convert>
  void fill(const ::onnx::TensorProto& tensor, Array& array, Values& out, const Field& field,
            Convert convert) {
    const auto count = static_cast<std::size_t>(array.count());
    const std::size_t bytes = count * sizeof(Stored);
    const bool external = tensor.data_location() == ::onnx::TensorProto::EXTERNAL;
    if (!external && !tensor.has_raw_data()) {
      if (static_cast<std::size_t>(field.size()) != count)
        throw wrong_length(tensor, count, field.size(), "values");
      out.reserve(count);
      for (const auto value : field) out.push_back(convert(static_cast<Stored>(value)));
      return;
    }
    const std::string& raw = tensor.raw_data();
    if (!external && raw.size() != bytes) throw wrong_length(tensor, bytes, raw.size(), "bytes");
    const void* data = external ? static_cast<const void*>(weights_.bytes(tensor, bytes).data()) : raw.data();
    out.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      Stored value;
      std::memcpy(&value, static_cast<const char*>(data) + i * sizeof(Stored), sizeof(Stored));
      out[i] = convert(value);
    }
  }

  template <class Got>
  Error wrong_length(const ::onnx::TensorProto& tensor, std::size_t expected, Got got,
                     const char* unit) const {
    return bad_input("{}: tensor '{}' of shape [{}]: expected {} {}, got {}: damaged", file_.string(),
                     tensor.name(), fmt::join(tensor.dims(), ", "), expected, unit, got);
  }

  const fs::path& file_;
  WeightFiles weights_;
};

}  // namespace

Graph read_graph(const fs::path& file) {
  std::error_code code;
  if (fs::is_directory(file, code)) throw bad_input("{}: expected an ONNX file, got a folder", file.string());
  const MappedFile content(file);
  const std::span<const std::uint8_t> bytes = content.bytes();
  if (bytes.size() > most_file_bytes)
    throw bad_input(
        "{}: {} bytes are too many for an ONNX file (at most {}): larger ones keep their weights beside",
        file.string(), bytes.size(), most_file_bytes);
  protobuf::ArenaOptions options;
  options.block_alloc = allocate_block;
  options.block_dealloc = free_block;
  object_budget = usual_objects + 4 * bytes.size();
  protobuf::Arena arena(options);
  auto* model = protobuf::Arena::CreateMessage<::onnx::ModelProto>(&arena);
  bool parsed = false;
  try {
    protobuf::io::CodedInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
    parsed = model->ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage();
  } catch (const std::bad_alloc&) {
    throw bad_input("{}: it asks for far more memory than a network of {} bytes needs", file.string(),
                    bytes.size());
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!parsed || !model->has_graph() || model->graph().node_size() == 0)
    throw bad_input("{}: not an ONNX model, or a damaged one{}", file.string(), probable_kind(text));
  return GraphReader(file).read(*model);
}

}  // namespace tailor::onnx
