#include "tailor/data/array_dataset.h"

#include "data/arrays/array_files.h"

namespace tailor {
namespace {

using test::Entries;
using test::expect_error;
using test::npy;
using test::npy_images;
using test::npy_labels;
using test::packed;
using test::Packing;

// 6 training, 3 validation and 3 test images of 4x5 in three classes.
Entries keras_layout(const std::string& shape = "4, 5", std::size_t size = 20) {
  return {{"x_train.npy", npy_images(6, shape, size)}, {"y_train.npy", npy_labels(6, 3)},
          {"x_val.npy", npy_images(3, shape, size)},   {"y_val.npy", npy_labels(3, 3)},
          {"x_test.npy", npy_images(3, shape, size)},  {"y_test.npy", npy_labels(3, 3)}};
}

class ArraySource : public testing::Test {
 protected:
  std::unique_ptr<Dataset> open(const Entries& entries, Packing packing = Packing::zip) {
    return open_dataset(folder_.write("set.npz", packed(entries, packing)).string());
  }
  Entries changed(const std::string& name, const std::string& content) {
    Entries entries = keras_layout();
    for (auto& [each, old] : entries)
      if (each == name) old = content;
    return entries;
  }
  Entries without(const std::string& name) {
    Entries entries = keras_layout();
    std::erase_if(entries, [&](const auto& entry) { return entry.first == name; });
    return entries;
  }
  void refused(const Entries& entries, const std::vector<std::string>& parts) {
    expect_error(ExitCode::bad_input, parts, [&] { open(entries)->read_train(); });
  }
  void test_refused(const Entries& entries, const std::vector<std::string>& parts) {
    expect_error(ExitCode::bad_input, parts, [&] { open(entries)->read_test(); });
    expect_error(ExitCode::bad_input, parts, [&] { open(entries)->check_test({4, 5, 1}); });
  }

  test::TemporaryFolder folder_;
};

TEST_F(ArraySource, ReadsKerasLayout) {
  const auto data = open(keras_layout());
  EXPECT_EQ(data->name(), "set");
  EXPECT_EQ(data->classes(), 3);
  EXPECT_EQ(data->class_names(), (std::vector<std::string>{"0", "1", "2"}));
  EXPECT_TRUE(data->has_test());
  const ImageSet train = data->read_train();
  EXPECT_EQ(train.shape, (Shape{4, 5, 1}));
  EXPECT_EQ(train.count(), 9u);
  EXPECT_EQ(train.validation_begin, 6u);
  EXPECT_EQ(train.pixels.size(), 180u);
  EXPECT_EQ(train.image(1)[0], 20);
  EXPECT_EQ(train.image(6)[0], 0);
  EXPECT_EQ(train.labels, (std::vector<std::uint16_t>{0, 1, 2, 0, 1, 2, 0, 1, 2}));
  EXPECT_EQ(data->read_test().count(), 3u);
  EXPECT_NE(data->read_test().content_hash, train.content_hash);
  data->check_test({4, 5, 1});
  EXPECT_EQ(open_dataset(data->reference())->read_train().content_hash, train.content_hash);
  Entries only_train = without("x_val.npy");
  std::erase_if(only_train, [](const auto& entry) { return entry.first == "y_val.npy"; });
  EXPECT_EQ(open(only_train)->read_train().validation_begin, std::nullopt);
}

TEST_F(ArraySource, ReadsMedMnistsLayout) {
  Entries entries;
  for (const std::string part : {"train", "val", "test"}) {
    entries.emplace_back(part + "_images.npy", npy_images(3, "2, 2, 3", 12));
    entries.emplace_back(part + "_labels.npy", npy("|u1", "3, 1", std::string("\0\1\2", 3)));
  }
  const auto data = open(entries);
  const ImageSet train = data->read_train();
  EXPECT_EQ(train.shape, (Shape{2, 2, 3}));
  EXPECT_EQ(train.validation_begin, 3u);
  EXPECT_EQ(train.labels[5], 2);
  data->check_test({2, 2, 3});
}

// Whatever they are packed in and however the numbers are stored, the same images have the same hash.
TEST_F(ArraySource, IsTheSameHoweverItIsStored) {
  const std::string hash = open(keras_layout())->read_train().content_hash;
  EXPECT_EQ(open(keras_layout(), Packing::stored_zip)->read_train().content_hash, hash);
  EXPECT_EQ(open(keras_layout(), Packing::tar_gz)->read_train().content_hash, hash);
  for (const auto& [name, content] : keras_layout()) folder_.write(name, content);
  const auto folder = open_dataset(folder_.path().string());
  EXPECT_EQ(folder->name(), folder_.path().filename().string());
  EXPECT_EQ(folder->read_train().content_hash, hash);
  EXPECT_EQ(folder->read_test().content_hash, open(keras_layout())->read_test().content_hash);
  std::string wide;
  for (int i = 0; i < 6; ++i) wide += test::little_endian(static_cast<std::uint64_t>(i % 3), 8);
  EXPECT_EQ(open(changed("y_train.npy", npy("<i8", "6,", wide)))->read_train().content_hash, hash);
  EXPECT_EQ(open(keras_layout("4, 5, 1"))->read_train().content_hash, hash);
  EXPECT_NE(open(keras_layout("5, 4"))->read_train().content_hash, hash);
}

TEST_F(ArraySource, TurnsChannelsFirstIntoChannelsLast) {
  const auto data = open(keras_layout("3, 2, 5", 30));
  const ImageSet train = data->read_train();
  EXPECT_EQ(train.shape, (Shape{2, 5, 3}));
  for (std::size_t p = 0; p < 10; ++p)
    for (std::size_t c = 0; c < 3; ++c) EXPECT_EQ(train.image(1)[p * 3 + c], 30 + c * 10 + p);
  data->check_test({2, 5, 3});
  refused(keras_layout("3, 4, 3", 36), {"x_train.npy", "6x3x4x3", "both", "moveaxis"});
}

// The bytes of an array of bytes in C order as Fortran has them.
std::string fortran(const std::string& values, const std::vector<std::size_t>& shape) {
  std::string ordered;
  std::vector<std::size_t> index(shape.size(), 0);
  for (std::size_t n = 0; n < values.size(); ++n) {
    std::size_t at = 0;
    for (std::size_t d = 0; d < shape.size(); ++d) at = at * shape[d] + index[d];
    ordered += values[at];
    for (std::size_t d = 0; d < shape.size() && ++index[d] == shape[d]; ++d) index[d] = 0;
  }
  return ordered;
}

TEST_F(ArraySource, ReadsFortranOrder) {
  std::string values;
  for (int i = 0; i < 6 * 2 * 5 * 3; ++i) values += static_cast<char>(i);
  for (const auto& [text, shape] :
       {std::pair<std::string, std::vector<std::size_t>>{"6, 10, 18", {6, 10, 18}},
        {"6, 2, 5, 3", {6, 2, 5, 3}},
        {"6, 3, 2, 5", {6, 3, 2, 5}}}) {
    Entries entries = {{"x_train.npy", ""}, {"y_train.npy", npy_labels(6, 3)}};
    values.resize(6 * (shape.size() == 3 ? 180 : 30), '\7');
    entries[0].second = npy("|u1", text, values);
    const std::string hash = open(entries)->read_train().content_hash;
    entries[0].second = npy("|u1", text, fortran(values, shape), true);
    EXPECT_EQ(open(entries)->read_train().content_hash, hash) << text;
  }
}

// Through a file, as sets are read that may be larger than memory.
TEST_F(ArraySource, ReadsTheSameThroughAFile) {
  const test::TemporaryFolder cache;
  for (const bool in_fortran_order : {false, true})
    for (const std::string shape : {"4, 5", "3, 2, 5"}) {
      Entries entries = keras_layout(shape, shape == "4, 5" ? 20 : 30);
      if (in_fortran_order)
        entries[0].second = npy("|u1", "6, " + shape, std::string(entries[0].second.substr(128)), true);
      for (const Packing packing : {Packing::zip, Packing::stored_zip, Packing::tar_gz}) {
        const auto file = folder_.write("set.npz", packed(entries, packing));
        const ImageSet in_memory = open_array_dataset(file, "", {})->read_train();
        const ImageSet mapped = open_array_dataset(file, "", {cache.path(), 1})->read_train();
        EXPECT_EQ(mapped.content_hash, in_memory.content_hash);
        EXPECT_EQ(mapped.validation_begin, 6u);
        EXPECT_EQ(mapped.image(7)[3], in_memory.image(7)[3]);
      }
    }
  folder_.write("set.npz", packed(changed("y_train.npy", npy_labels(5, 3)), Packing::zip));
  EXPECT_THROW(open_array_dataset(folder_.path() / "set.npz", "", {cache.path(), 1})->read_train(), Error);
  EXPECT_TRUE(std::filesystem::is_empty(cache.path())) << "nothing half-written";
}

TEST_F(ArraySource, IsMadeOfItsArraysAlone) {
  const auto files = [&](const std::filesystem::path& path) {
    return open_array_dataset(path, "", {})->files();
  };
  const auto npz = folder_.write("set.npz", packed(keras_layout(), Packing::zip));
  EXPECT_EQ(files(npz), std::vector{npz});
  for (const auto& [name, content] : without("x_test.npy")) folder_.write(name, content);
  EXPECT_EQ(files(folder_.path()).size(), 5u);
}

TEST_F(ArraySource, ReadsOneHotLabelsAndRefusesSeveral) {
  EXPECT_EQ(open(changed("y_train.npy",
                         npy("|u1", "6, 3", std::string("\1\0\0\0\1\0\0\0\1\1\0\0\0\1\0\0\0\1", 18))))
                ->read_train()
                .labels[5],
            2);
  EXPECT_EQ(open(changed("y_train.npy",
                         npy("|u1", "6, 3", std::string("\1\0\0\0\0\1\0\1\0\1\0\0\0\0\1\0\1\0", 18), true)))
                ->read_train()
                .labels,
            (std::vector<std::uint16_t>{0, 1, 2, 1, 2, 0, 0, 1, 2}));
  refused(changed("y_train.npy", npy("|u1", "6, 2", std::string("\1\0\0\1\1\1\0\0\1\0\1\0", 12))),
          {"y_train.npy", "image 2", "2 ones", "several classes"});
  refused(changed("y_train.npy", npy("|u1", "6, 2, 1", std::string(12, '\0'))),
          {"one label for each image", "6x2x1"});
}

TEST_F(ArraySource, SaysWhichArraysAreMissing) {
  refused(without("y_train.npy"), {"set.npz", "x_train and y_train", "train_labels", "got x_test.npy"});
  refused({{"arr_0.npy", npy_labels(3, 3)}}, {"set.npz", "x_train and y_train", "got arr_0.npy"});
  refused(without("x_val.npy"), {"validation images and labels, got only y_val.npy"});
  Entries two = keras_layout();
  two.emplace_back("train_images.npy", npy_images(6, "4, 5", 20));
  refused(two, {"one of x_train.npy and train_images.npy, got both"});
  test_refused(without("y_test.npy"), {"test images and labels", "only x_test.npy"});
  EXPECT_FALSE(open(without("y_test.npy"))->has_test());
  expect_error(ExitCode::bad_input, {"a single array", "give the folder"},
               [&] { open_dataset(folder_.write("x_train.npy", npy_labels(3, 3)).string()); });
  expect_error(ExitCode::bad_input, {"notes.txt", "got a text that begins with 'hello'"},
               [&] { open_dataset(folder_.write("notes.txt", "hello").string()); });
}

TEST_F(ArraySource, RefusesWhatDoesNotFit) {
  refused(changed("y_train.npy", npy_labels(5, 3)),
          {"y_train.npy", "expected 6 labels", "x_train.npy", "got 5"});
  refused(changed("y_train.npy", npy("|u1", "6,", std::string("\0\1\3\0\1\3", 6))),
          {"y_train.npy", "each class, 0 to 3", "none of class 2"});
  refused(changed("y_train.npy", npy("|u1", "6,", std::string(6, '\0'))), {"at least two classes"});
  refused(changed("y_train.npy", npy("<u2", "6,", std::string(10, '\0') + "\xe8\x03")),
          {"label 5", "0 to 999", "got 1000"});
  refused(changed("y_val.npy", npy("|u1", "3,", std::string("\0\1\3", 3))),
          {"y_val.npy", "label 2", "0 to 2", "got 3"});
  refused(changed("x_val.npy", npy_images(3, "5, 4", 20)),
          {"x_val.npy", "validation images of 4x5x1", "got 5x4x1"});
  refused(changed("x_train.npy", npy_images(6, "20", 20)), {"reshape(n, height, width)", "6x20"});
  refused(changed("x_train.npy", npy_images(6, "2, 3, 4", 24)), {"6x2x3x4", "transparency"});
  refused(changed("x_train.npy", npy_images(6, "4, 4, 4, 4", 256)), {"6x4x4x4x4"});
  refused(changed("x_train.npy", npy_images(0, "4, 5", 20)), {"nothing in it"});
  test_refused(changed("y_test.npy", npy_labels(2, 2)), {"y_test.npy", "expected 3 labels", "got 2"});
  expect_error(ExitCode::bad_input, {"y_test.npy", "label 0", "0 to 2", "got 7"},
               [&] { open(changed("y_test.npy", npy("|u1", "3,", "\7\7\7")))->read_test(); });
  expect_error(ExitCode::bad_input, {"x_test.npy", "test images of 4x5x3", "got 4x5x1"}, [&] {
    open(keras_layout())->check_test({4, 5, 3});
  });
}

// The test images stay unread: these would be refused if a value were looked at.
TEST_F(ArraySource, ChecksTestArraysByTheirHeaders) {
  open(changed("x_test.npy", npy("<f8", "3, 4, 5", std::string(480, '\x3f'))))->check_test({4, 5, 1});
  EXPECT_EQ(
      open(changed("x_test.npy", npy("<f8", "3, 4, 5", std::string(480, '\x3f'))))->read_train().count(), 9u);
  expect_error(ExitCode::bad_input, {"x_test.npy", "truncated"}, [&] {
    open(changed("x_test.npy", npy("|u1", "3, 4, 5", "cut")))->check_test({4, 5, 1});
  });
}

TEST_F(ArraySource, RefusesBombsQuickly) {
  refused(changed("x_train.npy", npy("|u1", "1000000000000, 28, 28", "abc")),
          {"x_train.npy", "1000000000000x28x28"});
  const std::string zeros(8 << 20, '\0');
  refused(changed("x_train.npy", npy("|u1", "6, 4, 5", zeros)), {"x_train.npy", "appended"});
}

TEST_F(ArraySource, SurvivesEveryFlippedByteAndEveryLength) {
  const Entries entries = {{"x_train.npy", npy_images(4, "2, 2", 4)}, {"y_train.npy", npy_labels(4, 2)}};
  const std::string hash = open(entries)->read_train().content_hash;
  const test::Survived result = test::survive_damage(
      packed(entries, Packing::zip),
      [&](const std::string& damaged) {
        EXPECT_EQ(open_dataset(folder_.write("damaged.npz", damaged).string())->read_train().content_hash,
                  hash);
      },
      2);
  EXPECT_GT(result.refused, 100);
  EXPECT_EQ(result.taken_when_cut, 0);
}

}  // namespace
}  // namespace tailor
