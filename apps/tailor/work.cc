// tailor work: joins a study that `tailor tune` made, from another terminal or another machine.
#include "commands.h"
#include "study_location.h"
#include "study_session.h"
#include "tailor/base/error.h"

namespace tailor {
namespace {

struct WorkArguments {
  StudyLocation location;
  std::string data;
  SessionOptions session;
};

void work(const WorkArguments& a) {
  const FoundStudy found = find_study(a.location);
  const StudyDefinition definition = read_definition(*found.storage, found.id);
  run_session(*found.storage, a.location.storage, found.id, open_images(definition.data, a.data), a.session,
              "work", found.storage->get_study(found.id).name);
}

}  // namespace

void add_work_command(CLI::App& app) {
  auto a = std::make_shared<WorkArguments>();
  CLI::App* command = app.add_subcommand("work", "Help with a study, from this or another machine");
  add_storage_option(*command, a->location);
  add_study_option(*command, a->location);
  command->add_option("--data", a->data, "Where its images are on this machine [the study's own]");
  add_session_options(*command, a->session);
  command->callback([a] { work(*a); });
}

}  // namespace tailor
