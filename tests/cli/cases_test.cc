// Runs the text cases in cases/: commands as a person types them, and what must come of each. A file is one
// story in one fresh folder (sandbox.h says what lies there); its lines are
//
//   # what the next commands show
//   $ COMMAND        a line of shell
//   exit N           its exit code; 0 if it is not said
//   out REGEX        standard output has a match (POSIX extended, ^ and $ match at lines)
//   err REGEX        standard error has one; without any `err` it must be empty
//   no-out REGEX     standard output has none
//   file PATH        this exists afterwards
//   no-file PATH     this does not
//   json             standard output is one JSON value
//   json /POINTER = VALUE    and holds this
#include <fstream>
#include <memory>

#include <nlohmann/json.hpp>
#include <regex.h>

#include "cli/sandbox.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::Outcome;
using test::Sandbox;

const fs::path cases = fs::path(TAILOR_SOURCE_DIR) / "tests/cli/cases";

bool matches(const std::string& pattern, const std::string& text) {
  regex_t regex;
  if (::regcomp(&regex, pattern.c_str(), REG_EXTENDED | REG_NOSUB | REG_NEWLINE) != 0) {
    ADD_FAILURE() << "not a regular expression: " << pattern;
    return false;
  }
  const bool found = ::regexec(&regex, text.c_str(), 0, nullptr, 0) == 0;
  ::regfree(&regex);
  return found;
}

// A command and its expectations, in their order.
struct Step {
  std::string place, command;
  std::vector<std::pair<std::string, std::string>> expectations;  // keyword, argument
};

std::vector<Step> read_steps(const fs::path& file) {
  std::vector<Step> steps;
  std::ifstream stream(file);
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    const std::size_t space = std::min(line.find(' '), line.size());
    const std::string keyword = line.substr(0, space),
                      argument = line.substr(std::min(space + 1, line.size()));
    if (keyword == "$")
      steps.push_back({file.filename().string() + ":" + std::to_string(number), argument, {}});
    else
      steps.at(steps.size() - 1).expectations.emplace_back(keyword, argument);
  }
  return steps;
}

void check_json(const std::string& argument, const std::string& output) {
  const json value = json::parse(output, nullptr, false);
  ASSERT_FALSE(value.is_discarded()) << "not JSON";
  if (argument.empty()) return;
  const std::size_t equals = argument.find(" = ");
  ASSERT_NE(equals, std::string::npos) << "expected: json /POINTER = VALUE";
  const json::json_pointer pointer(argument.substr(0, equals));
  ASSERT_TRUE(value.contains(pointer)) << argument;
  EXPECT_EQ(value.at(pointer), json::parse(argument.substr(equals + 3))) << argument;
}

void check(const Step& step, const Outcome& outcome, const fs::path& folder) {
  int code = 0;
  bool errors = false;
  for (const auto& [keyword, argument] : step.expectations) {
    SCOPED_TRACE(keyword + " " + argument);
    if (keyword == "exit") {
      code = std::stoi(argument);
    } else if (keyword == "out") {
      EXPECT_TRUE(matches(argument, outcome.output));
    } else if (keyword == "no-out") {
      EXPECT_FALSE(matches(argument, outcome.output));
    } else if (keyword == "err") {
      errors = true;
      EXPECT_TRUE(matches(argument, outcome.errors));
    } else if (keyword == "file" || keyword == "no-file") {
      EXPECT_EQ(fs::exists(folder / argument), keyword == "file");
    } else if (keyword == "json") {
      check_json(argument, outcome.output);
    } else {
      ADD_FAILURE() << "unknown keyword";
    }
  }
  EXPECT_EQ(outcome.code, code);
  if (!errors) {
    EXPECT_EQ(outcome.errors, "");
  }
}

class Cases : public testing::TestWithParam<std::string> {};

TEST_P(Cases, DoWhatTheySay) {
  const std::vector<Step> steps = read_steps(cases / (GetParam() + ".test"));
  ASSERT_FALSE(steps.empty());
  const Sandbox sandbox;
  for (const Step& step : steps) {
    const Outcome outcome = sandbox.run(step.command);
    const std::string shown = step.place + ": $ " + step.command + "\n--- standard output\n" +
                              outcome.output + "--- standard error\n" + outcome.errors + "---";
    SCOPED_TRACE(shown);
    check(step, outcome, sandbox.path());
    if (testing::Test::HasFailure()) return;  // later steps stand on this one
  }
}

std::vector<std::string> all_cases() {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(cases))
    if (entry.path().extension() == ".test") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Cli, Cases, testing::ValuesIn(all_cases()),
                         [](const auto& name) { return name.param; });

}  // namespace
}  // namespace tailor
