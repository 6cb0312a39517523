// A study document as text for those without a browser: Markdown, or a terminal of 80 columns. Both are made
// from the same list of headings, sentences and tables.
#pragma once

#include <string>
#include <string_view>

namespace tailor {

// `document`: JSON as study_document() makes it, or a comparison of two (see comparison_document).
std::string markdown_report(std::string_view document);
std::string terminal_report(std::string_view document);

// The sentences of the answer alone, and warnings that are serious, for a terminal.
std::string terminal_answer(std::string_view document);

// Two study documents side by side: what html_report and the two above draw as a comparison.
std::string comparison_document(std::string_view first, std::string_view second);

}  // namespace tailor
