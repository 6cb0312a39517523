// The same for every image of many, by all processors.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <string_view>

#include "tailor/base/mutex.h"
#include "tailor/base/threads.h"
#include "tailor/data/dataset.h"

namespace tailor {

// task(i) for i in [0, count), in any order; the first error of a task ends it. The caller's thread, which tells of
// progress, may come too late to do any: so begin and end are told whatever it did.
template <class Task>
void for_each_image(Workers& workers, std::size_t count, std::string_view what,
                    const DecodingProgress& progress, Task&& task) {
  const ComputeScope scope;
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> failed = false;
  Mutex mutex;
  std::exception_ptr error;
  if (progress) progress(what, 0, count);
  workers.run(workers.threads(), [&](int worker) {
    for (std::size_t i; !failed && (i = next++) < count;) {
      try {
        task(i);
        if (worker == 0 && progress) progress(what, i, count);
      } catch (...) {
        const MutexLock lock(mutex);
        if (!failed.exchange(true)) error = std::current_exception();
      }
    }
  });
  if (error) std::rethrow_exception(error);
  if (progress) progress(what, count, count);
}

}  // namespace tailor
