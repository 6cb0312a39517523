#include "tailor/report/openings_words.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tailor/report/label.h"

namespace tailor {

std::string opened_before_text(const ImagesOpenings& before) {
  std::string text = "Test images opened before: ";
  if (before.openings.empty()) {
    text += "never\n";
  } else {
    const ImagesOpening& last = before.openings.back();
    const std::size_t count = before.openings.size();
    text += fmt::format("{}, last {:.10} {:.5} UTC\n", count == 1 ? "once" : fmt::format("{} times", count),
                        last.time, last.time.size() > 11 ? last.time.substr(11) : "");
    text += "  " + shown_label(fmt::format("by {}: {}", last.command, last.by()), 78) + "\n";
  }
  if (before.unreadable > 0)
    text += fmt::format("  ({} of the account's ledger cannot be read and may tell of more)\n",
                        before.unreadable == 1 ? "a line" : fmt::format("{} lines", before.unreadable));
  return text;
}

void add_opened_before(nlohmann::ordered_json& to, const ImagesOpenings& before) {
  to["opened_before"] = before.openings.size();
  to["last_opened"] = nullptr;
  if (before.openings.empty()) return;
  const ImagesOpening& last = before.openings.back();
  nlohmann::ordered_json& o = to["last_opened"] = {{"time", last.time}, {"command", last.command}};
  if (!last.study.empty()) o["study"] = last.study;
  if (!last.confirmation.empty()) o["confirmation"] = last.confirmation;
  if (!last.run.empty()) o["run"] = last.run;
  if (!last.host.empty()) o["host"] = last.host;
}

}  // namespace tailor
