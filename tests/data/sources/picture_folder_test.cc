#include "tailor/data/sources/picture_folder.h"

#include <sys/stat.h>

#include "data/files.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;
using test::expect_error;
using testing::ElementsAre;

class PictureFolder : public testing::Test {
 protected:
  void put(const std::string& path) {
    fs::create_directories((folder_.path() / path).parent_path());
    folder_.write(path, "");
  }
  void put_all(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) put(path);
  }
  PictureList list() { return list_picture_folder(folder_.path()); }
  static std::vector<std::string> paths(const std::vector<PictureEntry>& entries) {
    std::vector<std::string> names;
    for (const PictureEntry& entry : entries) names.push_back(entry.path);
    return names;
  }

  test::TemporaryFolder folder_;
};

TEST_F(PictureFolder, ClassesAndPicturesAreInNaturalOrder) {
  put_all({"10/a.png", "10/b.JPG", "2/p10.png", "2/p9.png", "2/deep/er/x.webp"});
  EXPECT_TRUE(is_picture_folder(folder_.path()));
  const PictureList found = list();
  EXPECT_THAT(found.class_names, ElementsAre("2", "10"));
  EXPECT_THAT(paths(found.part(PicturePart::train)),
              ElementsAre("2/p9.png", "2/p10.png", "2/deep/er/x.webp", "10/a.png", "10/b.JPG"));
  EXPECT_EQ(found.part(PicturePart::train)[2].label, 0);
  EXPECT_EQ(found.part(PicturePart::train)[3].label, 1);
}

TEST_F(PictureFolder, WhatSystemsLeaveBehindIsNotSeen) {
  put_all({"a/1.png", "a/2.png", "b/1.png", "b/2.png", "__MACOSX/a/._1.png", ".git/x.png", "a/.hidden.png",
           "a/Thumbs.db", "b/@eaDir/1.png", "a/notes.txt", "readme.md"});
  const PictureList found = list();
  EXPECT_THAT(found.class_names, ElementsAre("a", "b"));
  EXPECT_EQ(found.part(PicturePart::train).size(), 4u);
  EXPECT_EQ(found.other_files, 2u);
}

// Where the name does not tell, the first bytes do.
TEST_F(PictureFolder, PicturesWithoutTheirNamesAreFound) {
  const std::string gif = "GIF89a rest";
  for (const char* name : {"a/1", "a/2.dat", "b/1.2", "b/x"}) {
    put(name);
    folder_.write(name, gif);
  }
  put_all({"a/empty", "b/empty.dat"});
  folder_.write("a/notes", "P as in picture");
  folder_.write("a/labels.txt", gif);
  ASSERT_EQ(::mkfifo((folder_.path() / "a/pipe").c_str(), 0600), 0);
  EXPECT_TRUE(is_picture_folder(folder_.path()));
  EXPECT_THAT(paths(list().part(PicturePart::train)), ElementsAre("a/1", "a/2.dat", "b/1.2", "b/x"));
}

TEST_F(PictureFolder, PartsWithinClassesWouldBeMixed) {
  put_all({"a/train/1.png", "a/test/2.png", "b/train/1.png", "b/test/2.png"});
  expect_error(ExitCode::bad_input,
               {"a/ holds test/ and train/", "parts above the classes, as test/a and train/a"},
               [&] { list(); });
}

TEST_F(PictureFolder, TheFolderBelowIsNamedWhereItIsTheDataSet) {
  put_all({"x/train/a/1.png", "x/train/b/1.png", "x/test/a/2.png"});
  expect_error(ExitCode::bad_input, {"give that folder, " + (folder_.path() / "x").string()},
               [&] { list(); });
}

TEST_F(PictureFolder, PicturesAloneLackClasses) {
  put_all({"1.png", "2.png"});
  EXPECT_TRUE(is_picture_folder(folder_.path()));
  expect_error(ExitCode::bad_input, {"1.png lies beside the class folders"}, [&] { list(); });
}

TEST_F(PictureFolder, PartsHaveTheirUsualNames) {
  put_all({"Train/a/1.png", "Train/b/1.png", "valid/a/2.png", "valid/b/2.png", "test/b/3.png"});
  const PictureList found = list();
  EXPECT_THAT(paths(found.part(PicturePart::train)), ElementsAre("Train/a/1.png", "Train/b/1.png"));
  EXPECT_THAT(paths(found.part(PicturePart::validation)), ElementsAre("valid/a/2.png", "valid/b/2.png"));
  EXPECT_THAT(paths(found.part(PicturePart::test)), ElementsAre("test/b/3.png"));
}

TEST_F(PictureFolder, AClassMayBeCalledTrain) {
  put_all({"train/1.png", "train/2.png", "plane/1.png", "plane/2.png"});
  EXPECT_THAT(list().class_names, ElementsAre("plane", "train"));
}

TEST_F(PictureFolder, IsNotWhateverHasFolders) {
  fs::create_directories(folder_.path() / "a/b");
  EXPECT_FALSE(is_picture_folder(folder_.path()));
  put("a/b/notes.txt");
  EXPECT_FALSE(is_picture_folder(folder_.path()));
  put("a/b/1.png");
  EXPECT_TRUE(is_picture_folder(folder_.path()));
}

TEST_F(PictureFolder, LinksAreFollowedButNotInCircles) {
  put_all({"a/1.png", "a/2.png", "elsewhere.d/1.png", "elsewhere.d/2.png"});
  fs::rename(folder_.path() / "elsewhere.d", folder_.path() / ".elsewhere");
  fs::create_directory_symlink(folder_.path() / ".elsewhere", folder_.path() / "b");
  EXPECT_EQ(list().part(PicturePart::train).size(), 4u);
  fs::create_directory_symlink(folder_.path(), folder_.path() / "a/again");
  expect_error(ExitCode::bad_input, {"again", "circle"}, [&] { list(); });
  fs::remove(folder_.path() / "a/again");
  fs::create_symlink("self", folder_.path() / "a/self");
  expect_error(ExitCode::bad_input, {"a/self", "circle"}, [&] { list(); });
}

TEST_F(PictureFolder, WhatIsWrongIsSaid) {
  const auto refused = [&](const std::vector<std::string>& parts) {
    expect_error(ExitCode::bad_input, parts, [&] { list(); });
  };
  put_all({"a/1.png", "a/2.png"});
  refused({"at least two classes", "'a' alone"});
  put("b/1.png");
  refused({"class 'b'", "1 training picture:", "at least 2", "one to validate on"});
  put("b/2.png");
  fs::create_directory(folder_.path() / "c");
  refused({"class 'c'", "no training pictures"});
  fs::remove(folder_.path() / "c");
  put("stray.png");
  refused({"stray.png", "beside the class folders"});
  fs::remove(folder_.path() / "stray.png");
  put("caf\xE9/1.png");
  refused({"caf\\xE9", "UTF-8", "rename"});
}

TEST_F(PictureFolder, PartsMustFitEachOther) {
  put_all({"train/a/1.png", "train/b/1.png", "val/a/1.png", "val/b/1.png", "test/c/1.png"});
  expect_error(ExitCode::bad_input, {"test pictures", "class 'c'", "no training pictures"}, [&] { list(); });
  fs::rename(folder_.path() / "test/c", folder_.path() / "test/b");
  put("extra/a/1.png");
  expect_error(ExitCode::bad_input, {"below train/", "extra"}, [&] { list(); });
  fs::remove_all(folder_.path() / "extra");
  put("validation/a/1.png");
  expect_error(ExitCode::bad_input, {"one folder of validation pictures", "val/"}, [&] { list(); });
}

}  // namespace
}  // namespace tailor
