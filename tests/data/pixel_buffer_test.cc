#include "tailor/data/pixel_buffer.h"

#include <filesystem>

#include "data/files.h"
#include "tailor/base/memory.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

Bytes appended(PixelBuffer& buffer) {
  buffer.append(Bytes{1, 2, 3});
  buffer.append({});
  buffer.append(Bytes{4, 5, 6, 7, 8, 9});
  const Pixels pixels = buffer.finish();
  return {pixels.begin(), pixels.end()};
}

const Bytes wanted = {1, 2, 3, 4, 5, 6, 7, 8, 9};

TEST(PixelBuffer, KeepsFewInMemoryAndManyInAFile) {
  const test::TemporaryFolder folder;
  PixelBuffer few({folder.path(), 10}, "few", 3, 3);
  EXPECT_EQ(appended(few), wanted);
  pretend_memory_room(0);
  PixelBuffer many({folder.path(), 9}, "many", 3, 3);
  EXPECT_EQ(files_in(folder.path()), 0u) << "it has no name: whatever happens, nothing is left behind";
  EXPECT_EQ(appended(many), wanted);
  pretend_memory_room(std::nullopt);
  PixelBuffer homeless({.in_memory = 1}, "homeless", 3, 3);
  EXPECT_EQ(appended(homeless), wanted);
}

// More than any disk has: memory is asked for, and has no room either.
TEST(PixelBuffer, SaysWhatNeedsMoreThanThereIs) {
  const test::TemporaryFolder folder;
  test::expect_error(ExitCode::failed, {"set.npz: x_train.npy", "memory", "XDG_CACHE_HOME"}, [&] {
    PixelBuffer({folder.path(), 1}, "set.npz: x_train.npy", 1, std::size_t{1} << 60);
  });
  EXPECT_EQ(files_in(folder.path()), 0u);
}

TEST(PixelBuffer, TellsOfProgressOfLargeSets) {
  const test::TemporaryFolder folder;
  std::vector<std::size_t> told;
  PixelBuffer buffer(
      {folder.path(), 1, [&](std::string_view, std::size_t done, std::size_t) { told.push_back(done); }},
      "set", 3, 3);
  appended(buffer);
  EXPECT_EQ(told, (std::vector<std::size_t>{0, 1, 1, 3, 3}));
}

}  // namespace
}  // namespace tailor
