// The page of web/ as the build made it: one HTML document with all of its script and style, and a place for
// the study document. html_report() fills that place.
#pragma once

#include <string_view>

namespace tailor {

// Where the study document goes, exactly once in the page.
inline constexpr std::string_view page_place = "{{study document}}";

// The whole page; empty in a build without it (cmake/WebPage.cmake says when).
std::string_view page_template();

}  // namespace tailor
