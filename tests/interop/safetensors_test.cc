#include "tailor/interop/safetensors.h"

#include <cmath>
#include <cstring>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scratch.h"
#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/hash.h"

namespace tailor {
namespace {

using ::testing::HasSubstr;

// A file from its parts, as another tool might have written it.
std::string file_of(const std::string& header, std::size_t data_bytes = 0) {
  std::string bytes(8, '\0');
  const std::uint64_t length = header.size();
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + std::string(data_bytes, '\0');
}

std::string message_of(const std::string& bytes) {
  try {
    parse_safetensors(bytes, "weights.bin");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    return error.what();
  }
  return "no error";
}

std::string example() {
  const std::vector<float> kernel{1, -2.5f, std::numeric_limits<float>::denorm_min(), INFINITY, -0.f, 3e38f};
  const std::vector<float> bias{7};
  const std::vector<TensorView> tensors{
      {"b.kernel", {2, 3}, kernel}, {"a \"quoted\" \u00e9", {}, bias}, {"empty", {0, 4}, {}}};
  write_safetensors(scratch("example.safetensors"), tensors, {{"z", "1"}, {"a", "line\nbreak"}});
  return read_file(scratch("example.safetensors"));
}

TEST(Safetensors, RoundTripKeepsEveryBitNameAndMetadata) {
  const std::string bytes = example();
  const Safetensors read = read_safetensors(scratch("example.safetensors"));
  ASSERT_EQ(read.tensors.size(), 3u);
  EXPECT_EQ(read.tensors[0].name, "a \"quoted\" \u00e9");
  EXPECT_TRUE(read.tensors[0].shape.empty());
  EXPECT_EQ(read.tensors[0].data, AlignedFloats{7});
  const Tensor* kernel = read.find("b.kernel");
  ASSERT_NE(kernel, nullptr);
  EXPECT_EQ(kernel->shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(kernel->data[2], std::numeric_limits<float>::denorm_min());
  EXPECT_TRUE(std::isinf(kernel->data[3]));
  EXPECT_TRUE(std::signbit(kernel->data[4]));
  EXPECT_EQ(read.find("empty")->shape, (std::vector<std::int64_t>{0, 4}));
  EXPECT_EQ(read.find("missing"), nullptr);
  EXPECT_EQ(read.metadata, (std::map<std::string, std::string>{{"a", "line\nbreak"}, {"z", "1"}}));
}

TEST(Safetensors, HeaderIsPaddedSortedAndInTheReferenceKeyOrder) {
  const std::vector<float> values{1, 2};
  const std::vector<TensorView> tensors{{"w", {2}, values}, {"b", {1}, std::span(values).first(1)}};
  write_safetensors(scratch("layout.safetensors"), tensors, {{"k", "v"}});
  const std::string bytes = read_file(scratch("layout.safetensors"));
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  EXPECT_EQ(length % 8, 0u);
  std::string header = bytes.substr(8, length);
  header.erase(header.find_last_not_of(' ') + 1);
  const std::string digest = sha256("1 1 kv" + bytes.substr(8 + length));
  EXPECT_EQ(header, R"({"__metadata__":{"k":"v","tailor_sha256":")" + digest +
                        R"("},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                        R"("w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})");
  EXPECT_EQ(bytes.size(), 8 + length + 12);
}

TEST(Safetensors, WriterRefusesWhatItsReaderWouldNotTake) {
  const std::vector<float> values{1, 2};
  const auto write = [&](std::vector<TensorView> tensors) { write_safetensors(scratch("refused"), tensors); };
  EXPECT_THROW(write({{"w", {3}, values}}), Error);
  EXPECT_THROW(write({{"w", {-1, -2}, values}}), Error);
  EXPECT_THROW(write({{"w", {2}, values}, {"w", {2}, values}}), Error);
  EXPECT_THROW(write({{"__metadata__", {2}, values}}), Error);
  EXPECT_THROW(write({{"\xff\xfe", {2}, values}}), Error);
  EXPECT_THROW(write_safetensors(scratch("refused"), {}, {{"tailor_sha256", "0"}}), Error);
  EXPECT_FALSE(std::filesystem::exists(scratch("refused")));
}

TEST(Safetensors, EachWrongHeaderIsNamed) {
  const auto tensor = [](const std::string& body) { return file_of(R"({"w":{)" + body + "}}", 8); };
  EXPECT_THAT(message_of(tensor(R"("dtype":"F16","shape":[4],"data_offsets":[0,8])")),
              HasSubstr("'w' has dtype F16"));
  EXPECT_THAT(message_of(tensor(R"("shape":[2],"data_offsets":[0,8])")), HasSubstr("no dtype"));
  EXPECT_THAT(message_of(tensor(R"("dtype":"F32","shape":[-2],"data_offsets":[0,8])")), HasSubstr("shape"));
  EXPECT_THAT(message_of(tensor(R"("dtype":"F32","shape":[2.0],"data_offsets":[0,8])")), HasSubstr("shape"));
  EXPECT_THAT(message_of(tensor(R"("dtype":"F32","shape":[2],"data_offsets":[8,0])")),
              HasSubstr("data_offsets"));
  EXPECT_THAT(message_of(tensor(R"("dtype":"F32","shape":[2],"data_offsets":[0])")),
              HasSubstr("data_offsets"));
  EXPECT_THAT(message_of(tensor(R"("dtype":"F32","shape":[3],"data_offsets":[0,8])")),
              HasSubstr("[3] of F32 does not fit"));
  EXPECT_THAT(message_of(tensor(R"("dtype":"F32","shape":[4],"data_offsets":[0,16])")),
              HasSubstr("cut short"));
  EXPECT_THAT(message_of(tensor(R"("dtype":"F32","shape":[1],"data_offsets":[0,4])")), HasSubstr("appended"));
  EXPECT_THAT(message_of(tensor(R"("dtype":"F32","shape":[1],"data_offsets":[4,8])")), HasSubstr("hole"));
  // 2^62 * 2^62 and 2^62 * 4 bytes wrap around to small numbers.
  EXPECT_THAT(message_of(tensor(
                  R"("dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,0])")),
              HasSubstr("does not fit"));
  EXPECT_THAT(message_of(tensor(R"("dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0])")),
              HasSubstr("does not fit"));
  EXPECT_THAT(message_of(file_of(R"({"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                                 R"("w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
                                 8)),
              HasSubstr("overlaps"));
  EXPECT_THAT(message_of(file_of(R"({"w":{},"w":{}})")), HasSubstr("'w' twice"));
  EXPECT_THAT(message_of(file_of(R"({"w":[[[[1]]]]})")), HasSubstr("nested"));
  EXPECT_THAT(message_of(file_of(R"({"w":3})")), HasSubstr("expected an object, got number"));
  EXPECT_THAT(message_of(file_of(R"({"__metadata__":{"k":1}})")), HasSubstr("'k': expected a string"));
  EXPECT_THAT(message_of(file_of(R"({"w":)")), HasSubstr("not valid JSON at offset"));
  EXPECT_THAT(message_of(file_of(R"([])")), HasSubstr("JSON object"));
  EXPECT_EQ(message_of(file_of("{}   ")), "no error");
}

TEST(Safetensors, OtherFilesAreNamedForWhatTheyAre) {
  EXPECT_THAT(message_of(""), HasSubstr("empty"));
  EXPECT_THAT(message_of("PK"), HasSubstr("too short"));
  EXPECT_THAT(message_of("PK\x03\x04 and the rest of an archive"), HasSubstr("PyTorch .pt"));
  EXPECT_THAT(message_of("\x89HDF\r\n\x1a\n and more"), HasSubstr("HDF5"));
  EXPECT_THAT(message_of("{\"layers\": []}"), HasSubstr("JSON file"));
  EXPECT_THAT(message_of("hello there, this is a note"), HasSubstr("text file"));
  EXPECT_THAT(message_of("version https://git-lfs.github.com/spec/v1\n"), HasSubstr("git lfs pull"));
  EXPECT_THAT(message_of(std::string("\xff\x00\x00\x00\x00\x00\x00\x00{}", 10)), HasSubstr("cut short"));
  EXPECT_THAT(message_of("hello there, this is a note"), HasSubstr("weights.bin: "));
}

// Whatever happens to a file, the reader answers with tensors that fit their shapes or with a bad-input
// error.
void expect_sane(const std::string& bytes) {
  try {
    for (const Tensor& tensor : parse_safetensors(bytes, "damaged").tensors) {
      std::size_t count = 1;
      for (std::int64_t dimension : tensor.shape) count *= static_cast<std::size_t>(dimension);
      ASSERT_EQ(count, tensor.data.size());
    }
  } catch (const Error& error) {
    ASSERT_EQ(error.code(), ExitCode::bad_input);
  }
}

TEST(Safetensors, AChangedBitOfDataOrMetadataIsNoticed) {
  const std::string good = example();
  const auto changed = [&](std::size_t at) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    return message_of(bytes);
  };
  EXPECT_THAT(changed(good.size() - 1), HasSubstr("weights.bin: expected contents of SHA-256 "));
  EXPECT_THAT(changed(good.find("break")), HasSubstr("damaged or changed since"));
  EXPECT_EQ(message_of(good), "no error");
}

TEST(Safetensors, ADigestOfAnotherToolIsItsOwnAffair) {
  const std::string foreign = file_of(R"({"__metadata__":{"sha256":"of something else"}})");
  EXPECT_EQ(parse_safetensors(foreign, "").metadata.at("sha256"), "of something else");
}

TEST(Safetensors, DamagedFilesNeverCrashTheReader) {
  const std::string good = example();
  for (std::size_t size = 0; size < good.size(); ++size) {
    expect_sane(good.substr(0, size));
    EXPECT_NE(message_of(good.substr(0, size)), "no error") << "cut at " << size;
  }
  EXPECT_NE(message_of(good + '\0'), "no error");
  for (std::size_t i = 0; i < good.size(); ++i)
    for (char value : std::string("\0\1\7 \",-09[]{}\x7f\x80\xff", 16)) {
      std::string damaged = good;
      damaged[i] = value;
      expect_sane(damaged);
    }
}

}  // namespace
}  // namespace tailor
