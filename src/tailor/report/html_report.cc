#include "tailor/report/html_report.h"

#include <algorithm>
#include <cstddef>

#include "tailor/base/error.h"
#include "tailor/report/page.h"

namespace tailor {

std::string html_report(std::string_view document) {
  const std::string_view page = page_template();
  const std::size_t place = page.find(page_place);
  if (place == std::string_view::npos) {
    throw failure(
        "report: this build has no report page, because Node.js 18 or npm was missing or TAILOR_PAGE was "
        "OFF; install nodejs and npm and build again, or ask for --format markdown or --json");
  }
  // In JSON a "<" can only stand in a string; written as an escape, it cannot end the script element or begin
  // a comment in it.
  const auto escapes = std::count(document.begin(), document.end(), '<');
  std::string report;
  report.reserve(page.size() + document.size() + 5 * static_cast<std::size_t>(escapes));
  report += page.substr(0, place);
  for (const char c : document) {
    if (c == '<') {
      report += "\\u003c";
    } else {
      report += c;
    }
  }
  report += page.substr(place + page_place.size());
  return report;
}

}  // namespace tailor
