// Study files and space files: what a study is to be, as people write it in TOML. docs/tuning.md describes
// every key; study_definition.h is what becomes of them once data and architecture are known.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tailor/base/error.h"
#include "tailor/nn/architecture/architecture.h"
#include "tailor/tune/study/study_definition.h"

namespace tailor {

// [fixed] and [space]. Names and ranges are those of the hyperparameter table; dropout_N means each dropout
// layer of the architecture.
struct SpaceFile {
  struct Fixed {
    std::string name, text;  // the value as set() takes it
    std::uint32_t line = 0;
  };
  struct When {
    std::string parent;
    std::vector<std::string> values;  // as text
  };
  struct Parameter {
    std::string name;
    Distribution distribution{};
    std::optional<When> when{};
    std::uint32_t line = 0;
  };

  std::string origin;  // for messages: "my.toml", "default.toml (shipped)"
  std::string description;
  std::vector<Fixed> fixed;           // in the file's order
  std::vector<Parameter> parameters;  // the same
};

struct StudyFile : StudyPlan {
  // Where the file names what is found elsewhere; 0: it does not, or something else was asked for instead.
  struct Lines {
    std::uint32_t architecture = 0, data = 0, split = 0, folds = 0, space = 0;
  };

  std::string origin;
  std::string architecture = "mnist_cnn";  // shipped name or file
  std::string data = "fashion-mnist";      // name or folder
  std::optional<std::string> split;        // none: default_split, or the data set's own parts
  int folds = 0;                           // 0: one split
  std::uint64_t split_seed = 1;
  PictureOptions pictures = {};
  std::string space_name = "default";  // shipped name or file, if the study file has no [space] of its own
  std::optional<SpaceFile> own_space{};
  std::optional<SpaceFile>
      found_space{};  // that of space_name, where it was read already: a pipe is read once
  std::vector<SpaceFile::Fixed> fixed{};  // wins over what a named space searches
  Lines lines{};

  // The result of find(), which looks for what `key` names in this line: if there is no such thing, the
  // mistake is in the file.
  template <class Find>
  auto look_up(std::uint32_t line, std::string_view key, const Find& find) const {
    try {
      return find();
    } catch (const Error& error) {
      if (line == 0 || error.code() != ExitCode::usage) throw;
      throw bad_input("{}:{}: {}: {}", origin, line, key, error.what());
    }
  }
};

// Everything wrong is bad input "file:line: key: …". `origin` stands for the file name.
StudyFile parse_study_file(const std::string& text, const std::string& origin);
StudyFile read_study_file(const std::filesystem::path& file);

SpaceFile parse_space_file(const std::string& text, const std::string& origin);
// A shipped name ("default") or a path to a .toml file; neither is a usage error with the nearest name.
SpaceFile find_space(const std::string& name_or_file);
std::vector<std::string> shipped_spaces();

// What is held fixed and what is searched on this architecture.
struct ResolvedSpace {
  SettingTexts fixed;
  Space space;
};
ResolvedSpace resolve_space(const SpaceFile& file, const Architecture& architecture);
// The study's own space, or the one it names without what the study holds fixed.
ResolvedSpace resolve_space(const StudyFile& file, const Architecture& architecture);

}  // namespace tailor
