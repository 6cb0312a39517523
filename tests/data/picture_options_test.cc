#include "tailor/data/picture_options.h"

#include "data/files.h"

namespace tailor {
namespace {

PictureOptions all() { return {ImageSize{64, 48}, Fit::pad, 3, true}; }

TEST(PictureOptions, AreRecordedAndReadAgain) {
  EXPECT_EQ(to_text(PictureOptions{}), "");
  EXPECT_EQ(to_text(all()), "size=64x48 fit=pad channels=3 skip_unreadable");
  for (const PictureOptions& options : {PictureOptions{}, all(), PictureOptions{ImageSize{8, 8}}})
    EXPECT_EQ(picture_options_from_text(to_text(options), "run.toml"), options);
}

TEST(PictureOptions, AreOptionsOfCommands) {
  EXPECT_EQ(to_command_options({}), "");
  EXPECT_EQ(to_command_options(all()), "--size 64x48 --fit pad --channels 3 --skip-unreadable");
}

// A damaged record is no mistake of whoever gave the command.
TEST(PictureOptions, OfAnotherTextAreBadInputThatNamesTheWord) {
  for (const char* word :
       {"size=0", "size=9x9x9", "size", "fit=tight", "channels=2", "colour", "size=5000"}) {
    try {
      picture_options_from_text(std::string("channels=1 ") + word, "run.toml: pictures");
      ADD_FAILURE() << word;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_input) << word;
      EXPECT_THAT(error.what(), testing::StartsWith("run.toml: pictures: expected"));
      EXPECT_THAT(error.what(), testing::HasSubstr("'" + std::string(word) + "'"));
    }
  }
}

TEST(PictureOptions, ASizeThatIsNoneIsAUsageError) {
  EXPECT_EQ(image_size("64", "--size"), (ImageSize{64, 64}));
  for (const char* text : {"", "0", "64x", "x64", "4097", "64x48x3", "-3"}) {
    try {
      image_size(text, "--size");
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage);
    }
  }
}

}  // namespace
}  // namespace tailor
