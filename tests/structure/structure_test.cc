// The rules that keep the source tree easy to find one's way in, checked on the files themselves: layers
// include only layers before them, headers stand alone, files stay small and are listed where they are built.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tailor {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

// The one list of the folders of src/tailor: each may include itself and those before it. A folder's files
// that lie in no sub-folder stand above its sub-folders.
constexpr std::string_view layers[] = {"base",
                                       "math",
                                       "data/pictures",
                                       "data/sources",
                                       "data/arrays",
                                       "data/download",
                                       "data",  //
                                       "nn/architecture",
                                       "nn/kernels/common",
                                       "nn/kernels/layers",
                                       "nn/kernels/convolution",  //
                                       "nn/kernels/winograd",
                                       "nn/kernels/sparse",
                                       "nn/kernels/bf16",
                                       "nn/memory",
                                       "nn/operators",  //
                                       "nn/plan",
                                       "nn",
                                       "interop",
                                       "interop/onnx",
                                       "train/measuring",
                                       "train",
                                       "storage",  //
                                       "tune/space",
                                       "tune/samplers",
                                       "tune/pruners",
                                       "tune/race",
                                       "tune/study",
                                       "tune/files",  //
                                       "tune/objective",
                                       "tune/spread",
                                       "tune/confirm",
                                       "tune/queue",
                                       "tune",  //
                                       "analysis",
                                       "report/drawing",
                                       "report",
                                       ""};  // the last: what users include

constexpr std::array<std::string_view, 10> folders = {"src",      "apps",    "tests",   "benchmarks",
                                                      "examples", "scripts", "recipes", "architectures",
                                                      "spaces",   "cmake"};
constexpr std::size_t most_lines = 600;
constexpr std::uintmax_t most_bytes = 400 * 1024;

const fs::path root = TAILOR_SOURCE_DIR;

struct SourceFile {
  fs::path path;
  std::vector<std::string> lines;

  std::string name() const { return path.lexically_relative(root).generic_string(); }
  bool is(std::string_view extension) const { return path.extension() == extension; }
};

SourceFile read(const fs::path& path) {
  SourceFile file{path, {}};
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line);) file.lines.push_back(line);
  return file;
}

// Regular files under a folder of the repository, ascending.
std::vector<fs::path> files_under(std::string_view folder) {
  std::vector<fs::path> paths;
  if (!fs::exists(root / folder)) return paths;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder)) {
    if (entry.is_regular_file() && entry.path().generic_string().find("__pycache__") == std::string::npos) {
      paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<SourceFile> library_files() {
  std::vector<SourceFile> files;
  for (const fs::path& path : files_under("src/tailor")) {
    if (path.extension() == ".h" || path.extension() == ".cc") files.push_back(read(path));
  }
  return files;
}

// The x of `#include "x"`.
std::optional<std::string> quoted_include(const std::string& line) {
  constexpr std::string_view start = "#include \"";
  if (!line.starts_with(start)) return std::nullopt;
  return line.substr(start.size(), line.find('"', start.size()) - start.size());
}

// Place in the list of the folder of a path such as tailor/nn/network.h; the list's size if it is not there.
std::size_t layer_of(std::string_view path) {
  path.remove_prefix(std::string_view("tailor/").size());
  const std::size_t slash = path.rfind('/');
  const std::string_view folder = slash == std::string_view::npos ? "" : path.substr(0, slash);
  return static_cast<std::size_t>(std::find(std::begin(layers), std::end(layers), folder) -
                                  std::begin(layers));
}

TEST(Structure, LayersIncludeOnlyLayersBeforeThem) {
  std::vector<std::string> faults;
  const std::vector<SourceFile> files = library_files();
  ASSERT_GT(files.size(), 20U);
  for (const SourceFile& file : files) {
    const std::size_t own = layer_of(file.path.lexically_relative(root / "src").generic_string());
    if (own == std::size(layers)) faults.push_back(file.name() + " is in no known folder");
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::optional<std::string> included = quoted_include(file.lines[i]);
      if (!included) continue;
      const std::string place = file.name() + ":" + std::to_string(i + 1) + " includes " + *included;
      if (!included->starts_with("tailor/")) {
        faults.push_back(place + ", which is not written as tailor/<folder>/<file>");
      } else if (layer_of(*included) > own) {
        faults.push_back(place + ", of a later folder");
      }
    }
  }
  EXPECT_THAT(faults, IsEmpty());
}

// A source that includes its own header first proves that the header needs nothing before it.
TEST(Structure, SourcesIncludeTheirOwnHeaderFirst) {
  std::vector<std::string> faults;
  for (const SourceFile& file : library_files()) {
    const fs::path header = fs::path(file.path).replace_extension(".h");
    if (!file.is(".cc") || !fs::exists(header)) continue;
    const auto first = std::find_if(file.lines.begin(), file.lines.end(),
                                    [](const std::string& line) { return line.starts_with("#include"); });
    const std::string own = "#include \"" + header.lexically_relative(root / "src").generic_string() + "\"";
    if (first == file.lines.end() || !first->starts_with(own)) faults.push_back(file.name());
  }
  EXPECT_THAT(faults, IsEmpty());
}

TEST(Structure, FilesSayWhatTheyAreAndHeadersAreGuarded) {
  std::vector<std::string> faults;
  for (const SourceFile& file : library_files()) {
    const bool guarded = std::find(file.lines.begin(), file.lines.end(), "#pragma once") != file.lines.end();
    const bool repeated = file.name().ends_with("-inl.h");  // Highway includes these once for each target
    if (file.is(".h") && !repeated && !guarded) faults.push_back(file.name() + " has no #pragma once");
    const bool twin =
        file.is(".cc") && fs::exists(fs::path(file.path).replace_extension(".h"));  // said there
    if (!twin && !file.lines.empty() && !file.lines[0].starts_with("//")) {
      faults.push_back(file.name() + " does not start with a comment");
    }
  }
  EXPECT_THAT(faults, IsEmpty());
}

TEST(Structure, EverySourceIsListedWhereItIsBuilt) {
  std::vector<std::string> faults;
  for (const std::string_view folder : {"src", "apps", "tests", "benchmarks"}) {
    for (const fs::path& path : files_under(folder)) {
      if (path.extension() != ".cc") continue;
      bool listed = false;
      for (fs::path up = path.parent_path(); !listed && up != root; up = up.parent_path()) {
        const SourceFile list = read(up / "CMakeLists.txt");
        const std::string name = path.lexically_relative(up).generic_string();
        for (const std::string& line : list.lines) {
          std::istringstream words(line);
          for (std::string word; words >> word;) listed |= word == name || word == name + ")";
        }
      }
      if (!listed) faults.push_back(path.lexically_relative(root).generic_string());
    }
  }
  EXPECT_THAT(faults, IsEmpty());
}

// Long files hide more than one idea; large ones are data or output, which belong elsewhere.
TEST(Structure, FilesAreSmall) {
  constexpr std::array<std::string_view, 6> written_by_hand = {".h", ".cc", ".py", ".cmake", ".txt", ""};
  std::vector<std::string> faults;
  for (const std::string_view folder : folders) {
    for (const fs::path& path : files_under(folder)) {
      const SourceFile file = read(path);
      const bool by_hand = std::find(written_by_hand.begin(), written_by_hand.end(),
                                     path.extension().string()) != written_by_hand.end();
      if (by_hand && file.lines.size() > most_lines) {
        faults.push_back(file.name() + " has " + std::to_string(file.lines.size()) + " lines");
      }
      if (fs::file_size(path) > most_bytes) {
        faults.push_back(file.name() + " has " + std::to_string(fs::file_size(path)) + " bytes");
      }
    }
  }
  EXPECT_THAT(faults, IsEmpty());
}

}  // namespace
}  // namespace tailor
