// Writes the SVG: faces, arrows, links, labels, legend. What is drawn where comes from drawing_graph and
// drawing_layout.
#include "tailor/report/drawing/drawing.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "tailor/base/process.h"
#include "tailor/base/text.h"
#include "tailor/nn/architecture/shape_inference.h"
#include "tailor/report/drawing/drawing_graph.h"
#include "tailor/report/drawing/drawing_layout.h"

namespace tailor {
namespace {

using Tone = DrawnBlock::Tone;

constexpr double corner = 7;
constexpr double small_size = 10.5;
constexpr double caption_height = 58;
constexpr double bold_widening = 1.13;
constexpr double legend_square = 13, legend_gap = 13;
constexpr const char* ink = "#2b2f36";
constexpr const char* grey = "#6b7280";

struct Color {
  int red, green, blue;

  // towards white (t > 0) or black (t < 0)
  std::string tint(double t) const {
    const auto mix = [t](int c) {
      return static_cast<int>(std::lround(t > 0 ? c + (255 - c) * t : c * (1 + t)));
    };
    return fmt::format("#{:02x}{:02x}{:02x}", mix(red), mix(green), mix(blue));
  }
};

Color color_of(Tone tone) {
  switch (tone) {
    case Tone::input:
    case Tone::other:
    case Tone::sum:
      break;
    case Tone::convolution:
      return {104, 143, 193};
    case Tone::pooling:
      return {215, 146, 104};
    case Tone::dense:
      return {120, 172, 136};
  }
  return {176, 181, 190};
}

constexpr std::pair<Tone, const char*> legend[] = {
    {Tone::convolution, "convolution"}, {Tone::pooling, "pooling"}, {Tone::dense, "dense"}};

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '&')
      result += "&amp;";
    else if (c == '"')
      result += "&quot;";
    else
      result += c;
  }
  return result;
}

class Svg {
 public:
  explicit Svg(const Architecture& a) : a_(a), graph_(drawn_graph(a)) {
    counts_ = fmt::format("{}×{}×{}, {} classes; {} parameters, {} multiply-adds for an image",
                          a.input.height, a.input.width, a.input.channels, a.classes,
                          with_thousands(a.parameters()), with_thousands(a.multiply_adds()));
    scale_ = "Sides and windows to scale; thickness as √channels; bars as log₂(1 + values)";
    if (strides_marked()) scale_ += "; / 2: stride 2";
    layout_ = lay_out(graph_, caption_width());
  }

  std::string run() {
    for (const PlacedRow& row : layout_.rows) draw_row(row);
    draw_caption(layout_.height + 24);
    const double height = layout_.height + caption_height;
    return fmt::format(
               "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"{0:.0f}\" "
               "height=\"{1:.0f}\" "
               "viewBox=\"0 0 {0:.0f} {1:.0f}\" font-family=\"'DejaVu Sans', Verdana, Helvetica, Arial, "
               "sans-serif\" "
               "font-size=\"{2}\" fill=\"{3}\">\n<title>{4}</title>\n"
               "<defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"6\" "
               "markerHeight=\"6\" "
               "orient=\"auto\"><path d=\"M0 0.8 L7.5 4 L0 7.2 Z\" fill=\"{3}\"/></marker></defs>\n"
               "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
               std::ceil(layout_.width), std::ceil(height), font_size, ink, escaped(a_.name)) +
           body_ + "</svg>\n";
  }

 private:
  template <class... Args>
  void put(fmt::format_string<Args...> text, Args&&... args) {
    body_ += fmt::format(text, std::forward<Args>(args)...) + '\n';
  }

  const DrawnBlock& block_of(const PlacedBlock& placed) const {
    return graph_.blocks[static_cast<std::size_t>(placed.block)];
  }

  void text(double x, double y, std::string_view content, const char* anchor = "middle",
            const char* more = "") {
    put("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>", x, y, anchor, more,
        escaped(content));
  }

  // "conv2d_1 (conv2d) 26x26x32, 320 parameters, …": one line for each layer, shown by browsers as a tooltip.
  std::string tooltip(const std::vector<int>& layers) const {
    std::vector<std::string> lines;
    for (const int index : layers) {
      const Layer& layer = a_.layers[static_cast<std::size_t>(index)];
      lines.push_back(fmt::format("{} ({}): {}, {} parameters, {} multiply-adds", layer.name,
                                  layer_kind_name(layer.kind), shape_text(layer.output),
                                  with_thousands(layer.parameters), with_thousands(layer.multiply_adds)));
    }
    return lines.empty() ? fmt::format("input: {}", shape_text(a_.input)) : join(lines, "\n");
  }

  void draw_row(const PlacedRow& row) {
    for (const PlacedLink& link : row.links) draw_link(row, link);
    for (std::size_t i = 0; i < row.blocks.size(); ++i) {
      const PlacedBlock* next = i + 1 < row.blocks.size() && row.arrow[i] ? &row.blocks[i + 1] : nullptr;
      draw_block(row, row.blocks[i]);
      if (next) draw_arrow(row, row.blocks[i], *next);
    }
    if (row.leads_on) {
      const double x = row.blocks.back().right();
      put("<path d=\"M{:.1f} {:.1f} h24\" stroke=\"{}\" stroke-dasharray=\"3 3\" fill=\"none\"/>", x + 3,
          row.axis, ink);
    }
  }

  void draw_block(const PlacedRow& row, const PlacedBlock& placed) {
    const DrawnBlock& block = block_of(placed);
    put("<g{}>", placed.repeated ? " opacity=\"0.75\"" : "");
    put("<title>{}</title>", escaped(tooltip(block.layers)));
    if (block.tone == Tone::sum && !placed.repeated)
      draw_sum(placed.center, row.axis, a_.layers[static_cast<std::size_t>(block.layers[0])].kind);
    else
      draw_box(row, placed, block);
    if (block.tone != Tone::sum || placed.repeated)
      text(placed.center, row.axis - placed.box.above() - 6, block.size_text(), "middle",
           placed.repeated ? " fill=\"#6b7280\"" : "");
    if (!placed.repeated) {
      double y = row.axis + row.labels_below;
      for (const std::string& line : block.label) {
        const bool first = &line == &block.label.front() && block.tone != Tone::sum;
        text(placed.center, y, line, "middle", first ? "" : " fill=\"#6b7280\"");
        y += line_height;
      }
    }
    put("</g>");
  }

  void draw_sum(double x, double y, LayerKind kind) {
    put("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" fill=\"#ffffff\" stroke=\"{}\" stroke-width=\"1.2\"/>",
        x, y, sum_radius, ink);
    const std::string sign =
        kind == LayerKind::multiply
            ? fmt::format("M{:.1f} {:.1f} l7 7 M{:.1f} {:.1f} l7 -7", x - 3.5, y - 3.5, x - 3.5, y + 3.5)
            : fmt::format("M{:.1f} {:.1f} h10 M{:.1f} {:.1f} v10", x - 5, y, x, y - 5);
    put("<path d=\"{}\" stroke=\"{}\" stroke-width=\"1.4\"/>", sign, ink);
  }

  void draw_box(const PlacedRow& row, const PlacedBlock& placed, const DrawnBlock& block) {
    const DrawnBox& box = placed.box;
    const double x = placed.left(), across = box.wide * depth_across, up = box.wide * depth_up;
    const double top = row.axis - box.above() + up, high = box.high;
    const Color color = color_of(block.tone);
    const auto fill = [&](double t) { return placed.repeated ? std::string("#ffffff") : color.tint(t); };
    put("<g stroke=\"{}\" stroke-width=\"0.9\" stroke-linejoin=\"round\"{}>",
        placed.repeated ? grey : color.tint(-0.42), placed.repeated ? " stroke-dasharray=\"3 2.5\"" : "");
    put("<path d=\"M{:.1f} {:.1f} h{:.1f} v{:.1f} h{:.1f} z\" fill=\"{}\"/>", x, top, box.thick, high,
        -box.thick, fill(0));
    put("<path d=\"M{:.1f} {:.1f} l{:.1f} {:.1f} h{:.1f} l{:.1f} {:.1f} z\" fill=\"{}\"/>", x, top, across,
        -up, box.thick, -across, up, fill(0.62));
    put("<path d=\"M{:.1f} {:.1f} l{:.1f} {:.1f} v{:.1f} l{:.1f} {:.1f} z\" fill=\"{}\"/>", x + box.thick,
        top, across, -up, high, -across, up, fill(0.34));
    put("</g>");
  }

  // From the middle of the map's face, where the next layer's window is marked to scale.
  void draw_arrow(const PlacedRow& row, const PlacedBlock& from, const PlacedBlock& to) {
    const DrawnBlock& source = block_of(from);
    const DrawnBlock& target = block_of(to);
    double start = from.right() + 1;
    if (!source.flat() && (source.tone != Tone::sum || from.repeated)) {
      start = from.right() - from.box.wide * depth_across / 2;
      if (target.window_height > 0) draw_window(row, from, source, target);
    }
    put("<path d=\"M{:.1f} {:.1f} H{:.1f}\" stroke=\"{}\" stroke-width=\"1.1\" fill=\"none\" "
        "marker-end=\"url(#head)\"/>",
        start, row.axis, to.left() - 1.5, ink);
  }

  void draw_window(const PlacedRow& row, const PlacedBlock& from, const DrawnBlock& source,
                   const DrawnBlock& target) {
    const double high =
        from.box.high * std::min(1.0, static_cast<double>(target.window_height) / source.shape.height);
    const double wide =
        from.box.wide * std::min(1.0, static_cast<double>(target.window_width) / source.shape.width);
    const double across = wide * depth_across, up = wide * depth_up;
    const double x = from.right() - from.box.wide * depth_across / 2 - across / 2,
                 top = row.axis + up / 2 - high / 2;
    put("<path d=\"M{:.1f} {:.1f} l{:.1f} {:.1f} v{:.1f} l{:.1f} {:.1f} z\" fill=\"#ffffff\" "
        "fill-opacity=\"0.75\" stroke=\"{}\" stroke-width=\"0.8\"/>",
        x, top, across, -up, high, -across, up, ink);
  }

  void draw_link(const PlacedRow& row, const PlacedLink& placed) {
    const DrawnLink& link = graph_.links[static_cast<std::size_t>(placed.link)];
    const double y = row.axis - row.links_above - placed.level * level_height;
    const PlacedBlock* from = placed.from < 0 ? nullptr : &row.blocks[static_cast<std::size_t>(placed.from)];
    const PlacedBlock* to = placed.to < 0 ? nullptr : &row.blocks[static_cast<std::size_t>(placed.to)];
    const double start = from ? from->tap : 2;
    const bool into_sum = to && block_of(*to).tone == Tone::sum;
    const double end = !to ? layout_.width - 2 : into_sum ? to->center : entry(*to);
    put("<g>");
    if (!link.layers.empty()) put("<title>{}</title>", escaped(tooltip(link.layers)));
    std::string path = from ? fmt::format("M{:.1f} {:.1f} H{:.1f} V{:.1f} q0 {} {} {}", from->right(),
                                          row.axis, start, y + corner, -corner, corner, -corner)
                            : fmt::format("M{:.1f} {:.1f}", start, y);
    path += to ? fmt::format(" H{:.1f} q{} 0 {} {}", end - corner, corner, corner, corner)
               : fmt::format(" H{:.1f}", end);
    if (into_sum)
      path += fmt::format(" V{:.1f}", row.axis - sum_radius - 1.5);
    else if (to)
      path += fmt::format(" V{:.1f} H{:.1f}", row.axis, to->left() - 1.5);
    put("<path d=\"{}\" stroke=\"{}\" stroke-width=\"1.1\" fill=\"none\"{}/>", path, ink,
        to ? " marker-end=\"url(#head)\"" : "");
    if (from) put("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2\"/>", start, row.axis);
    if (!link.note.empty() && to) draw_note(link, (start + end) / 2, y);
    put("</g>");
  }

  // Where a link comes down before a block: left of it and of its size.
  double entry(const PlacedBlock& to) const {
    return std::min(to.left() - 12, to.center - text_width(block_of(to).size_text()) / 2 - 6);
  }

  void draw_note(const DrawnLink& link, double x, double y) {
    const Color color = color_of(graph_note_tone(link));
    const double width = text_width(link.note, small_size) + 14;
    put("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"18\" rx=\"3\" fill=\"{}\" stroke=\"{}\" "
        "stroke-width=\"0.9\"/>",
        x - width / 2, y - 9, width, color.tint(0.72), color.tint(-0.42));
    text(x, y + 4, link.note, "middle", " font-size=\"10.5\"");
  }

  Tone graph_note_tone(const DrawnLink& link) const {
    const LayerKind kind = a_.layers[static_cast<std::size_t>(link.layers[0])].kind;
    return kind == LayerKind::conv2d                                        ? Tone::convolution
           : kind == LayerKind::max_pool || kind == LayerKind::average_pool ? Tone::pooling
                                                                            : Tone::other;
  }

  bool strides_marked() const {
    const auto marked = [](const std::string& text) { return text.find(" / ") != std::string::npos; };
    return std::any_of(
               graph_.blocks.begin(), graph_.blocks.end(),
               [&](const DrawnBlock& b) { return std::any_of(b.label.begin(), b.label.end(), marked); }) ||
           std::any_of(graph_.links.begin(), graph_.links.end(),
                       [&](const DrawnLink& l) { return marked(l.note); });
  }

  bool shown(Tone tone) const {
    return std::any_of(graph_.blocks.begin(), graph_.blocks.end(),
                       [&](const DrawnBlock& b) { return b.tone == tone; });
  }

  double counts_start() const { return margin + text_width(a_.name) * bold_widening + 14; }

  double scale_start() const {
    double x = margin;
    for (const auto& entry : legend)
      if (shown(entry.first)) x += legend_square + text_width(entry.second, small_size) + legend_gap;
    return x;
  }

  double caption_width() const {
    return std::max(counts_start() + text_width(counts_), scale_start() + text_width(scale_, small_size)) +
           margin;
  }

  void draw_caption(double y) {
    text(margin, y, a_.name, "start", " font-weight=\"bold\"");
    text(counts_start(), y, counts_, "start");
    y += 20;
    double x = margin;
    put("<g font-size=\"{}\" fill=\"{}\">", small_size, grey);
    for (const auto& entry : legend) {
      if (!shown(entry.first)) continue;
      const Color color = color_of(entry.first);
      put("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"9\" height=\"9\" fill=\"{}\" stroke=\"{}\" "
          "stroke-width=\"0.8\"/>",
          x, y - 8.5, color.tint(0), color.tint(-0.42));
      text(x + legend_square, y, entry.second, "start");
      x += legend_square + text_width(entry.second, small_size) + legend_gap;
    }
    text(x, y, scale_, "start");
    put("</g>");
  }

  const Architecture& a_;
  std::string counts_, scale_;  // the caption's two texts
  DrawnGraph graph_;
  Layout layout_;
  std::string body_;
};

}  // namespace

std::string draw_svg(const Architecture& architecture) { return Svg(architecture).run(); }

std::string draw_png(const Architecture& architecture, int width) {
  return output_of_program({"rsvg-convert", "--format=png", fmt::format("--width={}", width),
                            "--keep-aspect-ratio", "--background-color=white"},
                           "librsvg2-bin", draw_svg(architecture));
}

}  // namespace tailor
