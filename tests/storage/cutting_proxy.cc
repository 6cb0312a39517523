#include "storage/cutting_proxy.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace tailor {
namespace {

// The end of a command, not "READ COMMITTED".
constexpr std::string_view commit("COMMIT\0", 7);
constexpr int tick = 50;  // milliseconds between looks at whether to stop

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

sockaddr_un address_in(const std::string& folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = folder + "/.s.PGSQL.5432";
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

bool readable(int socket) {
  pollfd ready{socket, POLLIN, 0};
  return ::poll(&ready, 1, tick) > 0;
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

CuttingProxy::CuttingProxy(const std::string& server) : server_(server), folder_("/tmp/tailor_proxy_XXXXXX") {
  if (!::mkdtemp(folder_.data())) fail("mkdtemp");
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = address_in(folder_);
  if (listener_ < 0 || ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(listener_, 8) != 0) {
    fail("proxy");
  }
  accepting_ = std::thread([this] { accept_clients(); });
}

CuttingProxy::~CuttingProxy() {
  stopping_ = true;
  accepting_.join();
  ::close(listener_);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

// Each client has a thread; they end with their clients, or when the proxy does.
void CuttingProxy::accept_clients() {
  std::vector<std::thread> clients;
  while (!stopping_) {
    if (!readable(listener_)) continue;
    const int client = ::accept(listener_, nullptr, nullptr);
    if (client >= 0) clients.emplace_back([this, client] { forward(client); });
  }
  for (std::thread& client : clients) client.join();
}

void CuttingProxy::forward(int client) {
  const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = address_in(server_);
  bool open = ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  bool swallow_answer = false;
  std::array<char, 65536> buffer{};
  while (open && !stopping_) {
    std::array<pollfd, 2> ends = {pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
    if (::poll(ends.data(), ends.size(), tick) <= 0) continue;
    for (std::size_t i = 0; open && i < ends.size(); ++i) {
      if (ends[i].revents == 0) continue;
      const ssize_t received = ::recv(ends[i].fd, buffer.data(), buffer.size(), 0);
      if (received <= 0) {
        open = false;
        break;
      }
      const std::string_view bytes(buffer.data(), static_cast<std::size_t>(received));
      if (i == 1) {
        open = !swallow_answer && send_all(client, bytes);
        continue;
      }
      if (bytes.find(commit) != std::string_view::npos) {
        const Cut cut = cut_.exchange(Cut::never);
        if (cut == Cut::before_commit) open = false;
        swallow_answer = cut == Cut::after_commit;
      }
      if (open) open = send_all(server, bytes);
    }
  }
  ::close(client);
  ::close(server);
}

}  // namespace tailor
