// tailor data info | verify as a person runs them: exit codes, width, JSON.
#include <cstdio>
#include <sstream>

#include <sys/wait.h>

#include "data/files.h"
#include "tailor/data/pictures/picture.h"

namespace tailor {
namespace {

struct Outcome {
  int code;
  std::string output;
};

Outcome run(const std::string& arguments) {
  std::FILE* const pipe = ::popen(("'" TAILOR_COMMAND "' data " + arguments + " 2>&1").c_str(), "r");
  std::string output;
  for (int c; (c = std::fgetc(pipe)) != EOF;) output += static_cast<char>(c);
  return {WEXITSTATUS(::pclose(pipe)), output};
}

TEST(DataCommand, ShowsFashionMnistWithin80Columns) {
  const test::TemporaryFolder folder;
  const std::string sheet = (folder.path() / "a sheet.png").string();
  const Outcome info = run("info --contact-sheet '" + sheet + "'");
  EXPECT_EQ(info.code, 0);
  for (const char* text :
       {"fashion-mnist", "60,000", "10,000", "0.2860", "0.3530", "Ankle boot", "6,000", "40,000 : 20,000"})
    EXPECT_THAT(info.output, testing::HasSubstr(text));
  std::istringstream lines(info.output);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(sheet) != std::string::npos) continue;
    EXPECT_LE(line.size(), 80u) << line;
  }
  EXPECT_EQ(read_picture(sheet).shape.channels, 1);
  EXPECT_EQ(run("verify").code, 0);
}

TEST(DataCommand, FailsWithTheDocumentedCodes) {
  const test::TemporaryFolder folder;
  folder.write("train-images-idx3-ubyte", test::idx_images(12, 4, 6));
  folder.write("train-labels-idx1-ubyte", test::idx_labels(12, 3));
  EXPECT_EQ(run("info " + folder.path().string()).code, 0);  // no test set is no fault here
  EXPECT_THAT(run("info --json " + folder.path().string()).output, testing::HasSubstr("\"other_label\": 0"));
  const Outcome incomplete = run("verify " + folder.path().string());
  EXPECT_EQ(incomplete.code, 3);
  EXPECT_THAT(incomplete.output, testing::HasSubstr("2 of 4 files wrong"));
  folder.write("train-images-idx3-ubyte", "<html>");
  const Outcome page = run("info " + folder.path().string());
  EXPECT_EQ(page.code, 3);
  EXPECT_THAT(page.output, testing::HasSubstr("web page"));
  EXPECT_EQ(run("info no-such-set").code, 2);
  EXPECT_EQ(run("info --train 5").code, 2);
  EXPECT_EQ(run("info --train 60000 --validation 1").code, 2);
  EXPECT_EQ(run("").code, 2);
}

}  // namespace
}  // namespace tailor
