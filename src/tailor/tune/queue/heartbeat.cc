#include "tailor/tune/queue/heartbeat.h"

#include <memory>
#include <utility>

#include "tailor/base/threads.h"

namespace tailor {

HeartbeatThread::HeartbeatThread(std::string storage_url, std::chrono::milliseconds interval,
                                 std::function<void(Storage&)> beat)
    : url_(std::move(storage_url)),
      interval_(interval),
      beat_(std::move(beat)),
      thread_(start_thread([this] { run(); }, "end what else runs here, then go on with the study")) {}

HeartbeatThread::~HeartbeatThread() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

// A storage that cannot be reached is for those to complain about who need it now.
void HeartbeatThread::run() {
  std::unique_ptr<Storage> storage;
  MutexLock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    try {
      if (!storage) storage = open_storage(url_, {.patience = interval_});
      beat_(*storage);
    } catch (const Error&) {
    }
    lock.lock();
    const auto next = std::chrono::steady_clock::now() + interval_;
    while (!stopping_ && std::chrono::steady_clock::now() < next) lock.wait_until(changed_, next);
  }
}

}  // namespace tailor
