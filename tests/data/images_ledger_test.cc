// The account's ledger: one line for each opening, whoever writes and whatever else is in the file.
#include "tailor/data/images_ledger.h"

#include <sys/wait.h>

#include "data/files.h"
#include "tailor/base/file.h"

namespace tailor {
namespace {

using test::expect_error;
using testing::HasSubstr;

class Ledger : public testing::Test {
 protected:
  static ImagesOpening opening(const std::string& time, const std::string& hash = "a1") {
    return {.time = time,
            .test_hash = hash,
            .command = "tailor confirm",
            .study = "s",
            .confirmation = "s.confirm",
            .run = {},
            .host = "here",
            .images = 60};
  }

  const test::TemporaryFolder folder_;
  const ImagesLedger ledger_{folder_.path() / "state/tailor/test_openings.jsonl"};
};

TEST_F(Ledger, TellsTheOpeningsOfTheseImagesOldestFirst) {
  EXPECT_TRUE(ledger_.of("a1").openings.empty());
  ledger_.record(opening("2026-02-01T00:00:00.000000Z"));
  ledger_.record(opening("2026-01-01T00:00:00.000000Z"));
  ledger_.record(opening("2026-01-02T00:00:00.000000Z", "b2"));
  ImagesOpenings known = ledger_.of("a1");
  ASSERT_EQ(known.openings.size(), 2u);
  EXPECT_EQ(known.openings[0].time, "2026-01-01T00:00:00.000000Z");
  EXPECT_EQ(known.openings[1].images, 60);
  EXPECT_EQ(known.openings[1].by(), "s.confirm of study s on here");
  known.cut("2026-02-01T00:00:00.000000Z");
  EXPECT_EQ(known.openings.size(), 1u);
}

TEST_F(Ledger, HasAnOpeningOnceWhoeverTellsOfIt) {
  for (int worker = 0; worker < 3; ++worker) ledger_.record(opening("2026-01-01T00:00:00.000000Z"));
  EXPECT_THAT(read_file(ledger_.file()), testing::MatchesRegex("[^\n]*\n"));
  ImagesOpenings known = ledger_.of("a1");
  known.add({opening("2026-01-01T00:00:00.000000Z"), opening("2025-01-01T00:00:00.000000Z")});
  EXPECT_EQ(known.openings.size(), 2u);
}

TEST_F(Ledger, BrokenLinesHideNoOthers) {
  ledger_.record(opening("2026-01-01T00:00:00.000000Z"));
  const std::string whole = read_file(ledger_.file());
  write_file(ledger_.file(), "\xff{]\n[1]\n{\"time\": 3}\n\n" + whole + whole.substr(0, 30));
  ledger_.record(opening("2026-01-02T00:00:00.000000Z"));
  const ImagesOpenings known = ledger_.of("a1");
  EXPECT_EQ(known.openings.size(), 2u);
  EXPECT_EQ(known.unreadable, 4);
}

TEST_F(Ledger, ProcessesThatWriteTogetherLoseNothing) {
  constexpr int processes = 4, times = 25;
  for (int process = 0; process < processes; ++process) {
    if (::fork() != 0) continue;
    int failed = 0;
    try {
      for (int i = 0; i < times; ++i)
        ledger_.record(opening("2026-01-01T00:00:00." + std::to_string(100000 + 1000 * process + i) + "Z"));
    } catch (const Error&) {
      failed = 1;
    }
    ::_exit(failed);
  }
  int status = 0, failed = 0;
  while (::wait(&status) > 0) failed += status != 0;
  EXPECT_EQ(failed, 0);
  const ImagesOpenings known = ledger_.of("a1");
  EXPECT_EQ(known.openings.size(), static_cast<std::size_t>(processes * times));
  EXPECT_EQ(known.unreadable, 0);
}

TEST_F(Ledger, SaysBeforehandIfItCannotBeWritten) {
  ledger_.make_ready();
  EXPECT_TRUE(ledger_.of("a1").openings.empty());
  const ImagesLedger below_a_file(folder_.write("file", "") / "tailor/test_openings.jsonl");
  expect_error(ExitCode::failed,
               {(folder_.path() / "file/tailor").string(), "set XDG_STATE_HOME to a folder"},
               [&] { below_a_file.make_ready(); });
}

TEST_F(Ledger, ItsTimesAreOfMicrosecondsAndInOrder) {
  const std::string first = opening_time(), second = opening_time();
  EXPECT_THAT(first, testing::MatchesRegex("20..-..-..T..:..:..\\.......Z"));
  EXPECT_LE(first, second);
}

}  // namespace
}  // namespace tailor
