#include "tailor/data/images_ledger.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <optional>
#include <sstream>

#include <nlohmann/json.hpp>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/state_folder.h"

namespace tailor {
namespace {

using nlohmann::json;

std::optional<ImagesOpening> read_line(const std::string& line) {
  const json j = json::parse(line, nullptr, false);
  if (!j.is_object()) return std::nullopt;
  const auto text = [&j](const char* key) {
    const auto found = j.find(key);
    return found != j.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  ImagesOpening o{text("time"),         text("test_hash"), text("command"), text("study"),
                  text("confirmation"), text("run"),       text("host")};
  if (const auto images = j.find("images"); images != j.end() && images->is_number_integer())
    o.images = images->get<std::int64_t>();
  if (o.time.empty() || o.test_hash.empty()) return std::nullopt;
  return o;
}

std::string line_of(const ImagesOpening& o) {
  nlohmann::ordered_json j{{"time", o.time}, {"test_hash", o.test_hash}, {"command", o.command}};
  for (const auto& [key, text] :
       {std::pair{"study", o.study}, {"confirmation", o.confirmation}, {"run", o.run}})
    if (!text.empty()) j[key] = text;
  j["images"] = o.images;
  j["host"] = o.host;
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::string ImagesOpening::by() const {
  std::string who = !run.empty()           ? "run " + run
                    : confirmation.empty() ? study
                                           : confirmation + " of study " + study;
  return host.empty() ? who : who + " on " + host;
}

void ImagesOpenings::cut(const std::string& time) {
  std::erase_if(openings, [&](const ImagesOpening& o) { return o.time >= time; });
}

void ImagesOpenings::add(std::vector<ImagesOpening> more) {
  for (ImagesOpening& o : more)
    if (std::none_of(openings.begin(), openings.end(),
                     [&](const ImagesOpening& x) { return x.time == o.time; }))
      openings.push_back(std::move(o));
  std::stable_sort(openings.begin(), openings.end(),
                   [](const ImagesOpening& a, const ImagesOpening& b) { return a.time < b.time; });
}

void ImagesLedger::make_ready() const {
  try {
    make_folder(file_.parent_path());
    check_append(file_);
  } catch (const Error& error) {
    throw Error(error.code(),
                fmt::format("{}; test images stay sealed where their opening cannot be written down: set "
                            "XDG_STATE_HOME to a folder that you may write to and that stays",
                            error.what()));
  }
}

ImagesOpenings ImagesLedger::of(const std::string& test_hash) const {
  ImagesOpenings found;
  std::error_code missing;
  if (!std::filesystem::exists(file_, missing)) return found;
  std::istringstream lines(read_file(file_));
  std::vector<ImagesOpening> all;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    std::optional<ImagesOpening> opening = read_line(line);
    if (!opening) ++found.unreadable;
    if (opening && opening->test_hash == test_hash) all.push_back(std::move(*opening));
  }
  found.add(std::move(all));
  return found;
}

void ImagesLedger::record(const ImagesOpening& opening) const {
  const ImagesOpenings before = of(opening.test_hash);
  if (std::any_of(before.openings.begin(), before.openings.end(),
                  [&](const ImagesOpening& o) { return o.time == opening.time; }))
    return;
  make_ready();
  append_line(file_, line_of(opening));
}

ImagesLedger account_ledger() { return ImagesLedger(state_folder() / "test_openings.jsonl"); }

std::string opening_time() {
  const auto now = std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  const std::time_t second =
      std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(now));
  std::tm parts{};
  gmtime_r(&second, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  return fmt::format("{}.{:06}Z", text, now.time_since_epoch().count() % 1'000'000);
}

}  // namespace tailor
