// The picture of an architecture: what is grouped, where rows break, that the SVG is well-formed and shows
// every layer.
#include "tailor/report/drawing/drawing.h"

#include <cstdlib>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/report/drawing/drawing_graph.h"
#include "tailor/report/drawing/drawing_layout.h"

namespace tailor {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A side branch of two convolutions, a pre-activation norm and a name that XML must escape.
const char* const branched = R"(
name = "a < b & \"c\""
[[layer]]
type = "conv2d"
name = "stem"
filters = 4
kernel = 3
[[layer]]
type = "batch_norm"
activation = "gelu"
[[layer]]
type = "conv2d"
filters = 4
kernel = 3
padding = 1
[[layer]]
type = "dropout"
name = "main"
[[layer]]
type = "conv2d"
name = "side"
input = "stem"
filters = 4
kernel = 1
[[layer]]
type = "tanh"
[[layer]]
type = "conv2d"
name = "side_end"
filters = 4
kernel = 1
[[layer]]
type = "add"
inputs = ["stem", "main", "side_end"]
[[layer]]
type = "flatten"
[[layer]]
type = "dense"
units = "classes"
)";

std::vector<Architecture> networks() {
  std::vector<Architecture> all;
  for (const std::string& name : shipped_architectures()) all.push_back(find_architecture(name));
  all.push_back(find_architecture("resnet20", {{97, 40, 3}, 1000}));
  all.push_back(parse_architecture(branched, "branched"));
  return all;
}

// Empty if every tag is closed in order and every & begins an entity.
std::string fault_of_xml(const std::string& xml) {
  std::vector<std::string> open;
  int roots = 0;
  for (std::size_t at = 0; at < xml.size();) {
    if (xml[at] == '&') {
      const std::string entity = xml.substr(at, xml.find(';', at) - at + 1);
      if (entity != "&lt;" && entity != "&gt;" && entity != "&amp;" && entity != "&quot;")
        return "bad entity " + entity;
      at += entity.size();
    } else if (xml[at] != '<') {
      if (open.empty() && xml[at] != '\n') return "text outside the root";
      ++at;
    } else {
      const std::size_t end = xml.find('>', at);
      if (end == std::string::npos) return "unclosed tag";
      const std::string tag = xml.substr(at + 1, end - at - 1);
      if (tag.find('<') != std::string::npos) return "< in tag " + tag;
      const std::string name = tag.substr(tag[0] == '/', tag.find_first_of(" /", 1) - (tag[0] == '/'));
      if (tag[0] == '/') {
        if (open.empty() || open.back() != tag.substr(1)) return "unexpected </" + tag.substr(1) + ">";
        open.pop_back();
      } else {
        std::size_t quotes = 0;
        for (const char c : tag) quotes += c == '"';
        if (quotes % 2) return "open quote in " + tag;
        roots += open.empty();
        if (tag.back() != '/') open.push_back(name);
      }
      at = end + 1;
    }
  }
  if (!open.empty()) return "unclosed " + open.back();
  return roots == 1 ? "" : "not one root";
}

TEST(Drawing, TheCheckOfXmlCanFail) {
  EXPECT_EQ(fault_of_xml("<a><b c=\"1\"/>t &amp; u</a>\n"), "");
  for (const char* bad :
       {"<a>", "<a></b>", "<a>x & y</a>", "<a><b></a></b>", "<a/><b/>", "<a b=\"></a>", "x<a/>"})
    EXPECT_NE(fault_of_xml(bad), "") << bad;
}

TEST(Drawing, IsWellFormedAndShowsEveryLayer) {
  for (const Architecture& a : networks()) {
    const std::string svg = draw_svg(a);
    EXPECT_EQ(fault_of_xml(svg), "") << a.name;
    for (const Layer& layer : a.layers)
      EXPECT_THAT(svg, HasSubstr(layer.name + " (" + layer_kind_name(layer.kind) + ")"));
    EXPECT_EQ(svg.find("nan"), std::string::npos) << a.name;
    EXPECT_EQ(svg.find("inf"), std::string::npos) << a.name;
  }
}

TEST(Drawing, NamesSizesAndTotals) {
  const std::string svg = draw_svg(find_architecture("mnist_cnn"));
  for (const char* text :
       {">28×28×1<", ">26×26×32<", ">24×24×64<", ">12×12×64<", ">9216<", ">128<", ">10<", ">conv 3×3<",
        ">ReLU<", ">max pool 2×2<", ">dropout 0.25<", "1,199,882 parameters, 11,992,448 multiply-adds"})
    EXPECT_THAT(svg, HasSubstr(text));
  EXPECT_THAT(draw_svg(parse_architecture(branched, "b")),
              HasSubstr("<title>a &lt; b &amp; &quot;c&quot;</title>"));
}

TEST(DrawnGraph, GroupsWhatFollowsALayer) {
  const DrawnGraph graph = drawn_graph(find_architecture("mnist_cnn"));
  ASSERT_EQ(graph.blocks.size(), 7u);
  EXPECT_THAT(graph.blocks[3].label, ElementsAre("max pool 2×2", "dropout 0.25"));
  EXPECT_THAT(graph.blocks[5].layers, ElementsAre(7, 8, 9));
  EXPECT_EQ(graph.links.size(), 6u);
}

TEST(DrawnGraph, ShortcutsBecomeLinksAndNotes) {
  const DrawnGraph graph = drawn_graph(find_architecture("resnet20"));
  int skips = 0;
  std::vector<std::string> notes;
  for (const DrawnLink& link : graph.links) {
    skips += link.to > link.from + 1;
    if (!link.note.empty()) notes.push_back(link.note);
  }
  EXPECT_EQ(skips, 9);
  EXPECT_THAT(notes, ElementsAre("conv 1×1 / 2, batch norm", "conv 1×1 / 2, batch norm"));
}

TEST(DrawnGraph, AChangeThatNotAllReadersSeeStandsAlone) {
  const DrawnGraph graph = drawn_graph(parse_architecture(branched, "b"));
  // input, stem, batch norm + GELU, conv + dropout, side_end, add, flatten, dense; "side" is a note on a link
  ASSERT_EQ(graph.blocks.size(), 8u);
  EXPECT_THAT(graph.blocks[2].label, ElementsAre("batch norm", "GELU"));
  EXPECT_THAT(graph.blocks[4].label, ElementsAre("conv 1×1"));
}

TEST(DrawnGraph, AProductIsASignAndAConcatenationABlock) {
  const DrawnGraph graph = drawn_graph(parse_architecture(R"(name = "joints"
layer = [
  {type = "conv2d", filters = 4, kernel = 3, padding = 1, name = "map"},
  {type = "global_average_pool"},
  {type = "dense", units = 4, activation = "hard_sigmoid", name = "gate"},
  {type = "multiply", inputs = ["map", "gate"], name = "excited"},
  {type = "group_norm", groups = 2},
  {type = "channel_shuffle", groups = 2},
  {type = "concatenate", inputs = ["channel_shuffle_1", "map"]},
  {type = "slice", from = 3, to = 8},
  {type = "flatten"},
  {type = "dense", units = "classes"},
])",
                                                          "joints"));
  // input, map, pool, gate, product, group norm and shuffle on it, concatenation, slice, flatten, dense
  ASSERT_EQ(graph.blocks.size(), 9u);
  EXPECT_THAT(graph.blocks[3].label, ElementsAre("dense", "hard sigmoid"));
  EXPECT_EQ(graph.blocks[4].tone, DrawnBlock::Tone::sum);
  EXPECT_THAT(graph.blocks[4].label, ElementsAre("group norm 2", "shuffle 2"));
  EXPECT_THAT(graph.blocks[5].label, ElementsAre("concatenate"));
  EXPECT_EQ(graph.blocks[5].shape.channels, 8);
  EXPECT_THAT(graph.blocks[6].label, ElementsAre("channels 3 … 7"));
}

TEST(DrawnLayout, BreaksRowsBetweenStages) {
  const DrawnGraph graph = drawn_graph(find_architecture("resnet20"));
  const Layout layout = lay_out(graph);
  ASSERT_EQ(layout.rows.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(layout.rows[i].blocks[0].repeated, i > 0);
    EXPECT_EQ(graph.blocks[static_cast<std::size_t>(layout.rows[i].blocks[1].block)].shape.height, 28 >> i);
    EXPECT_EQ(layout.rows[i].links.size(), 3u);
  }
  EXPECT_EQ(lay_out(drawn_graph(find_architecture("mnist_cnn"))).rows.size(), 1u);
}

TEST(DrawnLayout, NothingOverlapsOrLeavesThePicture) {
  for (const Architecture& a : networks()) {
    const DrawnGraph graph = drawn_graph(a);
    const Layout layout = lay_out(graph);
    std::size_t shown = 0;
    for (const PlacedRow& row : layout.rows) {
      EXPECT_LT(row.axis + row.labels_below, layout.height);
      for (std::size_t i = 0; i < row.blocks.size(); ++i) {
        const PlacedBlock& placed = row.blocks[i];
        shown += !placed.repeated;
        EXPECT_GE(placed.left(), 0) << a.name;
        EXPECT_LE(placed.right(), layout.width) << a.name;
        EXPECT_GE(row.axis - placed.box.above(), line_height) << a.name;
        if (i == 0) continue;
        EXPECT_GT(placed.left() - row.blocks[i - 1].right(), 15) << a.name;
      }
      for (const PlacedLink& link : row.links)
        EXPECT_GT(row.axis - row.links_above - link.level * level_height, 0) << a.name;
    }
    EXPECT_EQ(shown, graph.blocks.size()) << a.name;
  }
}

TEST(DrawnLayout, KeepsUpWithLongNetworks) {
  std::string toml = "name = \"long\"\n";
  for (int i = 0; i < 1500; ++i)
    toml += "[[layer]]\ntype = \"conv2d\"\nfilters = 2\nkernel = 3\npadding = 1\n";
  toml += "[[layer]]\ntype = \"flatten\"\n[[layer]]\ntype = \"dense\"\nunits = 10\n";
  EXPECT_GT(lay_out(drawn_graph(parse_architecture(toml, "long"))).rows.size(), 100u);
}

TEST(Drawing, TheReadmesPictureIsCurrent) {
  EXPECT_EQ(read_file(TAILOR_SOURCE_DIR "/docs/mnist_cnn.svg"), draw_svg(find_architecture("mnist_cnn")))
      << "run: tailor architecture draw mnist_cnn --out docs/mnist_cnn.svg";
}

TEST(Drawing, GivesPng) {
  const std::string png = draw_png(find_architecture("lenet5"), 640);
  ASSERT_GT(png.size(), 1000u);
  EXPECT_EQ(png.substr(0, 8), "\x89PNG\r\n\x1a\n");
  EXPECT_EQ(png.substr(16, 4), std::string("\0\0\x02\x80", 4));  // its width
}

}  // namespace
}  // namespace tailor
