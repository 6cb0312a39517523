#include "tailor/data/inspect.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "tailor/base/random.h"
#include "tailor/data/pictures/fit.h"

namespace tailor {
namespace {

std::uint64_t content_key(std::span<const std::uint8_t> image) {
  std::uint64_t key = image.size();
  for (std::size_t i = 0; i < image.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, image.data() + i, std::min<std::size_t>(8, image.size() - i));
    key = mix64(key ^ word);
  }
  return key;
}

// One image among those that are compared.
struct Item {
  std::uint64_t key;
  int part;  // 0 or 1
  std::uint32_t index;
};

void add_items(const ImagePart& part, int number, std::vector<Item>& items) {
  for (const std::uint32_t i : part.indices) items.push_back({content_key(part.set->image(i)), number, i});
}

// Calls group(begin, end) for each run of two or more equal images; within a run items are ordered by part
// and index.
template <class Group>
void for_each_group(std::vector<Item>& items, const ImagePart* const parts[2], Group&& group) {
  const auto image = [&](const Item& item) { return parts[item.part]->set->image(item.index); };
  const auto equal = [&](const Item& a, const Item& b) { return std::ranges::equal(image(a), image(b)); };
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    return std::tie(a.key, a.part, a.index) < std::tie(b.key, b.part, b.index);
  });
  for (auto begin = items.begin(); begin != items.end();) {
    const auto end =
        std::find_if(begin, items.end(), [&](const Item& item) { return item.key != begin->key; });
    for (auto first = begin; first != end;) {  // different images with one key are possible, if unlikely
      const Item head = *first;
      const auto last =
          std::stable_partition(first, end, [&](const Item& item) { return equal(item, head); });
      if (last - first > 1) group(first, last);
      first = last;
    }
    begin = end;
  }
}

// Counts pairs by counting labels, because a set of n equal images has n * n of them; lists only the first
// few.
Duplicates compare(const ImagePart& a, const ImagePart& b, std::size_t examples) {
  const bool within = &a == &b;
  Duplicates result{.first = a.name, .second = b.name};
  std::vector<Item> items;
  add_items(a, 0, items);
  if (!within) add_items(b, 1, items);
  const ImagePart* const parts[2] = {&a, &b};
  for_each_group(items, parts, [&](auto begin, auto end) {
    const auto middle =
        within ? end : std::find_if(begin, end, [](const Item& item) { return item.part == 1; });
    if (!within && (middle == begin || middle == end)) return;
    const auto label = [&](const Item& item) { return parts[item.part]->set->labels[item.index]; };
    std::map<std::uint16_t, std::pair<std::size_t, std::size_t>> labels;  // how often in each part
    for (auto item = begin; item != end; ++item)
      ++(item->part == 0 ? labels[label(*item)].first : labels[label(*item)].second);
    const auto count_pairs = [&](std::size_t m, std::size_t n) { return within ? m * (m - 1) / 2 : m * n; };
    const std::size_t pairs =
        count_pairs(static_cast<std::size_t>(middle - begin), static_cast<std::size_t>(end - middle));
    std::size_t agreeing = 0;
    for (const auto& [_, counts] : labels) agreeing += count_pairs(counts.first, counts.second);
    ++result.groups;
    result.pairs += pairs;
    result.contradictions += pairs - agreeing;
    std::size_t listed = 0;
    for (auto first = begin; first != middle; ++first)
      for (auto second = within ? first + 1 : middle; second != end && listed < examples; ++second, ++listed)
        result.examples.push_back({first->index, second->index, label(*first) == label(*second)});
  });
  std::sort(result.examples.begin(), result.examples.end(), [](const auto& x, const auto& y) {
    return std::tie(x.same_label, x.first, x.second) < std::tie(y.same_label, y.first, y.second);
  });
  result.examples.resize(std::min(result.examples.size(), examples));
  return result;
}

}  // namespace

ImagePart whole_part(std::string name, const ImageSet& set) {
  ImagePart part{std::move(name), &set, std::vector<std::uint32_t>(set.count())};
  std::iota(part.indices.begin(), part.indices.end(), 0u);
  return part;
}

std::vector<std::size_t> class_counts(const ImagePart& part, int classes) {
  std::vector<std::size_t> counts(static_cast<std::size_t>(classes));
  for (const std::uint32_t i : part.indices) ++counts[part.set->labels[i]];
  return counts;
}

Duplicates duplicates_within(const ImagePart& part, std::size_t examples) {
  return compare(part, part, examples);
}

Duplicates duplicates_between(const ImagePart& first, const ImagePart& second, std::size_t examples) {
  if (first.set->shape != second.set->shape) return {.first = first.name, .second = second.name};
  return compare(first, second, examples);
}

EqualImages equal_images(const ImagePart& first, const ImagePart& second) {
  std::vector<Item> items;
  add_items(first, 0, items);
  add_items(second, 1, items);
  const ImagePart* const parts[2] = {&first, &second};
  EqualImages result;
  for_each_group(items, parts, [&](auto begin, auto end) {
    const auto label = [&](const Item& item) { return parts[item.part]->set->labels[item.index]; };
    if (std::any_of(begin, end, [&](const Item& item) { return label(item) != label(*begin); }))
      result.contradicted += static_cast<std::size_t>(end - begin);
    if (begin->part != 0) return;
    for (auto item = begin; item != end; ++item)
      if (item->part == 1) result.second.push_back(item->index);
  });
  std::sort(result.second.begin(), result.second.end());
  return result;
}

void paste(Picture& sheet, std::span<const std::uint8_t> image, const Shape& shape, int left, int top) {
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(shape.width) * shape.channels;
  for (int y = 0; y < shape.height; ++y)
    std::copy_n(image.data() + y * row, row,
                sheet.pixels.data() +
                    (static_cast<std::ptrdiff_t>(top + y) * sheet.shape.width + left) * shape.channels);
}

Picture contact_sheet(const ImagePart& part, int classes, int columns, int rows) {
  constexpr int smallest = 28, largest = 64, gap = 2;  // pixels of a cell's longer side
  constexpr std::uint8_t background = 96;
  const Shape& shape = part.set->shape;
  const int side = std::max(shape.height, shape.width);
  const int whole = smallest / side;  // small images are enlarged without blurring
  const double factor = side < smallest ? whole : side > largest ? static_cast<double>(largest) / side : 1;
  const auto scaled = [&](int length) { return std::max(1, static_cast<int>(length * factor)); };
  const Shape cell{scaled(shape.height), scaled(shape.width), shape.channels};
  Picture sheet{
      {(cell.height + gap) * classes * rows + gap, (cell.width + gap) * columns + gap, shape.channels}, {}};
  sheet.pixels.assign(sheet.shape.size(), background);

  std::vector<int> shown(static_cast<std::size_t>(classes));
  for (const std::uint32_t i : part.indices) {
    const int label = part.set->labels[i];
    const int place = shown[static_cast<std::size_t>(label)]++;
    if (place >= columns * rows) continue;
    const std::span<const std::uint8_t> image = part.set->image(i);
    const Picture small = fit_picture({shape, {image.begin(), image.end()}}, cell, Fit::pad);
    const int top = gap + (label * rows + place / columns) * (cell.height + gap),
              left = gap + place % columns * (cell.width + gap);
    paste(sheet, small.pixels, cell, left, top);
  }
  return sheet;
}

}  // namespace tailor
