// report.html: the page with a study document in it. The document's keys are in
// web/schema/study-document.schema.json.
#pragma once

#include <string>
#include <string_view>

namespace tailor {

// One HTML file that draws `document`, a study document or a comparison of two as JSON text; it asks for
// nothing from elsewhere. Throws a failure if this build has no page.
std::string html_report(std::string_view document);

}  // namespace tailor
