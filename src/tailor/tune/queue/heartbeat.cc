#include "tailor/tune/queue/heartbeat.h"

#include <memory>
#include <utility>

#include "tailor/base/threads.h"

namespace tailor {

Heart::Heart(std::string storage_url, std::chrono::milliseconds interval, std::function<void(Storage&)> beat)
    : url_(std::move(storage_url)),
      interval_(interval),
      beat_(std::move(beat)),
      thread_(start_thread([this] { run(); }, "end what else runs here, then go on with the study")) {}

Heart::~Heart() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

// A storage that cannot be reached is for those to complain about who need it now.
void Heart::run() {
  std::unique_ptr<Storage> storage;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    try {
      if (!storage) storage = open_storage(url_, {.patience = interval_});
      beat_(*storage);
    } catch (const Error&) {
    }
    lock.lock();
    changed_.wait_for(lock, interval_, [this] { return stopping_; });
  }
}

}  // namespace tailor
