#include "tailor/data/sources/manifest.h"

#include <fmt/format.h>

#include "data/files.h"

namespace tailor {
namespace {

using test::expect_error;
using testing::ElementsAre;

class Manifest : public testing::Test {
 protected:
  Manifest() {
    for (int i = 0; i < 8; ++i)
      folder_.write(fmt::format("{}.png", i), "");  // their content is nobody's matter here
  }
  PictureList read(const std::string& text) { return read_manifest(folder_.write("set.csv", text)); }

  test::TemporaryFolder folder_;
};

TEST_F(Manifest, NamesClassesPartsAndGroups) {
  const PictureList list = read(
      "label,path,part,group,age\n10,0.png,train,ann,3\n2,1.png,train,bob,4\n10,2.png,validation,eve,5\n"
      "2,3.png,val,eve,6\n2,4.png,test,joe,7\n");
  EXPECT_THAT(list.class_names, ElementsAre("2", "10"));
  ASSERT_EQ(list.part(PicturePart::train).size(), 2u);
  EXPECT_EQ(list.part(PicturePart::train)[0].path, "0.png");
  EXPECT_EQ(list.part(PicturePart::train)[0].label, 1);
  EXPECT_EQ(list.part(PicturePart::train)[1].label, 0);
  ASSERT_EQ(list.part(PicturePart::validation).size(), 2u);
  EXPECT_EQ(list.part(PicturePart::validation)[0].group, list.part(PicturePart::validation)[1].group);
  EXPECT_NE(list.part(PicturePart::train)[0].group, list.part(PicturePart::train)[1].group);
  EXPECT_EQ(list.part(PicturePart::test).size(), 1u);
  EXPECT_TRUE(list.has_groups);
  EXPECT_EQ(list.folder, folder_.path());
}

TEST_F(Manifest, BlanksAndCapitalsChangeNothing) {
  EXPECT_TRUE(is_manifest(folder_.write("a", "Path, LABEL\r")));
  const PictureList list =
      read("Path, LABEL ,PART\n0.png, a , train\n1.png,a,train\n2.png, b,train\n3.png,b,train\n");
  EXPECT_THAT(list.class_names, ElementsAre("a", "b"));
  folder_.write(" 4.png", "");
  EXPECT_EQ(read("path,label\n 4.png,a\n1.png,a\n2.png,b\n3.png,b\n").part(PicturePart::train)[0].path,
            " 4.png");
}

TEST_F(Manifest, WithoutPartsAllTrain) {
  const PictureList list = read("path\tlabel\n0.png\ta\n1.png\tb\n2.png\ta\n3.png\tb\n");
  EXPECT_EQ(list.part(PicturePart::train).size(), 4u);
  EXPECT_FALSE(list.has_groups);
}

TEST_F(Manifest, IsRecognisedByItsFirstLine) {
  EXPECT_TRUE(is_manifest(folder_.write("a", "label;path\n")));
  EXPECT_FALSE(is_manifest(folder_.write("b", "file,label\n")));
  EXPECT_FALSE(is_manifest(folder_.write("c", std::string("path,label\0\n", 12))));
  EXPECT_FALSE(is_manifest(folder_.write("d", "")));
}

TEST_F(Manifest, WhatIsWrongHasItsLineAndColumn) {
  const auto refused = [&](const std::string& text, const std::vector<std::string>& parts) {
    expect_error(ExitCode::bad_input, parts, [&] { read(text); });
  };
  refused("path,label,label\n0.png,a,b\n", {"set.csv:1", "one column label, got 2"});
  refused("path,label\n0.png,a\n./x/../0.png,b\n",
          {"set.csv:3: path", "'./x/../0.png' is listed already, in line 2"});
  refused("path,class\n", {"set.csv:1", "path and label", "path, class"});
  refused("path,label\n0.png,a\n9.png,b\n", {"set.csv:3: path", "no file", "9.png"});
  refused("path,label\n0.png,a\n1.png,\n", {"set.csv:3: label", "got none"});
  refused("path,label,part\n0.png,a,train\n1.png,b,dev\n",
          {"set.csv:3: part", "train, validation or test", "'dev'"});
  refused("path,label\n0.png,a\n0.png,b\n", {"set.csv:3: path", "listed already, in line 2"});
  refused("path,label,part,group\n0.png,a,train,x\n1.png,b,test,x\n",
          {"set.csv:3: group", "'x'", "in line 2"});
  refused("path,label\n0.png,caf\xE9\n", {"set.csv:2: label", "UTF-8"});
  refused("path,label\n0.png,a\n1.png,a\n", {"at least two classes", "'a' alone"});
  refused("path,label\n0.png,a\n1.png,a\n2.png,b\n", {"class 'b'", "1 training picture:", "at least 2"});
  refused("path,label,part\n0.png,a,train\n2.png,a,train\n1.png,b,test\n",
          {"class 'b'", "no training pictures"});
}

}  // namespace
}  // namespace tailor
