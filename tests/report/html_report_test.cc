#include "tailor/report/html_report.h"

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tailor/base/error.h"
#include "tailor/report/page.h"

namespace tailor {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

#ifdef TAILOR_HAS_PAGE

constexpr std::string_view start = "<script type=\"application/json\" id=\"study-document\">";

// What a browser would take for the document: everything up to the end of its script element.
std::string carried_document(const std::string& report) {
  const std::size_t begin = report.find(start) + start.size();
  return report.substr(begin, report.find("</script", begin) - begin);
}

TEST(HtmlReport, CarriesTheDocument) {
  const std::string report = html_report(R"({"format":"tailor-study-document","x":[1,2.5,null]})");
  EXPECT_EQ(carried_document(report), R"({"format":"tailor-study-document","x":[1,2.5,null]})");
  EXPECT_THAT(report, HasSubstr("<!doctype html>"));
  EXPECT_THAT(report, Not(HasSubstr(std::string(page_place))));
}

TEST(HtmlReport, TextOfTheDocumentCannotBecomeMarkup) {
  const nlohmann::json document = {{"name", "</script><script>alert(1)</script><!--"},
                                   {"é", "{{study document}}"}};
  const std::string report = html_report(document.dump());
  const std::string carried = carried_document(report);
  EXPECT_THAT(carried, Not(HasSubstr("<")));
  EXPECT_EQ(nlohmann::json::parse(carried), document);
}

TEST(HtmlReport, ThePageIsOneFileOfModestSizeWithOnePlace) {
  const std::string_view page = page_template();
  EXPECT_GT(page.size(), 100'000U);
  EXPECT_LT(page.size(), 1'500'000U);
  const std::size_t place = page.find(page_place);
  ASSERT_NE(place, std::string_view::npos);
  EXPECT_EQ(page.find(page_place, place + 1), std::string_view::npos);
  for (const std::string_view outside : {"src=\"http", "href=\"http", "url(http", "@import"}) {
    EXPECT_EQ(page.find(outside), std::string_view::npos) << outside;
  }
}

#else

TEST(HtmlReport, SaysThatThisBuildHasNoPage) {
  EXPECT_EQ(page_template(), "");
  try {
    html_report("{}");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::failed);
    EXPECT_THAT(error.what(), HasSubstr("install nodejs and npm"));
  }
}

#endif

}  // namespace
}  // namespace tailor
