#include "tailor/tune/study/job.h"

#include <array>
#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

#include "tailor/base/error.h"

namespace tailor {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 5> end_names = {"open", "paused", "complete", "pruned", "failed"};

// JSON has no infinity.
json limit_to_json(double limit) { return std::isfinite(limit) ? json(limit) : json(); }
double limit_from_json(const json& limit) {
  return limit.is_null() ? std::numeric_limits<double>::infinity() : limit.get<double>();
}

json to_json(const Job& job) {
  json j{{"job", job.number}, {"from", job.from}, {"to", job.to}, {"end", name_of(job.end)}};
  for (const double limit : job.limits) j["limits"].push_back(limit_to_json(limit));
  if (job.end != JobEnd::open) j["reached"] = job.reached;
  if (job.deaths > 0) j["deaths"] = job.deaths;
  if (!job.refusals.empty()) j["refusals"] = job.refusals;
  if (job.stopping) j["stopping"] = true;
  if (job.alone) j["alone"] = true;
  if (const auto& w = job.worker)
    j["worker"] = {
        {"id", w->id}, {"place", w->place}, {"host", w->host}, {"pid", w->pid}, {"start", w->start}};
  return j;
}

JobEnd end_from_name(const std::string& name) {
  for (std::size_t i = 0; i < end_names.size(); ++i) {
    if (end_names[i] == name) return static_cast<JobEnd>(i);
  }
  throw std::runtime_error("unknown end '" + name + "'");
}

Job job_from_json(const json& j) {
  Job job{j.at("job"), j.at("from"), j.at("to")};
  job.end = end_from_name(j.at("end"));
  if (j.contains("limits"))
    for (const json& limit : j["limits"]) job.limits.push_back(limit_from_json(limit));
  job.reached = j.value("reached", 0);
  job.deaths = j.value("deaths", 0);
  job.refusals = j.value("refusals", std::vector<std::string>());
  job.stopping = j.value("stopping", false);
  job.alone = j.value("alone", false);
  if (const auto w = j.find("worker"); w != j.end())
    job.worker = WorkerIdentity{w->at("id"), w->at("place"), w->at("host"), w->at("pid"), w->at("start")};
  return job;
}

}  // namespace

std::string_view name_of(JobEnd end) { return end_names[static_cast<std::size_t>(end)]; }

std::string to_json(const std::vector<Job>& jobs) {
  json list = json::array();
  for (const Job& job : jobs) list.push_back(to_json(job));
  return list.dump(-1, ' ', false, json::error_handler_t::replace);  // refusals may quote any bytes
}

std::vector<Job> jobs_from_json(std::string_view text, std::string_view where) {
  try {
    std::vector<Job> jobs;
    for (const json& j : json::parse(text)) jobs.push_back(job_from_json(j));
    return jobs;
  } catch (const std::exception& error) {
    throw bad_input("{}: not a list of jobs: {}", where, error.what());
  }
}

}  // namespace tailor
