#include "tailor/report/drawing/drawing_layout.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace tailor {
namespace {

constexpr double largest_side = 96;
constexpr double thickest = 60;
constexpr double thickness_of_one = 2.7;  // channels c are c^0.5 times as thick
constexpr double tallest_bar = 116;
constexpr double bar_unit = 9;  // a bar of n values is log2(1 + n) times as tall
constexpr double bar_thickness = 8;
constexpr double smallest = 3;
constexpr double arrow_length = 30;
constexpr double label_gap = 9;
constexpr double row_gap = 26;
constexpr double widest_spread = 64;  // added between two blocks
constexpr double tap_distance = 8;
constexpr double text_clearance = 5;

// What a row costs: its empty share squared, and its end, which should lie where the maps' sides change, and
// not under a link.
constexpr double cost_within_stage = 0.3;
constexpr double cost_under_link = 3;

// One scale for the whole picture.
class Scale {
 public:
  explicit Scale(const DrawnGraph& graph) {
    int side = 1, channels = 1, values = 1;
    for (const DrawnBlock& block : graph.blocks) {
      if (block.flat()) {
        values = std::max(values, block.shape.channels);
      } else {
        side = std::max({side, block.shape.height, block.shape.width});
        channels = std::max(channels, block.shape.channels);
      }
    }
    side_ = largest_side / side;
    thickness_ = std::min(thickness_of_one, thickest / std::sqrt(channels));
    bar_ = std::min(bar_unit, tallest_bar / std::log2(1.0 + values));
  }

  DrawnBox box(const DrawnBlock& block, bool repeated) const {
    if (block.tone == DrawnBlock::Tone::sum && !repeated) return {2 * sum_radius, 2 * sum_radius, 0};
    if (block.flat())
      return {bar_thickness, std::max(smallest, bar_ * std::log2(1.0 + block.shape.channels)), bar_thickness};
    return {std::max(smallest, thickness_ * std::sqrt(block.shape.channels)),
            std::max(smallest, side_ * block.shape.height), std::max(smallest, side_ * block.shape.width)};
  }

 private:
  double side_, thickness_, bar_;
};

class Placing {
 public:
  explicit Placing(const DrawnGraph& graph)
      : graph_(graph), scale_(graph), tapped_(graph.blocks.size()), passed_over_(graph.blocks.size()) {
    for (const DrawnLink& link : graph_.links) {
      if (link.to == link.from + 1 && link.note.empty()) continue;
      tapped_[static_cast<std::size_t>(link.from)] = true;
      for (int block = link.from + 1; block < link.to; ++block)
        passed_over_[static_cast<std::size_t>(block)] = true;
    }
  }

  Layout run(double width) {
    const int count = static_cast<int>(graph_.blocks.size());
    for (int first = 0; const int end : row_ends()) {
      layout_.rows.push_back(place(first, end));
      layout_.rows.back().leads_on = end < count;
      first = end;
    }
    for (std::size_t i = 0; i < graph_.links.size(); ++i) place_link(static_cast<int>(i), graph_.links[i]);
    for (PlacedRow& row : layout_.rows) stack(row);
    spread_rows(width);
    set_heights();
    return std::move(layout_);
  }

 private:
  const DrawnBlock& block_at(int block) const { return graph_.blocks[static_cast<std::size_t>(block)]; }

  double size_width(const PlacedBlock& placed) const {
    const DrawnBlock& block = block_at(placed.block);
    return block.tone == DrawnBlock::Tone::sum && !placed.repeated ? placed.box.across()
                                                                   : text_width(block.size_text());
  }

  double label_width(const PlacedBlock& placed) const {
    double width = size_width(placed);
    if (!placed.repeated)
      for (const std::string& line : block_at(placed.block).label) width = std::max(width, text_width(line));
    return width;
  }

  // Puts a block behind the row's last one: room for an arrow, both labels, and a link that rises between
  // them.
  void append(PlacedRow& row, int block, bool repeated) const {
    PlacedBlock next{block, repeated, scale_.box(block_at(block), repeated), 0, 0};
    const double half_box = next.box.across() / 2, half_label = label_width(next) / 2;
    if (row.blocks.empty()) {
      next.center = margin + std::max(half_box, half_label);
    } else {
      const PlacedBlock& before = row.blocks.back();
      next.center = std::max(before.right() + arrow_length + half_box,
                             before.center + label_width(before) / 2 + label_gap + half_label);
      if (tapped_[static_cast<std::size_t>(before.block)])
        next.center = std::max({next.center, before.tap + arrow_length / 2 + half_box,
                                before.tap + text_clearance + size_width(next) / 2});
    }
    next.tap = std::max(next.right() + tap_distance, next.center + size_width(next) / 2 + text_clearance);
    row.blocks.push_back(next);
  }

  PlacedRow place(int first, int end) const {
    PlacedRow row;
    if (first > 0) append(row, first - 1, true);
    for (int block = first; block < end; ++block) append(row, block, false);
    row.arrow.resize(row.blocks.size());
    return row;
  }

  double right_edge(const PlacedRow& row) const {
    const PlacedBlock& last = row.blocks.back();
    return std::max(last.right(), last.center + label_width(last) / 2) + margin;
  }

  // One past the last block of each row: the cheapest way to break the blocks into rows.
  std::vector<int> row_ends() const {
    const int count = static_cast<int>(graph_.blocks.size());
    std::vector<double> cost(static_cast<std::size_t>(count) + 1, std::numeric_limits<double>::infinity());
    std::vector<int> best(cost.size());
    cost[0] = 0;
    for (int first = 0; first < count; ++first) {
      PlacedRow row;
      if (first > 0) append(row, first - 1, true);
      for (int end = first + 1; end <= count; ++end) {
        append(row, end - 1, false);
        const double width = right_edge(row) + (end < count ? arrow_length : 0);
        if (width > row_width && end > first + 1) break;
        const double empty = 1 - std::min(1.0, width / row_width);
        const bool alone = first == 0 && end == count;
        const double total =
            cost[static_cast<std::size_t>(first)] + (alone ? 0 : empty * empty + end_cost(end));
        if (total >= cost[static_cast<std::size_t>(end)]) continue;
        cost[static_cast<std::size_t>(end)] = total;
        best[static_cast<std::size_t>(end)] = first;
      }
    }
    std::vector<int> ends;
    for (int end = count; end > 0; end = best[static_cast<std::size_t>(end)]) ends.insert(ends.begin(), end);
    return ends;
  }

  double end_cost(int end) const {
    if (end == static_cast<int>(graph_.blocks.size())) return 0;
    if (passed_over_[static_cast<std::size_t>(end - 1)]) return cost_under_link;
    return new_stage(end) ? 0 : cost_within_stage;
  }

  // The block is the first that works on, or makes, maps of a new size.
  bool new_stage(int block) const {
    const DrawnBlock &before = block_at(block - 1), &here = block_at(block);
    if (here.flat()) return false;
    return before.tone == DrawnBlock::Tone::pooling ||
           (here.tone == DrawnBlock::Tone::convolution && here.shape.height < before.shape.height);
  }

  static int index_in(const PlacedRow& row, int block, bool as_source) {
    for (int i = 0; i < static_cast<int>(row.blocks.size()); ++i) {
      const PlacedBlock& placed = row.blocks[static_cast<std::size_t>(i)];
      if (placed.block == block && (as_source || !placed.repeated)) return i;
    }
    return -1;
  }

  void place_link(int index, const DrawnLink& link) {
    bool begun = false;
    for (std::size_t r = layout_.rows.size(); r-- > 0;) {  // from the end: a repeated block is nearer
      PlacedRow& row = layout_.rows[r];
      const int from = index_in(row, link.from, true), to = index_in(row, link.to, false);
      if (!begun && to < 0) continue;
      begun = true;
      if (from >= 0 && to == from + 1 && link.note.empty())
        row.arrow[static_cast<std::size_t>(from)] = true;
      else
        row.links.push_back({index, from, to, 0});
      if (from >= 0) return;
    }
  }

  // Lowest free level for each link, short ones first.
  static void stack(PlacedRow& row) {
    const int end = static_cast<int>(row.blocks.size());
    const auto begin_of = [](const PlacedLink& l) { return l.from < 0 ? -1 : l.from; };
    const auto end_of = [&](const PlacedLink& l) { return l.to < 0 ? end : l.to; };
    std::stable_sort(row.links.begin(), row.links.end(), [&](const PlacedLink& a, const PlacedLink& b) {
      return end_of(a) - begin_of(a) < end_of(b) - begin_of(b);
    });
    std::vector<std::vector<bool>> taken;  // level, gap between blocks
    for (PlacedLink& link : row.links) {
      const auto first = static_cast<std::size_t>(begin_of(link)) + 1,
                 last = static_cast<std::size_t>(end_of(link));
      const auto free = [&](const std::vector<bool>& level) {
        for (std::size_t gap = first; gap <= last; ++gap)
          if (level[gap]) return false;
        return true;
      };
      const auto found = std::find_if(taken.begin(), taken.end(), free);
      link.level = static_cast<int>(found - taken.begin());
      if (found == taken.end()) taken.emplace_back(static_cast<std::size_t>(end) + 1);
      for (std::size_t gap = first; gap <= last; ++gap)
        taken[static_cast<std::size_t>(link.level)][gap] = true;
    }
  }

  void spread_rows(double width) {
    const auto edge = [&](const PlacedRow& row) {
      return right_edge(row) + (row.leads_on ? arrow_length : 0);
    };
    layout_.width = width;
    for (const PlacedRow& row : layout_.rows) layout_.width = std::max(layout_.width, edge(row));
    for (PlacedRow& row : layout_.rows) {
      const double gaps = static_cast<double>(row.blocks.size()) - 1;
      const double added = gaps > 0 ? std::min(widest_spread, (layout_.width - edge(row)) / gaps) : 0;
      double shift = 0;
      for (PlacedBlock& placed : row.blocks) {
        placed.center += shift;
        placed.tap += shift;
        shift += added;
      }
    }
  }

  void set_heights() {
    double y = margin;
    for (PlacedRow& row : layout_.rows) {
      double above = 0;
      std::size_t lines = 0;
      int levels = 0;
      for (const PlacedBlock& placed : row.blocks) {
        above = std::max(above, placed.box.above());
        if (!placed.repeated)
          lines = std::max(lines, graph_.blocks[static_cast<std::size_t>(placed.block)].label.size());
      }
      for (const PlacedLink& link : row.links) levels = std::max(levels, link.level + 1);
      row.links_above = above + line_height + 16;
      row.labels_below = above + line_height + 3;
      row.axis = y + above + line_height + (levels ? 16 + (levels - 0.5) * level_height : 0);
      y = row.axis + row.labels_below + static_cast<double>(lines) * line_height + row_gap;
    }
    layout_.height = y - row_gap;
  }

  const DrawnGraph& graph_;
  Scale scale_;
  std::vector<bool> tapped_, passed_over_;  // by links over other blocks
  Layout layout_;
};

}  // namespace

double text_width(const std::string& text, double size) {
  // Thousandths of an em: a to z, then the rest by kind.
  static constexpr int letters[] = {613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974,
                                    634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525};
  int sum = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;  // the rest of a character
    if (c >= 'a' && c <= 'z')
      sum += letters[c - 'a'];
    else if (c == ' ' || c == '.' || c == ',' || c == ';' || c == '/')
      sum += 325;
    else if (c >= 'A' && c <= 'Z')
      sum += 690;
    else
      sum += byte >= 0xC0 ? 838 : 636;
  }
  return sum * size / 1000;
}

Layout lay_out(const DrawnGraph& graph, double width) { return Placing(graph).run(width); }

}  // namespace tailor
