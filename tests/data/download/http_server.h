// An HTTP server for tests, on a port of its own at 127.0.0.1: it answers each request with whatever bytes a test sends, so
// it can stall, cut and lie.
#pragma once

#include <atomic>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tailor::test {

struct HttpRequest {
  std::string method, target;
  std::map<std::string, std::string> headers;  // names in lower case
  int number = 0;                              // 0 is the first one

  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
  // Of "Range: bytes=5-"; 0 if there is none.
  std::size_t begin() const {
    const std::string range = header("range");
    return range.empty() ? 0 : std::stoul(range.substr(range.find('=') + 1));
  }
};

class HttpServer {
 public:
  // The answer as bytes, headers and all; the connection is closed after it. Empty: closed at once.
  using Answer = std::function<std::string(const HttpRequest&)>;

  explicit HttpServer(Answer answer)
      : answer_(std::move(answer)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no socket");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~HttpServer() {
    ending_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  std::vector<HttpRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  // Keeps the connection open without a byte, until the client goes or the server ends.
  static constexpr std::string_view stall = "\1stall";

 private:
  void serve() {
    for (int client; (client = ::accept(listener_, nullptr, nullptr)) >= 0; ::close(client)) {
      HttpRequest request;
      if (!read(client, request)) continue;
      {
        const std::lock_guard lock(mutex_);
        request.number = static_cast<int>(requests_.size());
        requests_.push_back(request);
      }
      std::string answer = answer_(request);
      const bool stalls = answer.ends_with(stall);
      if (stalls) answer.resize(answer.size() - stall.size());
      for (std::size_t done = 0; done < answer.size();) {
        const ssize_t n = ::send(client, answer.data() + done, answer.size() - done, MSG_NOSIGNAL);
        if (n <= 0) break;
        done += static_cast<std::size_t>(n);
      }
      char byte;
      while (stalls && !ending_) {
        const ssize_t n = ::recv(client, &byte, 1, MSG_DONTWAIT);
        if (n == 0) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
      ::shutdown(client, SHUT_WR);
    }
  }

  static bool read(int client, HttpRequest& request) {
    std::string text;
    char byte;
    while (!text.ends_with("\r\n\r\n")) {
      if (::recv(client, &byte, 1, 0) != 1) return false;
      text += byte;
    }
    std::size_t at = text.find("\r\n");
    const std::string first = text.substr(0, at);
    request.method = first.substr(0, first.find(' '));
    request.target = first.substr(first.find(' ') + 1, first.rfind(' ') - first.find(' ') - 1);
    for (std::size_t next; (next = text.find("\r\n", at + 2)) != std::string::npos; at = next) {
      const std::string line = text.substr(at + 2, next - at - 2);
      const std::size_t colon = line.find(": ");
      if (colon == std::string::npos) continue;
      std::string name = line.substr(0, colon);
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      request.headers[name] = line.substr(colon + 2);
    }
    return true;
  }

  const Answer answer_;
  const int listener_;
  int port_ = 0;
  std::atomic<bool> ending_{false};
  mutable std::mutex mutex_;
  std::vector<HttpRequest> requests_;
  std::thread thread_;
};

inline std::string http_answer(const std::string& status, const std::string& headers, std::string_view body) {
  return "HTTP/1.1 " + status + "\r\nConnection: close\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

// What an honest server answers, with ranges and an ETag.
inline std::string honest_answer(const HttpRequest& request, std::string_view content,
                                 const std::string& etag = "\"v1\"") {
  const std::string tag = "ETag: " + etag + "\r\n";
  const std::size_t begin = request.begin();
  const bool same = request.header("if-range").empty() || request.header("if-range") == etag;
  if (begin == 0 || !same) return http_answer("200 OK", tag, content);
  if (begin >= content.size()) return http_answer("416 Range Not Satisfiable", tag, "");
  return http_answer("206 Partial Content",
                     tag + "Content-Range: bytes " + std::to_string(begin) + "-" +
                         std::to_string(content.size() - 1) + "/" + std::to_string(content.size()) + "\r\n",
                     content.substr(begin));
}

// An answer that ends, or goes on, after so many bytes of it.
inline std::string cut(const std::string& answer, std::size_t bytes_of_body) {
  return answer.substr(0, answer.find("\r\n\r\n") + 4 + bytes_of_body);
}

}  // namespace tailor::test
