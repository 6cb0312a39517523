#include "tailor/data/cifar_dataset.h"

#include <array>

#include "data/arrays/array_files.h"

namespace tailor {
namespace {

using test::Entries;
using test::expect_error;
using test::packed;
using test::Packing;

// Image i of a batch: planes whose first bytes are i, i + 1, i + 2, and 7 elsewhere.
std::string planes(int i) {
  std::string bytes(3072, '\7');
  for (std::size_t c = 0; c < 3; ++c) bytes[c * 1024] = static_cast<char>(static_cast<std::size_t>(i) + c);
  return bytes;
}

std::string many_planes(int first, int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += planes(first + i);
  return bytes;
}

std::string binary(int first, const std::vector<int>& labels, bool coarse = false) {
  std::string bytes;
  for (std::size_t i = 0; i < labels.size(); ++i)
    bytes += (coarse ? "\x13" : "") + std::string(1, static_cast<char>(labels[i])) +
             planes(first + static_cast<int>(i));
  return bytes;
}

const std::vector<std::string> ten_names = {"airplane", "automobile", "bird",  "cat",  "deer",
                                            "dog",      "frog",       "horse", "ship", "truck"};

// Two images in each of five batches: classes 0 to 9 in turn; two test images.
Entries cifar10(bool pickled, const std::string& folder) {
  Entries entries;
  const std::string end = pickled ? "" : ".bin";
  for (int b = 5; b >= 1; --b) {  // archives have them in any order
    const std::vector<int> labels = {2 * b - 2, 2 * b - 1};
    entries.emplace_back(
        folder + "data_batch_" + std::to_string(b) + end,
        pickled ? test::pickled_batch(many_planes(10 * b, 2), labels) : binary(10 * b, labels));
  }
  entries.emplace_back(folder + "test_batch" + end,
                       pickled ? test::pickled_batch(many_planes(100, 2), {3, 4}) : binary(100, {3, 4}));
  std::string lines;
  for (const std::string& name : ten_names) lines += name + "\n";
  entries.emplace_back(folder + (pickled ? "batches.meta" : "batches.meta.txt"),
                       pickled ? test::pickled_names("label_names", ten_names) : lines + "\n");
  return entries;
}

Entries cifar100(bool pickled) {
  std::vector<int> labels(100);
  std::vector<std::string> names;
  std::string lines;
  for (int i = 0; i < 100; ++i) {
    labels[static_cast<std::size_t>(i)] = 99 - i;
    names.push_back("class " + std::to_string(i));
    lines += names.back() + "\n";
  }
  if (pickled)
    return {{"train", test::pickled_batch(many_planes(0, 100), labels, "fine_labels")},
            {"test", test::pickled_batch(planes(5), {42}, "fine_labels")},
            {"meta", test::pickled_names("fine_label_names", names)}};
  return {{"train.bin", binary(0, labels, true)},
          {"test.bin", binary(5, {42}, true)},
          {"fine_label_names.txt", lines}};
}

class Cifar : public testing::Test {
 protected:
  void unpack(const Entries& entries, const std::string& below = "") {
    std::filesystem::create_directories(folder_.path() / below);
    for (const auto& [name, content] : entries) folder_.write(below + name, content);
  }
  std::unique_ptr<Dataset> open() { return open_dataset(folder_.path().string()); }
  std::unique_ptr<Dataset> open_packed(const Entries& entries, const std::string& name = "cifar.tar.gz") {
    return open_dataset(folder_.write(name, packed(entries, Packing::tar_gz)).string());
  }
  void refused(const std::vector<std::string>& parts) {
    expect_error(ExitCode::bad_input, parts, [&] { open()->read_train(); });
  }

  test::TemporaryFolder folder_;
};

TEST_F(Cifar, ReadsTheBinaryForm) {
  unpack(cifar10(false, ""));
  const auto data = open();
  EXPECT_EQ(data->name(), "cifar10");
  EXPECT_EQ(data->classes(), 10);
  EXPECT_EQ(data->class_names(), ten_names);
  const ImageSet train = data->read_train();
  EXPECT_EQ(train.shape, (Shape{32, 32, 3}));
  EXPECT_EQ(train.labels, (std::vector<std::uint16_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(train.validation_begin, std::nullopt);
  // Height, width, channels: the first pixel's three planes, then the second pixel's.
  EXPECT_EQ(std::vector<std::uint8_t>(train.image(3).begin(), train.image(3).begin() + 4),
            (std::vector<std::uint8_t>{21, 22, 23, 7}));
  EXPECT_EQ(data->read_test().labels, (std::vector<std::uint16_t>{3, 4}));
  data->check_test({32, 32, 3});
}

TEST_F(Cifar, IsTheSameInEveryForm) {
  unpack(cifar10(false, ""));
  const std::string train = open()->read_train().content_hash, test = open()->read_test().content_hash;
  const auto same = [&](const Dataset& data) {
    EXPECT_EQ(data.read_train().content_hash, train);
    EXPECT_EQ(data.read_test().content_hash, test);
    EXPECT_EQ(data.class_names(), ten_names);
    data.check_test({32, 32, 3});
  };
  same(*open_packed(cifar10(false, "cifar-10-batches-bin/")));
  const auto packed_python = open_packed(cifar10(true, "cifar-10-batches-py/"), "cifar-10-python.tar.gz");
  same(*packed_python);
  same(*open_dataset(packed_python->reference()));
  // A folder that has the unpacked folder, or the file as it was downloaded.
  const test::TemporaryFolder above;
  std::filesystem::create_directory(above.path() / "cifar-10-batches-py");
  for (const auto& [name, content] : cifar10(true, "cifar-10-batches-py/")) above.write(name, content);
  same(*open_dataset(above.path().string()));
  const test::TemporaryFolder downloaded;
  downloaded.write("cifar-10-binary.tar.gz",
                   packed(cifar10(false, "cifar-10-batches-bin/"), Packing::tar_gz));
  same(*open_dataset(downloaded.path().string()));
  std::filesystem::create_directory(above.path() / "cifar-100-binary");
  for (const auto& [name, content] : cifar100(false)) above.write("cifar-100-binary/" + name, content);
  expect_error(ExitCode::bad_input, {"CIFAR-10 and CIFAR-100", "cifar-10-batches-py", "cifar-100-binary"},
               [&] { open_dataset(above.path().string()); });
}

TEST_F(Cifar, ReadsTheFineLabelsOfCifar100) {
  std::array<std::string, 2> hashes;
  for (const bool pickled : {false, true}) {
    const test::TemporaryFolder folder;
    for (const auto& [name, content] : cifar100(pickled)) folder.write(name, content);
    const auto data = open_dataset(folder.path().string());
    EXPECT_EQ(data->name(), "cifar100");
    EXPECT_EQ(data->classes(), 100);
    EXPECT_EQ(data->class_names()[99], "class 99");
    const ImageSet train = data->read_train();
    EXPECT_EQ(train.labels[0], 99);
    EXPECT_EQ(data->read_test().labels[0], 42);
    hashes[pickled] = train.content_hash;
  }
  EXPECT_EQ(hashes[0], hashes[1]);
}

TEST_F(Cifar, SaysWhatIsMissingOrDamaged) {
  unpack(cifar10(false, ""));
  folder_.write("data_batch_2.bin", binary(0, {1, 2}).substr(0, 5000));
  refused({"data_batch_2.bin", "records of 3073 bytes", "got 5000", "truncated"});
  folder_.write("data_batch_2.bin", "");
  refused({"data_batch_2.bin", "empty"});
  folder_.write("data_batch_2.bin", binary(0, {1, 10}));
  refused({"data_batch_2.bin", "image 1", "0 to 9", "got 10"});
  folder_.write("data_batch_2.bin", binary(0, {1, 1}));
  refused({"none of class 2"});
  std::filesystem::remove(folder_.path() / "data_batch_2.bin");
  refused({"CIFAR-10 in its binary form", "data_batch_2.bin", "no such file"});
  folder_.write("data_batch_2.bin", binary(0, {2, 3}));
  std::filesystem::remove(folder_.path() / "batches.meta.txt");
  EXPECT_EQ(open()->class_names()[9], "9");
  folder_.write("batches.meta.txt", "cat\ndog\n");
  expect_error(ExitCode::bad_input, {"batches.meta.txt", "10 classes, got 2"},
               [&] { open()->class_names(); });
  folder_.write("test_batch.bin", "short");
  expect_error(ExitCode::bad_input, {"test_batch.bin", "3073"}, [&] { open()->check_test({32, 32, 3}); });
  expect_error(ExitCode::bad_input, {"28x28x1", "32x32x3"}, [&] { open()->check_test({28, 28, 1}); });
  std::filesystem::remove(folder_.path() / "test_batch.bin");
  EXPECT_FALSE(open()->has_test());
  expect_error(ExitCode::bad_input, {"test_batch.bin"}, [&] { open()->read_test(); });
  EXPECT_EQ(open()->read_train().count(), 10u);
}

TEST_F(Cifar, NeverRunsAPickle) {
  unpack(cifar10(true, ""));
  folder_.write("data_batch_3", "cos\nsystem\n(S'touch ran'\ntR.");
  refused({"data_batch_3", "would run os.system: refused"});
  folder_.write("data_batch_3", test::pickled_batch(many_planes(0, 2), {1, 2}, "fine_labels"));
  refused({"data_batch_3", "key 'labels'", "fine_labels"});
  folder_.write("data_batch_3", test::pickled_batch(many_planes(0, 1), {1, 2}));
  refused({"data_batch_3", "3072"});
  folder_.write("test_batch", "cos\nsystem\n(S'touch ran'\ntR.");  // sealed: not looked at
  folder_.write("data_batch_3", test::pickled_batch(many_planes(0, 2), {4, 5}));
  EXPECT_EQ(open()->read_train().count(), 10u);
}

// Folders of other kinds that have such names.
TEST_F(Cifar, IsNotSeenEverywhere) {
  std::filesystem::create_directory(folder_.path() / "train");
  std::filesystem::create_directory(folder_.path() / "test");
  EXPECT_FALSE(is_cifar_source(folder_.path()));
  folder_.write("meta", "x");
  EXPECT_FALSE(is_cifar_source(folder_.path()));
  EXPECT_FALSE(is_cifar_source("/dev/null"));
  EXPECT_FALSE(
      is_cifar_source(folder_.write("a.tar.gz", packed({{"train", "x"}, {"other", "y"}}, Packing::tar_gz))));
}

TEST_F(Cifar, SurvivesFlippedBytesAndEveryKindOfCut) {
  const std::string content = packed(cifar10(true, "cifar-10-batches-py/"), Packing::tar_gz);
  const test::Survived result = test::survive_damage(
      content,
      [&](const std::string& damaged) {
        EXPECT_GE(open_dataset(folder_.write("cifar.tar.gz", damaged).string())->read_train().count(), 1u);
      },
      7);
  EXPECT_GT(result.refused, 100);
}

}  // namespace
}  // namespace tailor
