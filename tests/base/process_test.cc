#include "tailor/base/process.h"

#include <csignal>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tailor/base/error.h"

namespace tailor {
namespace {

TEST(RunProgram, PassesArgumentsAndStreamsUntouched) {
  const ProgramResult r =
      run_program({"sh", "-c", "cat; echo \"$1\" >&2; exit 3", "sh", "a b; $HOME"}, "dash", "line\n");
  EXPECT_EQ(r.status, 3);
  EXPECT_EQ(r.output, "line\n");
  EXPECT_EQ(r.errors, "a b; $HOME\n");
}

TEST(RunProgram, TakesMoreThanAPipeHolds) {
  const std::string much(3 << 20, 'x');
  EXPECT_EQ(run_program({"cat"}, "coreutils", much).output, much);
  EXPECT_EQ(run_program({"true"}, "coreutils", much).status, 0);  // and survives a program that reads nothing
}

TEST(RunProgram, TellsASignal) {
  EXPECT_EQ(run_program({"sh", "-c", "kill -9 $$"}, "dash").status, 128 + SIGKILL);
}

TEST(RunProgram, NamesThePackageOfAMissingProgram) {
  try {
    run_program({"no-such-program-here"}, "some-package");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::failed);
    EXPECT_STREQ(error.what(),
                 "the program no-such-program-here is missing: install the package some-package");
  }
}

TEST(OutputOfProgram, ThrowsWhatTheProgramSaid) {
  EXPECT_EQ(output_of_program({"echo", "yes"}, "coreutils"), "yes\n");
  EXPECT_THAT(
      [] {
        output_of_program({"sh", "-c", "echo why >&2; exit 2"}, "dash");
      },
      testing::ThrowsMessage<Error>("sh failed with status 2:\nwhy"));
}

}  // namespace
}  // namespace tailor
