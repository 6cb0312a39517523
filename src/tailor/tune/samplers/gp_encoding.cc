#include "tailor/tune/samplers/gp_encoding.h"

#include <cmath>

namespace tailor {
namespace {

constexpr double missing_category = -1, inactive_category = -2;
constexpr double off_the_line = 0.5;

bool categorical(const Distribution& d) { return d.kind == Distribution::Kind::categorical; }

}  // namespace

GpEncoding::GpEncoding(const Space& space) : space_(space) {
  shape_.parameters = space.size();
  for (std::size_t i = 0; i < space.size(); ++i) {
    const bool category = categorical(space.distribution(i));
    column_.push_back(columns());
    shape_.columns.push_back({i, category});
    if (!category && space.parent(i)) shape_.columns.push_back({i, false});
  }
}

void GpEncoding::append(const Assignment& setting, std::vector<double>& rows) const {
  for (std::size_t i = 0; i < space_.size(); ++i) {
    const Distribution& d = space_.distribution(i);
    const bool active = space_.active(i, setting), known = !std::isnan(setting[i]);
    if (categorical(d)) {
      rows.push_back(known ? setting[i] : active ? missing_category : inactive_category);
      continue;
    }
    rows.push_back(known ? to_unit(d, setting[i]) : 0.5);
    if (space_.parent(i)) rows.push_back(active ? 0 : off_the_line);
  }
}

}  // namespace tailor
