// tailor data info | verify as a person runs them: exit codes, width, JSON.
#include <cstdio>
#include <sstream>

#include <sys/wait.h>

#include "data/download/http_server.h"
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

TEST(DataCommand, GetsNothingThatIsNotAsPublished) {
  ::setenv("no_proxy", "127.0.0.1", 1);
  const test::TemporaryFolder folder;
  const test::HttpServer server([](const test::HttpRequest& request) {
    if (request.target == "/other/cifar-10-binary.tar.gz") return test::http_answer("200 OK", "", "<html>");
    if (request.target == "/slow/train-images-idx3-ubyte.gz")
      return test::cut(test::http_answer("200 OK", "", std::string(9912422, 'x')), 5000) +
             std::string(test::HttpServer::stall);
    return test::http_answer("404 Not Found", "", "");
  });
  const std::string to = " --to " + folder.path().string() + "/new";
  const Outcome other = run("get cifar10 --from " + server.url("/other") + to);
  EXPECT_EQ(other.code, 3);
  for (const char* text :
       {"60,000 colour images", "170 MB", "none stated", "Krizhevsky", "expected 170052171 bytes"})
    EXPECT_THAT(other.output, testing::HasSubstr(text));
  const Outcome none = run("get mnist --from " + server.url("/none") + to);
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.output, testing::HasSubstr("answered 404"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "new"));
  const std::string stopped = "timeout --preserve-status -s INT 1 '" TAILOR_COMMAND
                              "' data get mnist --from " +
                              server.url("/slow") + to + " >/dev/null 2>&1";
  EXPECT_EQ(WEXITSTATUS(std::system(stopped.c_str())), 130);
  EXPECT_EQ(std::filesystem::file_size(folder.path() / "new" / "train-images-idx3-ubyte.gz.part"), 5000u);
  EXPECT_EQ(run("get no-such-set").code, 2);
  const Outcome list = run("get");
  EXPECT_EQ(list.code, 0);
  EXPECT_THAT(list.output, testing::HasSubstr("medmnist:pathmnist"));
  std::istringstream lines(list.output);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
}

}  // namespace
}  // namespace tailor
