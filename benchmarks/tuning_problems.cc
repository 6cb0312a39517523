#include "tuning_problems.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <memory>
#include <numbers>
#include <utility>

#include <nlohmann/json.hpp>

#include "tailor/base/error.h"

namespace tailor {
namespace {

Distribution real(double low, double high) { return {Distribution::Kind::real, low, high, 0, false, {}}; }
Distribution log_real(double low, double high) { return {Distribution::Kind::real, low, high, 0, true, {}}; }
Distribution integer(double low, double high) {
  return {Distribution::Kind::integer, low, high, 1, false, {}};
}
Distribution choice(std::size_t n) {
  Distribution d{Distribution::Kind::categorical, 0, 0, 0, false, {}};
  for (std::size_t i = 0; i < n; ++i) d.choices.emplace_back("c" + std::to_string(i));
  return d;
}

std::vector<Parameter> box(std::size_t n, double low, double high) {
  std::vector<Parameter> parameters;
  for (std::size_t i = 0; i < n; ++i) parameters.push_back({"x" + std::to_string(i), real(low, high)});
  return parameters;
}

// ---- analytic functions (definitions: Surjanovic and Bingham, Virtual Library of Simulation Experiments)

double branin(std::span<const double> x) {
  constexpr double pi = std::numbers::pi;
  const double a = x[1] - 5.1 / (4 * pi * pi) * x[0] * x[0] + 5 / pi * x[0] - 6;
  return a * a + 10 * (1 - 1 / (8 * pi)) * std::cos(x[0]) + 10;
}

double hartmann6(std::span<const double> x) {
  constexpr std::array<double, 4> alpha = {1.0, 1.2, 3.0, 3.2};
  constexpr double a[4][6] = {{10, 3, 17, 3.5, 1.7, 8},
                              {0.05, 10, 17, 0.1, 8, 14},
                              {3, 3.5, 1.7, 10, 17, 8},
                              {17, 8, 0.05, 10, 0.1, 14}};
  constexpr double p[4][6] = {{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
                              {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
                              {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
                              {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}};
  double sum = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    double exponent = 0;
    for (std::size_t j = 0; j < 6; ++j) exponent += a[i][j] * (x[j] - p[i][j]) * (x[j] - p[i][j]);
    sum -= alpha[i] * std::exp(-exponent);
  }
  return sum;
}

double ackley(std::span<const double> x) {
  double squares = 0, cosines = 0;
  for (const double v : x) squares += v * v, cosines += std::cos(2 * std::numbers::pi * v);
  const auto n = static_cast<double>(x.size());
  return -20 * std::exp(-0.2 * std::sqrt(squares / n)) - std::exp(cosines / n) + 20 + std::numbers::e;
}

double levy(std::span<const double> x) {
  constexpr double pi = std::numbers::pi;
  const auto w = [&x](std::size_t i) { return 1 + (x[i] - 1) / 4; };
  double sum = std::pow(std::sin(pi * w(0)), 2);
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    sum += std::pow(w(i) - 1, 2) * (1 + 10 * std::pow(std::sin(pi * w(i) + 1), 2));
  }
  const double last = w(x.size() - 1);
  return sum + std::pow(last - 1, 2) * (1 + std::pow(std::sin(2 * pi * last), 2));
}

// Hartmann 6 with two integers, a logarithmic parameter and a category whose order means nothing.
double mixed(std::span<const double> x) {
  constexpr std::array<double, 4> last = {0.95, 0.65, 0.05, 0.35};
  const std::array<double, 6> y = {
      x[0], x[1], x[2] / 12, x[3] / 12, (std::log10(x[4]) + 4) / 4, last[static_cast<std::size_t>(x[5])]};
  return hartmann6(y);
}

Problem analytic(std::string name, std::vector<Parameter> parameters, double (*f)(std::span<const double>),
                 double best, double noise = 0) {
  Problem problem{std::move(name),
                  Space(std::move(parameters)),
                  f,
                  {},
                  [noise](const Assignment&) { return noise; },
                  {},
                  false,
                  best,
                  0};
  problem.observed = [f, noise](const Assignment& x, Key key) {
    return f(x) + (noise > 0 ? noise * key.normal(0) : 0);
  };
  std::vector<double> draws;
  for (std::uint64_t i = 0; i < 20001; ++i) draws.push_back(f(draw_uniform(problem.space, Key(i))));
  std::nth_element(draws.begin(), draws.begin() + 10000, draws.end());
  problem.reference = draws[10000];
  return problem;
}

// The least value of the mixed problem, over its discrete parameters and a fine grid refined around its best
// point.
double least_mixed() {
  double best = 1e9;
  std::array<double, 6> at = {};
  const auto look = [&](const std::array<double, 6>& x) {
    if (const double value = mixed(x); value < best) best = value, at = x;
  };
  for (int i = 0; i < 13 * 13 * 4; ++i) {
    for (int j = 0; j < 21 * 21 * 21; ++j) {
      const int fifths = j / 441, chosen = i / 169;
      look({j % 21 / 20.0, j / 21 % 21 / 20.0, i % 13 * 1.0, i / 13 % 13 * 1.0,
            std::pow(10, -4 + fifths / 5.0), chosen * 1.0});
    }
  }
  for (double step = 0.02; step > 1e-6; step *= 0.7) {
    const std::array<double, 6> center = at;
    for (int k = 0; k < 27; ++k) {
      std::array<double, 6> x = center;
      x[0] = std::clamp(center[0] + (k % 3 - 1) * step, 0.0, 1.0);
      x[1] = std::clamp(center[1] + (k / 3 % 3 - 1) * step, 0.0, 1.0);
      const int third = k / 9 - 1;
      x[4] = std::clamp(center[4] * std::pow(10, third * 4 * step), 1e-4, 1.0);
      look(x);
    }
  }
  return best;
}

// ---- tables

struct Table {
  std::size_t repeats = 0;
  double sign = 1;                 // -1: the table's values are to be maximised
  std::vector<std::size_t> sizes;  // number of values of each parameter
  std::vector<float> values;       // [configs][repeats]; NaN: absent

  std::span<const float> row(const Assignment& x) const {
    std::size_t index = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) index = index * sizes[i] + static_cast<std::size_t>(x[i]);
    return std::span(values).subspan(index * repeats, repeats);
  }
};

std::vector<double> present(std::span<const float> row) {
  std::vector<double> values;
  for (const float v : row) {
    if (!std::isnan(v)) values.push_back(static_cast<double>(v));
  }
  if (values.empty()) values.push_back(std::numeric_limits<double>::quiet_NaN());
  return values;
}

double mean(std::span<const float> row) {
  double sum = 0;
  const std::vector<double> values = present(row);
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

// Numbers in order become an integer that counts them, texts a category.
Problem table_problem(const std::filesystem::path& description) {
  nlohmann::ordered_json json;
  std::ifstream(description) >> json;
  const auto table = std::make_shared<Table>();
  table->repeats = json.at("repeats").get<std::size_t>();
  table->sign = json.at("direction") == "maximize" ? -1 : 1;
  std::vector<Parameter> parameters;
  for (const auto& [name, values] : json.at("space").items()) {
    table->sizes.push_back(values.size());
    parameters.push_back({name, values.at(0).is_string()
                                    ? choice(values.size())
                                    : integer(0, static_cast<double>(values.size()) - 1)});
  }
  table->values.resize(json.at("configs").get<std::size_t>() * table->repeats);
  std::ifstream data(std::filesystem::path(description).replace_extension(".f32"), std::ios::binary);
  data.read(reinterpret_cast<char*>(table->values.data()),
            static_cast<std::streamsize>(table->values.size() * sizeof(float)));
  if (!data) throw bad_input("{}: its .f32 file is missing or too short", description.string());

  Problem problem{json.at("name"), Space(parameters), {}, {}, {}, {}, table->sign > 0, 0, 0};
  problem.truth = [table](const Assignment& x) { return table->sign * mean(table->row(x)); };
  problem.observed = [table](const Assignment& x, Key key) {
    const std::vector<double> values = present(table->row(x));
    return table->sign * values[key.below(0, values.size())];
  };
  problem.noise_sd = [table](const Assignment& x) {
    const std::vector<double> values = present(table->row(x));
    const double center = table->sign * mean(table->row(x));
    double squares = 0;
    for (const double v : values) squares += (table->sign * v - center) * (table->sign * v - center);
    return values.size() > 1 ? std::sqrt(squares / static_cast<double>(values.size() - 1)) : 0;
  };
  problem.repeats = [table](const Assignment& x) {
    const std::span<const float> row = table->row(x);
    std::vector<double> costs(row.begin(), row.end());
    for (double& cost : costs) cost *= table->sign;
    return costs;
  };
  std::vector<double> all;
  for (std::size_t i = 0; i < table->values.size(); i += table->repeats) {
    const double value = table->sign * mean(std::span(table->values).subspan(i, table->repeats));
    if (!std::isnan(value)) all.push_back(value);
  }
  std::sort(all.begin(), all.end());
  problem.best = all.front();
  problem.reference = all[all.size() / 2];
  return problem;
}

}  // namespace

std::vector<Problem> tuning_problems(const std::filesystem::path& folder,
                                     std::span<const std::string> names) {
  std::vector<Problem> problems;
  if (!folder.empty()) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".json") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const std::filesystem::path& file : files) problems.push_back(table_problem(file));
  }
  problems.push_back(
      analytic("branin", {{"x0", real(-5, 10)}, {"x1", real(0, 15)}}, branin, 0.39788735772973816));
  problems.push_back(analytic("hartmann6", box(6, 0, 1), hartmann6, -3.32236801141551));
  problems.push_back(analytic("ackley5", box(5, -15, 30), ackley, 0));
  problems.push_back(analytic("levy6", box(6, -10, 10), levy, 0));
  problems.push_back(analytic("mixed",
                              {{"x0", real(0, 1)},
                               {"x1", real(0, 1)},
                               {"x2", integer(0, 12)},
                               {"x3", integer(0, 12)},
                               {"x4", log_real(1e-4, 1)},
                               {"x5", choice(4)}},
                              mixed, least_mixed()));
  problems.push_back(analytic("noisy_hartmann6", box(6, 0, 1), hartmann6, -3.32236801141551, 0.3));
  std::erase_if(problems, [&](const Problem& problem) {
    return !names.empty() && std::find(names.begin(), names.end(), problem.name) == names.end();
  });
  return problems;
}

}  // namespace tailor
