#include "tailor/tune/queue/heartbeat.h"

#include <memory>
#include <utility>

#include "tailor/storage/storage.h"

namespace tailor {

Heart::Heart(std::string storage_url, std::chrono::milliseconds interval)
    : url_(std::move(storage_url)), interval_(interval), thread_([this] { beat(); }) {}

Heart::~Heart() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Heart::add(TrialId trial) {
  const std::lock_guard lock(mutex_);
  trials_.push_back(trial);
}

void Heart::remove(TrialId trial) {
  const std::lock_guard lock(mutex_);
  std::erase(trials_, trial);
}

// A storage that cannot be reached is for those to complain about who need it now.
void Heart::beat() {
  std::unique_ptr<Storage> storage;
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, interval_, [this] { return stopping_; })) {
    for (const TrialId trial : trials_) {
      try {
        if (!storage) storage = open_storage(url_, {.patience = interval_});
        storage->record_heartbeat(trial);
      } catch (const Error&) {
      }
    }
  }
}

}  // namespace tailor
