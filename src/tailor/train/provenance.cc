#include "tailor/train/provenance.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "tailor/base/add_once.h"
#include "tailor/base/build_info.h"
#include "tailor/base/process.h"
#include "tailor/base/processors.h"
#include "tailor/base/state_folder.h"
#include "tailor/nn/instruction_set.h"

namespace tailor {
namespace {

using nlohmann::ordered_json;

ProvenancePart* find_part(Provenance& provenance, const Environment& environment) {
  for (ProvenancePart& part : provenance)
    if (part.environment == environment) return &part;
  return nullptr;
}

ordered_json text_or_null(const std::string& text) {
  return text.empty() ? ordered_json() : ordered_json(text);
}

// Every part has the same keys; names of kernels and workers alone may be left out.
constexpr std::pair<const char*, std::string Environment::*> public_keys[] = {
    {"version", &Environment::version},
    {"commit", &Environment::commit},
    {"instruction_set", &Environment::instruction_set}};
constexpr std::pair<const char*, std::string Environment::*> private_keys[] = {
    {"processor", &Environment::processor}, {"host", &Environment::host}};

ordered_json part_json(const ProvenancePart& part, bool shared) {
  ordered_json json{{"from", part.from}};
  for (const auto& [key, member] : public_keys) json[key] = text_or_null(part.environment.*member);
  if (!part.kernels.empty()) json["kernels"] = part.kernels;
  if (shared) return json;
  for (const auto& [key, member] : private_keys) json[key] = text_or_null(part.environment.*member);
  if (!part.workers.empty()) json["workers"] = part.workers;
  return json;
}

ProvenancePart part_from_json(const ordered_json& json) {
  ProvenancePart part;
  part.from = json.value("from", 1);
  const auto take = [&](const char* key, std::string& text) {
    if (const auto found = json.find(key); found != json.end() && found->is_string()) text = *found;
  };
  for (const auto& [key, member] : public_keys) take(key, part.environment.*member);
  for (const auto& [key, member] : private_keys) take(key, part.environment.*member);
  part.kernels = json.value("kernels", std::vector<std::string>());
  part.workers = json.value("workers", std::vector<std::string>());
  return part;
}

}  // namespace

Environment this_environment() {
  return {std::string(build_info().version), std::string(build_info().commit), instruction_set(),
          processor_model(), host_name()};
}

std::string build_text(const Environment& e) {
  if (!e.recorded()) return "not recorded";
  return "tailor " + e.version + (e.commit.empty() ? "" : ", commit " + e.commit);
}

std::string instruction_set_text(const Environment& e) {
  return e.instruction_set.empty() ? "not recorded" : e.instruction_set;
}

void add_part(Provenance& provenance, const Environment& environment, int from, const std::string& worker) {
  ProvenancePart* part = find_part(provenance, environment);
  if (part == nullptr) part = &provenance.emplace_back(ProvenancePart{environment, from});
  if (!worker.empty()) add_once(part->workers, worker);
}

void add_kernels(Provenance& provenance, const Environment& environment,
                 std::span<const std::string> kernels) {
  if (ProvenancePart* part = find_part(provenance, environment))
    for (const std::string& kernel : kernels) add_once(part->kernels, kernel);
}

std::vector<std::string> distinct_kernels(std::span<const std::string> kernels) {
  std::vector<std::string> distinct;
  for (const std::string& line : kernels) {
    const std::size_t name_end = line.find(": ");
    const std::string kernel = name_end == std::string::npos ? line : line.substr(name_end + 2);
    if (kernel != "none") add_once(distinct, kernel);
  }
  return distinct;
}

std::vector<std::string> instruction_sets_of(const Provenance& provenance) {
  std::vector<std::string> sets;
  for (const ProvenancePart& part : provenance) add_once(sets, part.environment.instruction_set);
  return sets;
}

std::string to_json(const Provenance& provenance, bool shared) {
  ordered_json list = ordered_json::array();
  for (const ProvenancePart& part : provenance) list.push_back(part_json(part, shared));
  return list.dump(-1, ' ', false, ordered_json::error_handler_t::replace);  // a host's name may be any bytes
}

Provenance provenance_from_json(std::string_view text) {
  try {
    Provenance provenance;
    for (const ordered_json& part : ordered_json::parse(text)) provenance.push_back(part_from_json(part));
    return provenance;
  } catch (const ordered_json::exception&) {
    return {};
  }
}

}  // namespace tailor
