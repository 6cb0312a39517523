// A system that gives no more threads, without limiting anybody else.
#pragma once

#include <cstddef>

#include <pthread.h>

namespace tailor::test {

// While this lives each thread needs so much address space for its stack that the system has none to give.
class NoMoreThreads {
 public:
  explicit NoMoreThreads(std::size_t stack) {
    ::pthread_getattr_default_np(&before_);
    pthread_attr_t huge;
    ::pthread_attr_init(&huge);
    ::pthread_attr_setstacksize(&huge, stack);
    ::pthread_setattr_default_np(&huge);
    ::pthread_attr_destroy(&huge);
  }
  ~NoMoreThreads() {
    ::pthread_setattr_default_np(&before_);
    ::pthread_attr_destroy(&before_);
  }

 private:
  pthread_attr_t before_;
};

}  // namespace tailor::test
