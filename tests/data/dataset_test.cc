#include "tailor/data/dataset.h"

#include <array>
#include <thread>

#include <sys/stat.h>

#include "data/files.h"
#include "tailor/base/hash.h"
#include "tailor/data/known_sets.h"

namespace tailor {
namespace {

using test::expect_error;
using test::gzip;
using test::idx;
using test::idx_images;
using test::idx_labels;

const std::filesystem::path installed = "/usr/share/datasets/fashion-mnist";

class Folder : public testing::Test {
 protected:
  Folder() {
    write("train-images-idx3-ubyte", idx_images(12, 4, 6));
    write("train-labels-idx1-ubyte", idx_labels(12, 3));
    write("t10k-images-idx3-ubyte", idx_images(6, 4, 6));
    write("t10k-labels-idx1-ubyte", idx_labels(6, 3));
  }
  void write(std::string_view name, std::string_view content) { folder_.write(name, content); }
  void remove(std::string_view name) { std::filesystem::remove(folder_.path() / name); }
  void link(std::string_view from, std::string_view to) {
    remove(to);
    std::filesystem::create_symlink(installed / from, folder_.path() / to);
  }
  std::unique_ptr<Dataset> open() { return open_dataset(folder_.path().string()); }
  std::string name() { return folder_.path().filename().string(); }

  test::TemporaryFolder folder_;
};

TEST_F(Folder, ReadsAnyIdxSet) {
  const auto data = open();
  EXPECT_EQ(data->name(), name());
  EXPECT_EQ(data->classes(), 3);
  EXPECT_EQ(data->class_names(), (std::vector<std::string>{"0", "1", "2"}));
  const ImageSet train = data->read_train();
  EXPECT_EQ(train.count(), 12u);
  EXPECT_EQ(train.shape, (Shape{4, 6, 1}));
  EXPECT_EQ(train.labels[4], 1);
  EXPECT_EQ(train.image(1)[0], 24);
  EXPECT_EQ(train.content_hash, sha256(sha256(idx_images(12, 4, 6)) + sha256(idx_labels(12, 3))));
  EXPECT_EQ(data->read_test().count(), 6u);
  EXPECT_NE(data->read_test().content_hash, train.content_hash);
}

TEST_F(Folder, AcceptsTheUsualSpellingsOfNames) {
  for (const auto& file : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte"}) remove(file);
  write("emnist-letters-train-images.idx3-ubyte.gz", gzip(idx_images(8, 4, 6)));
  write("emnist-letters-train-labels.idx1-ubyte", idx_labels(8, 4));
  EXPECT_EQ(open()->read_train().count(), 8u);
  write("emnist-letters-train-labels.idx1-ubyte.gz", "never read: the plain file is there");
  EXPECT_EQ(open()->read_train().count(), 8u);
  // macOS' hidden twins, and the same content under another usual name.
  write("._emnist-letters-train-labels.idx1-ubyte", "no labels");
  write("emnist-letters-train-images-idx3-ubyte", idx_images(8, 4, 6));
  EXPECT_EQ(open()->read_train().count(), 8u);
  write("emnist-digits-train-labels.idx1-ubyte", idx_labels(8, 3));
  expect_error(ExitCode::bad_input, {"one file of training labels", "emnist-digits", "emnist-letters"},
               [&] { open(); });
}

TEST_F(Folder, IsWrittenDownSoThatItOpensAgain) {
  EXPECT_EQ(open()->reference(), folder_.path().string());
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder_.path());
  EXPECT_EQ(open_dataset(".")->reference(), folder_.path().string() + "/");
  // A folder of a known set's name hides nothing.
  std::filesystem::create_directory("fashion-mnist");
  EXPECT_EQ(open_dataset("fashion-mnist")->reference(), "fashion-mnist");
  EXPECT_EQ(open_dataset("fashion-mnist")->location(), installed.string());
  std::filesystem::current_path(before);
}

TEST_F(Folder, SaysWhatIsMissing) {
  remove("t10k-labels-idx1-ubyte");
  const auto data = open();  // training needs no test set
  EXPECT_EQ(data->read_train().count(), 12u);
  expect_error(ExitCode::bad_input, {"test labels", "t10k-labels-idx1-ubyte"}, [&] { data->read_test(); });
  remove("train-images-idx3-ubyte");
  expect_error(ExitCode::bad_input,
               {folder_.path().string(), "train-images-idx3-ubyte", "train-labels-idx1-ubyte"},
               [&] { open(); });
  expect_error(ExitCode::usage, {"'fashon-mnist'", "did you mean 'fashion-mnist'"},
               [] { open_dataset("fashon-mnist"); });
  expect_error(ExitCode::bad_input, {"apt-get install dataset-fashion-mnist"}, [&] {
    open_dataset("fashion-mnist", {.installed = folder_.path(), .fetched = folder_.path()});
  });
}

// Whether test images could be read is known from their headers, before hours of training whose end needs
// them.
TEST_F(Folder, SaysWhatAFileIsThatIsNoDataSet) {
  const auto refused = [&](std::string_view content, const std::string& what) {
    write("file", content);
    expect_error(ExitCode::bad_input, {"file: expected a folder of pictures", "got " + what},
                 [&] { open_dataset((folder_.path() / "file").string()); });
  };
  refused("", "an empty file");
  refused("name,class\n1,2\n", "a text that begins with 'name,class'");
  refused("\xff\xfep\0", "a text in UTF-16");
  refused("GIF89a rest", "one GIF picture: give the folder");
  refused("BZh91AY", "an archive of another kind");
  refused(std::string("\1\2\3", 3), "a file of another kind");
  expect_error(ExitCode::usage, {"data set: '/tmp/\\xff' is not UTF-8"}, [] { open_dataset("/tmp/\xff"); });
  ASSERT_EQ(::mkfifo((folder_.path() / "pipe").c_str(), 0600), 0);
  expect_error(ExitCode::bad_input, {"pipe: expected a folder or a file"},
               [&] { open_dataset((folder_.path() / "pipe").string()); });
}

TEST_F(Folder, ChecksTestFilesWithoutReadingAnImage) {
  const Shape shape{4, 6, 1};
  const auto refused = [&](std::vector<std::string> parts) {
    expect_error(ExitCode::bad_input, parts, [&] { open()->check_test(shape); });
  };
  open()->check_test(shape);
  write("t10k-images-idx3-ubyte.gz", gzip(idx_images(6, 4, 6)));
  remove("t10k-images-idx3-ubyte");
  open()->check_test(shape);
  remove("t10k-images-idx3-ubyte.gz");
  refused({"test images", "t10k-images-idx3-ubyte"});
  write("t10k-images-idx3-ubyte", idx_images(6, 5, 6));
  refused({"t10k-images-idx3-ubyte", "expected test images of 4x6x1", "got 5x6x1"});
  write("t10k-images-idx3-ubyte", idx_images(6, 4, 6).substr(0, 100));
  refused({"t10k-images-idx3-ubyte", "truncated"});
  write("t10k-images-idx3-ubyte", "no header");
  refused({"t10k-images-idx3-ubyte", "byte 0"});
  write("t10k-images-idx3-ubyte", idx_images(7, 4, 6));
  refused({"t10k-labels-idx1-ubyte", "expected 7 labels", "got 6"});
  remove("t10k-labels-idx1-ubyte");
  refused({"test labels", "t10k-labels-idx1-ubyte"});
}

TEST_F(Folder, RefusesPartnersThatDoNotMatch) {
  write("train-labels-idx1-ubyte", idx_labels(11, 3));
  expect_error(ExitCode::bad_input, {"train-labels-idx1-ubyte", "byte 4", "expected 12 labels", "got 11"},
               [&] { open()->read_train(); });
  write("train-labels-idx1-ubyte", idx_labels(12, 3));
  write("t10k-labels-idx1-ubyte", idx(0x801, {6}, std::string("\0\1\2\3\0\1", 6)));
  expect_error(ExitCode::bad_input, {"t10k-labels-idx1-ubyte", "label 3", "0 to 2", "got 3"},
               [&] { open()->read_test(); });
  write("train-labels-idx1-ubyte", idx(0x801, {12}, std::string(12, '\0')));
  expect_error(ExitCode::bad_input, {"two classes"}, [&] { open()->classes(); });
}

TEST_F(Folder, RefusesTestFilesInThePlaceOfTrainingFiles) {
  link("t10k-images-idx3-ubyte.gz", "train-images-idx3-ubyte");
  link("t10k-labels-idx1-ubyte.gz", "train-labels-idx1-ubyte");
  expect_error(ExitCode::bad_input, {"train-labels-idx1-ubyte", "test labels of fashion-mnist", "swapped"},
               [&] { open()->classes(); });
  expect_error(ExitCode::bad_input, {"test images of fashion-mnist"}, [&] { open()->read_train(); });
}

TEST_F(Folder, NamesFashionMnistByItsImagesToo) {
  link("train-labels-idx1-ubyte.gz", "train-labels-idx1-ubyte");
  std::string black =
      test::big_endian(0x803) + test::big_endian(60000) + test::big_endian(1) + test::big_endian(1);
  write("train-images-idx3-ubyte", black + std::string(60000, '\0'));
  EXPECT_EQ(open()->name(), name());
  link("train-images-idx3-ubyte.gz", "train-images-idx3-ubyte");
  EXPECT_EQ(open()->name(), "fashion-mnist");
}

TEST(FashionMnist, IsTheOfficialContent) {
  const auto data = open_dataset("fashion-mnist");
  EXPECT_EQ(data->location(), installed.string());
  const ImageSet train = data->read_train(), test = data->read_test();
  EXPECT_EQ(data->name(), "fashion-mnist");
  EXPECT_EQ(data->classes(), 10);
  EXPECT_EQ(data->class_names()[9], "Ankle boot");
  EXPECT_EQ(train.count(), 60000u);
  EXPECT_EQ(test.count(), 10000u);
  EXPECT_EQ(train.shape, (Shape{28, 28, 1}));
  const KnownSet& known = *find_known_set("fashion-mnist");
  EXPECT_EQ(train.content_hash, sha256(std::string(known.hash[0]) + std::string(known.hash[1])));
  EXPECT_EQ(test.content_hash, sha256(std::string(known.hash[2]) + std::string(known.hash[3])));
  std::array<int, 10> counts{};
  for (const auto label : train.labels) ++counts[label];
  for (const int n : counts) EXPECT_EQ(n, 6000);
  EXPECT_EQ(train.labels[0], 9);
}

TEST(FashionMnist, CanBeAskedByManyThreads) {
  const auto data = open_dataset("fashion-mnist");
  std::vector<std::thread> threads;
  std::array<std::string, 4> names;
  for (std::string& name : names)
    threads.emplace_back([&] { name = data->name() + std::to_string(data->classes()); });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& name : names) EXPECT_EQ(name, "fashion-mnist10");
}

}  // namespace
}  // namespace tailor
