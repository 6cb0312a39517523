// tailor --version: which build this is, and what it computes with here.
#include <cstdlib>
#include <memory>

#include <nlohmann/json.hpp>

#include "commands.h"
#include "tailor/base/build_info.h"
#include "tailor/base/error.h"
#include "tailor/base/processors.h"
#include "tailor/base/text.h"
#include "tailor/nn/instruction_set.h"

namespace tailor {
namespace {

constexpr const char* variable = "TAILOR_INSTRUCTION_SET";

std::string commit_text() {
  const std::string commit(build_info().commit);
  if (commit.empty()) return "unknown: not built in a git repository";
  return commit.find("-dirty") == std::string::npos ? commit : commit + ": with changes that are not in it";
}

std::string version_text() {
  const BuildInfo& build = build_info();
  return fmt::format(
      "tailor {}\n"
      "commit           {}\n"
      "build            {}, {}\n"
      "instruction set  {}; available: {}\n"
      "processor        {}\n"
      "libraries        {}",
      build.version, commit_text(), build.type, build.compiler, instruction_set(),
      join(instruction_sets(), ", "), processor_model(), engine_versions());
}

std::string version_json() {
  const BuildInfo& build = build_info();
  const nlohmann::ordered_json json{
      {"version", build.version},
      {"commit", build.commit.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(build.commit)},
      {"build", build.type},
      {"compiler", build.compiler},
      {"instruction_set", instruction_set()},
      {"instruction_sets", instruction_sets()},
      {"processor", processor_model()},
      {"libraries", engine_versions()}};
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

void add_version_flag(CLI::App& app) {
  const auto json = std::make_shared<bool>(false);
  CLI::Option* as_json = app.add_flag("--json", *json, "With --version: as JSON");
  const auto text = [json] { return *json ? version_json() : version_text(); };
  as_json->needs(
      app.set_version_flag("--version", text, "Print version, commit and build, and what kernels use here"));
}

void take_instruction_set() {
  const char* wanted = std::getenv(variable);
  if (wanted == nullptr || *wanted == '\0') return;
  try {
    use_instruction_set(wanted);
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("{}: {}", variable, error.what()));
  }
}

}  // namespace tailor
