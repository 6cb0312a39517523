// Stands between a client and the PostgreSQL server of the tests, to cut a connection at the worst moment:
// when a COMMIT is on its way.
#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace tailor {

class CuttingProxy {
 public:
  // `server` is the folder with the server's socket; this one's socket is in a folder of its own.
  explicit CuttingProxy(const std::string& server);
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  const std::string& folder() const { return folder_; }

  enum class Cut { never, before_commit, after_commit };
  // The next COMMIT is not passed on (before_commit), or is carried out and its answer not passed on
  // (after_commit); either way both connections are closed, once.
  void arm(Cut cut) { cut_ = cut; }
  bool has_cut() const { return cut_ == Cut::never; }

 private:
  void accept_clients();
  void forward(int client);

  std::string server_, folder_;
  int listener_ = -1;
  std::atomic<Cut> cut_{Cut::never};
  std::atomic<bool> stopping_{false};
  std::thread accepting_;
};

}  // namespace tailor
