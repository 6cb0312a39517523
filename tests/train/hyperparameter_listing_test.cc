#include "tailor/train/hyperparameter_listing.h"

#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tailor/base/file.h"
#include "tailor/train/hyperparameters.h"

namespace tailor {
namespace {

TEST(HyperparameterListing, TheCommittedPageIsCurrent) {
  EXPECT_EQ(read_file(TAILOR_SOURCE_DIR "/docs/hyperparameters.md"), hyperparameters_markdown())
      << "run: tailor hyperparameters --markdown > docs/hyperparameters.md";
}

TEST(HyperparameterListing, TheTextFitsATerminalAndNamesEverything) {
  const std::string text = hyperparameters_text();
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    // "…" takes three bytes and one column.
    const std::size_t columns = line.find("…") == std::string::npos ? line.size() : line.size() - 2;
    EXPECT_LE(columns, 80u) << line;
    EXPECT_TRUE(line.empty() || line.back() != ' ') << line;
  }
  for (const Hyperparameter& row : hyperparameters())
    EXPECT_NE(text.find("  " + row.name + " "), std::string::npos);
}

TEST(HyperparameterListing, TheJsonHoldsTypedDefaults) {
  const nlohmann::json list = nlohmann::json::parse(hyperparameters_json()).at("hyperparameters");
  ASSERT_EQ(list.size(), hyperparameters().size());
  for (std::size_t i = 0; i < list.size(); ++i) EXPECT_EQ(list[i].at("name"), hyperparameters()[i].name);
  EXPECT_EQ(list[0].at("default"), "adam");
  EXPECT_EQ(list[0].at("choices").size(), 5u);
  EXPECT_EQ(list[1].at("default"), 0.001);
  EXPECT_EQ(list[1].at("high"), 100);
  EXPECT_EQ(list[1].at("log_scaled"), true);
}

}  // namespace
}  // namespace tailor
