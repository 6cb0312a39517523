#include "tailor/data/near_duplicates.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <numbers>
#include <optional>
#include <utility>

#include "tailor/base/processors.h"
#include "tailor/base/rounding.h"
#include "tailor/data/each_image.h"

namespace tailor {
namespace {

constexpr int grid = 16;               // side of the image that is transformed
constexpr int frequencies = 8;         // lowest ones that are kept, for each axis
constexpr int bytes = 8;               // of a hash
constexpr int most_bits = 7;           // fewer differences than bytes: one byte at least is equal
constexpr int most_candidates = 1000;  // for an image: more only where all look alike
constexpr int usual_rank = 5;          // the correlation of this rank is usual among these images
constexpr double standing_out = 0.4;   // of the usual distance, 1 - correlation, is the most that is near

using Grid = std::array<double, grid * grid>;

std::vector<float> grey_values(std::span<const std::uint8_t> image, const Shape& shape) {
  std::vector<float> grey(static_cast<std::size_t>(shape.height) * shape.width, 0.0f);
  for (std::size_t i = 0; i < grey.size(); ++i)
    for (int c = 0; c < shape.channels; ++c)
      grey[i] += image[i * shape.channels + static_cast<std::size_t>(c)];
  return grey;
}

// Means over the cells of a grid.
Grid shrunk(const std::vector<float>& grey, const Shape& shape) {
  Grid cells{};
  for (int y = 0; y < grid; ++y)
    for (int x = 0; x < grid; ++x) {
      const int top = y * shape.height / grid, bottom = (y + 1) * shape.height / grid;
      const int left = x * shape.width / grid, right = (x + 1) * shape.width / grid;
      double sum = 0;
      for (int row = top; row < bottom; ++row)
        for (int column = left; column < right; ++column)
          sum += grey[static_cast<std::size_t>(row) * shape.width + column];
      cells[static_cast<std::size_t>(y * grid + x)] = sum / ((bottom - top) * (right - left));
    }
  return cells;
}

// cos(pi (2 x + 1) k / 2 n): the discrete cosine transform of type II, without its constants.
const std::array<double, frequencies * grid>& cosines() {
  static const std::array<double, frequencies* grid> table = [] {
    std::array<double, frequencies * grid> values{};
    for (int k = 0; k < frequencies; ++k)
      for (int x = 0; x < grid; ++x)
        values[static_cast<std::size_t>(k * grid + x)] =
            std::cos(std::numbers::pi * (2 * x + 1) * k / (2 * grid));
    return values;
  }();
  return table;
}

std::uint64_t perceptual_hash(const Grid& cells) {
  const auto& cosine = cosines();
  std::array<double, frequencies * grid> rows{};  // transformed along x
  for (int k = 0; k < frequencies; ++k)
    for (int y = 0; y < grid; ++y)
      for (int x = 0; x < grid; ++x)
        rows[static_cast<std::size_t>(k * grid + y)] +=
            cells[static_cast<std::size_t>(y * grid + x)] * cosine[static_cast<std::size_t>(k * grid + x)];
  std::uint64_t hash = 0;
  for (int k = 0; k < frequencies; ++k)
    for (int j = 0; j < frequencies; ++j) {
      double value = 0;
      for (int y = 0; y < grid; ++y)
        value +=
            rows[static_cast<std::size_t>(k * grid + y)] * cosine[static_cast<std::size_t>(j * grid + y)];
      hash = hash << 1 | (value > 0);
    }
  return hash;
}

// An image by its hash.
struct HashedImage {
  std::uint64_t hash = 0;
  bool flat = false;  // of one value: looks like every other such image
};

// By place in the part.
std::vector<HashedImage> hashed(const ImagePart& part, Workers& workers, const DecodingProgress& progress) {
  std::vector<HashedImage> result(part.indices.size());
  for_each_image(workers, result.size(), "hashing images", progress, [&](std::size_t place) {
    const std::vector<float> grey = grey_values(part.set->image(part.indices[place]), part.set->shape);
    const auto [low, high] = std::minmax_element(grey.begin(), grey.end());
    result[place] = {perceptual_hash(shrunk(grey, part.set->shape)), *low == *high};
  });
  return result;
}

// Differences to the pixels at the right and below: what is left of smooth grounds is nothing.
std::vector<float> edges_of(const std::vector<float>& grey, const Shape& shape) {
  std::vector<float> edges;
  edges.reserve(2 * grey.size());
  const std::size_t width = static_cast<std::size_t>(shape.width);
  for (std::size_t i = 0; i < grey.size(); ++i) {
    if ((i + 1) % width != 0) edges.push_back(grey[i + 1] - grey[i]);
    if (i + width < grey.size()) edges.push_back(grey[i + width] - grey[i]);
  }
  return edges;
}

double correlation(const std::vector<float>& a, const std::vector<float>& b) {
  double sum_a = 0, sum_b = 0, aa = 0, bb = 0, ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
    sum_a += x, sum_b += y, aa += x * x, bb += y * y, ab += x * y;
  }
  const double n = static_cast<double>(a.size());
  const double spread = (aa - sum_a * sum_a / n) * (bb - sum_b * sum_b / n);
  return spread > 0 ? (ab - sum_a * sum_b / n) / std::sqrt(spread) : 0;
}

// Whether the best of these correlations is far above what many images have.
bool stands_out(std::vector<double> correlations, double best) {
  if (best < near_correlation) return false;
  if (correlations.size() < usual_rank) return true;
  const auto usual = correlations.begin() + usual_rank - 1;
  std::nth_element(correlations.begin(), usual, correlations.end(), std::greater<>());
  return 1 - best <= standing_out * (1 - *usual);
}

std::uint8_t byte_of(std::uint64_t hash, int byte) { return static_cast<std::uint8_t>(hash >> (8 * byte)); }

// Finds for an image of one part the one of another that it looks like.
class Finder {
 public:
  Finder(const ImagePart& first, std::vector<HashedImage> images) : part_(first), images_(std::move(images)) {
    for (std::uint32_t i = 0; i < images_.size(); ++i)
      for (int b = 0; b < bytes && !images_[i].flat; ++b) with_byte(b, images_[i].hash).push_back(i);
  }

  std::optional<NearDuplicates::Pair> find(const ImagePart& second, std::uint32_t index,
                                           const HashedImage& image) const {
    if (image.flat) return std::nullopt;
    const Shape& shape = second.set->shape;
    const std::vector<std::uint32_t> candidates = nearest(image.hash);
    if (candidates.empty()) return std::nullopt;
    const std::vector<float> edges = edges_of(grey_values(second.set->image(index), shape), shape);
    std::vector<double> correlations;
    NearDuplicates::Pair best{0, index, -1, false};
    for (const std::uint32_t candidate : candidates) {
      const double r = correlation(edges_of(grey_values(part_.set->image(candidate), shape), shape), edges);
      correlations.push_back(r);
      if (r > best.correlation || (r == best.correlation && candidate < best.first))
        best = {candidate, index, r, part_.set->labels[candidate] == second.set->labels[index]};
    }
    if (!stands_out(std::move(correlations), best.correlation)) return std::nullopt;
    return best;
  }

 private:
  // Indices of the images whose hash is near this one, at most most_candidates, the nearest ones.
  std::vector<std::uint32_t> nearest(std::uint64_t hash) const {
    std::vector<std::pair<int, std::uint32_t>> found;  // distance, index
    for (int b = 0; b < bytes; ++b)
      for (const std::uint32_t i : with_byte(b, hash)) {
        const std::uint64_t other = images_[i].hash;
        const int distance = std::popcount(hash ^ other);
        if (distance > most_bits) continue;
        bool earlier = false;  // met at an earlier byte already
        for (int a = 0; a < b; ++a) earlier |= byte_of(hash, a) == byte_of(other, a);
        if (!earlier) found.emplace_back(distance, part_.indices[i]);
      }
    if (found.size() > most_candidates) {
      std::nth_element(found.begin(), found.begin() + most_candidates, found.end());
      found.resize(most_candidates);
    }
    std::vector<std::uint32_t> indices;
    for (const auto& [_, index] : found) indices.push_back(index);
    return indices;
  }

  using Places = std::vector<std::uint32_t>;
  static constexpr std::size_t values = 256;
  static std::size_t bucket(int byte, std::uint64_t hash) {
    return static_cast<std::size_t>(byte) * values + byte_of(hash, byte);
  }
  Places& with_byte(int byte, std::uint64_t hash) { return with_byte_[bucket(byte, hash)]; }
  const Places& with_byte(int byte, std::uint64_t hash) const { return with_byte_[bucket(byte, hash)]; }

  const ImagePart& part_;
  const std::vector<HashedImage> images_;
  std::array<Places, bytes * values> with_byte_;  // places in the part
};

}  // namespace

NearDuplicates near_duplicates_between(const ImagePart& first, const ImagePart& second,
                                       const DecodingProgress& progress) {
  NearDuplicates result{first.name, second.name};
  const Shape& shape = second.set->shape;
  if (first.set->shape != shape || shape.height < grid || shape.width < grid) return result;
  Workers workers(available_processors());
  const Finder finder(first, hashed(first, workers, progress));
  const std::vector<HashedImage> images = hashed(second, workers, progress);
  std::vector<std::optional<NearDuplicates::Pair>> found(images.size());
  for_each_image(workers, images.size(), "comparing images", progress, [&](std::size_t place) {
    found[place] = finder.find(second, second.indices[place], images[place]);
  });
  for (const std::optional<NearDuplicates::Pair>& pair : found) {
    if (!pair) continue;
    ++result.images;
    result.contradictions += !pair->same_label;
    result.pairs.push_back(*pair);
  }
  std::sort(result.pairs.begin(), result.pairs.end(),
            [](const auto& a, const auto& b) { return a.second < b.second; });
  return result;
}

Picture near_duplicates_sheet(const ImagePart& first, const ImagePart& second, const NearDuplicates& found,
                              std::size_t most, int columns) {
  std::vector<NearDuplicates::Pair> pairs = found.pairs;
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const auto& a, const auto& b) { return a.correlation > b.correlation; });
  pairs.resize(std::min(pairs.size(), most));
  const Shape& image = second.set->shape;
  constexpr int gap = 2;
  constexpr std::uint8_t background = 128, other_label = 255;
  const int wide = 2 * image.width + 2 * gap, high = image.height + gap;
  const int rows = ceil_div(static_cast<int>(pairs.size()), columns);
  Picture sheet{{std::max(1, rows * high + gap), columns * wide + gap, image.channels}, {}};
  sheet.pixels.assign(sheet.shape.size(), background);
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    const int left = gap + static_cast<int>(p) % columns * wide,
              top = gap + static_cast<int>(p) / columns * high;
    paste(sheet, first.set->image(pairs[p].first), image, left, top);
    paste(sheet, second.set->image(pairs[p].second), image, left + image.width, top);
    if (!pairs[p].same_label)  // a white line below
      for (int x = 0; x < 2 * image.width * image.channels; ++x)
        sheet.pixels[(static_cast<std::size_t>(top + image.height) * sheet.shape.width + left) *
                         image.channels +
                     static_cast<std::size_t>(x)] = other_label;
  }
  return sheet;
}

}  // namespace tailor
