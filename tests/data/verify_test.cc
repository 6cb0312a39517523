#include "tailor/data/verify.h"

#include "data/files.h"

namespace tailor {
namespace {

using test::idx_images;
using test::idx_labels;

const std::filesystem::path installed = "/usr/share/datasets/fashion-mnist";

class Verify : public testing::Test {
 protected:
  Verify() {
    write("train-images-idx3-ubyte", idx_images(12, 4, 6));
    write("train-labels-idx1-ubyte", idx_labels(12, 3));
    write("t10k-images-idx3-ubyte", idx_images(6, 4, 6));
    write("t10k-labels-idx1-ubyte", idx_labels(6, 3));
  }
  void write(std::string_view name, std::string_view content) { folder_.write(name, content); }
  Verification verify() { return verify_dataset(folder_.path().string()); }
  // Exactly this part is wrong, and for this reason.
  void expect_problem(Part part, const std::string& reason) {
    const Verification result = verify();
    EXPECT_FALSE(result.good());
    for (const FileCheck& check : result.files) {
      const std::string expected = check.part == part ? reason : "";
      EXPECT_THAT(check.problem, testing::HasSubstr(expected));
      EXPECT_EQ(check.problem.empty(), check.part != part) << part_name(check.part);
    }
  }

  test::TemporaryFolder folder_;
};

TEST_F(Verify, AcceptsASoundUnknownSet) {
  const Verification result = verify();
  EXPECT_TRUE(result.good());
  EXPECT_EQ(result.files[0].holds, "12 images, 4 x 6 x 1");
  EXPECT_EQ(result.files[3].holds, "6 labels, 0 to 2");
  EXPECT_EQ(result.files[0].official, "");
}

TEST_F(Verify, NamesTheFileThatIsWrongAndChecksTheOthers) {
  write("t10k-images-idx3-ubyte", idx_images(6, 4, 6).substr(0, 50));
  expect_problem(Part::test_images, "truncated");
  write("t10k-images-idx3-ubyte", idx_images(6, 4, 7));
  expect_problem(Part::test_images, "training images' size");
  write("t10k-images-idx3-ubyte", idx_images(6, 4, 6));
  write("t10k-labels-idx1-ubyte", idx_labels(6, 4));
  expect_problem(Part::test_labels, "0 to 2, got 3");
  write("t10k-labels-idx1-ubyte", idx_labels(5, 3));
  expect_problem(Part::test_labels, "expected 6 labels");
  std::filesystem::remove(folder_.path() / "t10k-labels-idx1-ubyte");
  expect_problem(Part::test_labels, "no such file");
}

TEST_F(Verify, KnowsTheOfficialFilesAndTheirImpostors) {
  const Verification official = verify_dataset("fashion-mnist");
  EXPECT_TRUE(official.good());
  for (const FileCheck& check : official.files) EXPECT_EQ(check.official, "fashion-mnist");

  for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                           "t10k-labels-idx1-ubyte"}) {
    std::filesystem::remove(folder_.path() / name);
    std::filesystem::create_symlink(installed / (name + std::string(".gz")), folder_.path() / name);
  }
  EXPECT_TRUE(verify().good());
  std::filesystem::remove(folder_.path() / "t10k-labels-idx1-ubyte");
  write("t10k-labels-idx1-ubyte", idx_labels(10000, 10));  // sound, but not what goes with these images
  expect_problem(Part::test_labels, "not the official test labels of fashion-mnist");
}

TEST_F(Verify, IsForIdxFiles) {
  const test::TemporaryFolder folder;
  folder.write("x_train.npy", "");
  folder.write("y_train.npy", "");
  test::expect_error(ExitCode::usage, {folder.path().string(), "IDX sets", "data info"},
                     [&] { verify_dataset(folder.path().string()); });
}

}  // namespace
}  // namespace tailor
