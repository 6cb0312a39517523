#include "tailor/tune/study/repeats.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tailor {

double SettingReports::mean() const {
  return std::accumulate(costs.begin(), costs.end(), 0.0) / static_cast<double>(costs.size());
}

std::vector<SettingReports> reports_of_settings(std::span<const Report> reports) {
  std::vector<SettingReports> settings;
  std::vector<std::size_t> place(reports.size(), reports.size());  // of a trial's setting
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const Report& report = reports[i];
    if (std::isnan(report.cost)) continue;
    if (!report.repeats) {
      if (!std::isfinite(report.cost)) continue;
      place[i] = settings.size();
      settings.push_back({i, {report.cost}});
    } else if (*report.repeats < i && place[*report.repeats] < settings.size()) {
      settings[place[*report.repeats]].costs.push_back(report.cost);
    }
  }
  return settings;
}

std::optional<NextRepeat> next_repeat(std::span<const Report> reports, int repeats) {
  std::size_t search = reports.size();
  while (search > 0 && reports[search - 1].repeats) --search;
  const std::size_t given = reports.size() - search, all = static_cast<std::size_t>(std::max(repeats, 0));
  if (given >= all) return std::nullopt;
  std::size_t in = (all + 1) / 2, begin = 0;  // settings of the round, repeats before it
  while (begin + in <= given) {
    begin += in;
    in = std::min((in + 1) / 2, all - begin);
    if (in < 2) in = std::min<std::size_t>(2, all - begin);
  }
  std::vector<SettingReports> leaders = reports_of_settings(reports.first(search));
  std::erase_if(leaders, [&](const SettingReports& s) { return !reports[s.trial].repeatable; });
  if (leaders.empty()) return std::nullopt;
  const auto lead = [&](std::size_t count, std::size_t seen) {
    for (SettingReports& leader : leaders) {
      leader.costs.resize(1);
      for (std::size_t i = leader.trial + 1; i < search + seen; ++i)
        if (reports[i].repeats == leader.trial && !std::isnan(reports[i].cost))
          leader.costs.push_back(reports[i].cost);
    }
    std::stable_sort(leaders.begin(), leaders.end(),
                     [](const SettingReports& a, const SettingReports& b) { return a.mean() < b.mean(); });
    leaders.resize(std::min(leaders.size(), count));
  };
  // The rounds again from the first: who is in it is who stayed in all before.
  std::size_t size = (all + 1) / 2;
  for (std::size_t seen = 0;; size = std::max<std::size_t>(2, (size + 1) / 2)) {
    lead(size, seen);
    if (seen == begin) break;
    seen += size;
  }
  return NextRepeat{leaders[(given - begin) % leaders.size()].trial, given == begin};
}

}  // namespace tailor
