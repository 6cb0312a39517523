#include "tailor/data/arrays/files.h"

#include "data/arrays/array_files.h"
#include "tailor/data/arrays/archive.h"

namespace tailor {
namespace {

using test::Entries;
using test::expect_error;
using test::packed;
using test::Packing;

const Entries three = {
    {"set/", ""}, {"set/b.npy", "second"}, {"set/a.npy", "first"}, {"set/._a.npy", "macOS"}};

std::string content_of(const Files& files, const std::string& name) {
  std::string content;
  const std::vector<std::string> wanted = {name};
  files.read(wanted, [&](const std::string&, ByteStream& stream) { content = read_all(stream, 1000); });
  return content;
}

TEST(Files, AreTheSameInAFolderAndPacked) {
  const test::TemporaryFolder folder;
  folder.write("a.npy", "first");
  folder.write("b.npy", "second");
  folder.write("._a.npy", "macOS");
  std::vector<std::unique_ptr<Files>> all;
  all.push_back(open_folder(folder.path()));
  for (const Packing packing : {Packing::zip, Packing::stored_zip, Packing::tar_gz})
    all.push_back(open_archive(
        folder.write("packed" + std::to_string(static_cast<int>(packing)), packed(three, packing))));
  for (const auto& files : all) {
    EXPECT_TRUE(files->has("a.npy"));
    EXPECT_FALSE(files->has("c.npy"));
    EXPECT_FALSE(files->has("set"));
    EXPECT_EQ(files->size("b.npy"), 6u);
    EXPECT_EQ(content_of(*files, "a.npy"), "first");
    EXPECT_EQ(content_of(*files, "b.npy"), "second");
    EXPECT_THAT(files->names(), testing::IsSupersetOf({"a.npy", "b.npy"}));
    EXPECT_THAT(files->full_name("a.npy"), testing::HasSubstr(files->location()));
    const std::vector<std::string> both = {"a.npy", "b.npy"}, missing = {"a.npy", "c.npy"};
    std::string order;
    files->read(
        both, [&](const std::string& name, ByteStream&) { order += name; });  // unread content is passed over
    EXPECT_EQ(order.size(), 10u);
    expect_error(ExitCode::bad_input, {"c.npy"},
                 [&] { files->read(missing, [](const std::string&, ByteStream&) {}); });
  }
}

TEST(Files, AnArchiveHasEachNameOnce) {
  const test::TemporaryFolder folder;
  const auto files =
      open_archive(folder.write("twice.zip", packed({{"x/a.npy", "1"}, {"y/a.npy", "2"}}, Packing::zip)));
  expect_error(ExitCode::bad_input, {"twice.zip", "one file a.npy", "2 of this name"},
               [&] { content_of(*files, "a.npy"); });
}

TEST(Files, SaysWhatIsNoArchive) {
  const test::TemporaryFolder folder;
  expect_error(ExitCode::bad_input, {"none.zip"}, [&] { open_archive(folder.path() / "none.zip"); });
  const auto text = folder.write("text.zip", "hello");
  expect_error(ExitCode::bad_input, {"text.zip"}, [&] { open_archive(text); });
  EXPECT_FALSE(may_be_archive(text));
  EXPECT_FALSE(may_be_archive(folder.path()));
  EXPECT_FALSE(may_be_archive("/dev/null"));
  EXPECT_TRUE(first_names(text, 5).empty());
  EXPECT_TRUE(first_names(folder.write("idx.gz", test::gzip(test::idx_labels(9, 3))), 5).empty());
  EXPECT_EQ(first_names(folder.write("a.zip", packed(three, Packing::zip)), 1),
            (std::vector<std::string>{"b.npy"}));
}

TEST(Files, StopsAtWhatWasAskedFor) {
  const test::TemporaryFolder folder;
  const auto files =
      open_archive(folder.write("a.zip", packed({{"a", std::string(5000, 'x')}}, Packing::zip)));
  expect_error(ExitCode::bad_input, {"a.zip: a", "at most 1000 bytes"}, [&] { content_of(*files, "a"); });
  test::MemoryStream liar(std::string(100'000, 'x'), 10);
  expect_error(ExitCode::bad_input, {"at most 99999 bytes"}, [&] { read_all(liar, 99'999); });
}

// The header of a file in a tar, whose size is in octal digits.
std::string tar_header(const std::string& octal_size) {
  std::string header(512, '\0');
  const auto put = [&](std::size_t at, const std::string& text) { header.replace(at, text.size(), text); };
  put(0, "zeros"), put(100, "0000644"), put(108, "0000000"), put(116, "0000000"), put(124, octal_size);
  put(136, "00000000000"), put(156, "0"),
      put(257, std::string("ustar\0"
                           "00",
                           8)),
      put(148, "        ");
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  put(148, fmt::format("{:06o}", sum) + '\0' + ' ');
  return header;
}

// Its header promises 8 GB of zeros, which would be inflated to be passed over.
TEST(Files, RefusesATarThatInflatesWithoutEnd) {
  const test::TemporaryFolder folder;
  const auto path =
      folder.write("bomb.tar.gz", test::gzip(tar_header("77777777777") + std::string(1 << 20, '\0')));
  expect_error(ExitCode::bad_input, {"bomb.tar.gz", "2147483648 bytes", "unpacked"},
               [&] { open_archive(path); });
}

// The sum at the end of a gzip file, long after the tar in it has ended.
TEST(Files, ChecksAGzipFileToItsEnd) {
  const test::TemporaryFolder folder;
  std::string content = test::gzip(tar_header("00000000000") + std::string(1 << 20, '\0'));
  EXPECT_TRUE(open_archive(folder.write("whole.tar.gz", content))->has("zeros"));
  content[content.size() - 6] ^= 1;
  const auto path = folder.write("damaged.tar.gz", content);
  expect_error(ExitCode::bad_input, {"damaged.tar.gz", "incorrect data check"}, [&] { open_archive(path); });
}

TEST(Files, SurviveEveryFlippedByteAndEveryLength) {
  const test::TemporaryFolder folder;
  for (const Packing packing : {Packing::zip, Packing::stored_zip, Packing::tar_gz}) {
    const test::Survived result =
        test::survive_damage(packed(three, packing), [&](const std::string& damaged) {
          const auto files = open_archive(folder.write("damaged", damaged));
          const std::vector<std::string> wanted = {"a.npy", "b.npy"};
          files->read(wanted, [](const std::string& name, ByteStream& stream) {
            EXPECT_EQ(read_all(stream, 1000), name == "a.npy" ? "first" : "second");
          });
        });
    EXPECT_GT(result.refused, 100);
    EXPECT_EQ(result.taken_when_cut, 0);
  }
}

}  // namespace
}  // namespace tailor
