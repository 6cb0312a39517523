#include "tailor/data/download/transfer.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include <curl/curl.h>

#include "tailor/base/build_info.h"
#include "tailor/base/error.h"

namespace tailor {
namespace {

constexpr long connect_milliseconds = 30'000, most_redirects = 10;

struct HeaderList {
  curl_slist* first = nullptr;
  HeaderList() = default;
  ~HeaderList() { curl_slist_free_all(first); }
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  void add(const std::string& line) { first = curl_slist_append(first, line.c_str()); }
};

using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

Handle new_handle(const std::string& url, const DownloadPatience& patience) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  Handle handle(curl_easy_init(), curl_easy_cleanup);
  if (!handle) throw failure("libcurl does not start");
  CURL* const curl = handle.get();
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_USERAGENT, fmt::format("tailor/{}", build_info().version).c_str());
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, most_redirects);
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https,file");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS | CURLPROTO_FILE);
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
  // libcurl's own limits of speed are averages over some seconds; Transfer watches for stalls itself.
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                   std::min<long>(connect_milliseconds, static_cast<long>(patience.stall.count())));
  return handle;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

class Transfer {
 public:
  using Clock = std::chrono::steady_clock;

  Transfer(const std::string& url, PartFile& part, std::uint64_t most, const DownloadPatience& patience,
           const DownloadWatch& watch)
      : part_(part),
        most_(most),
        watch_(watch),
        handle_(new_handle(url, patience)),
        offset_(part.size()),
        stall_(patience.stall) {}

  TransferResult run() {
    CURL* const curl = handle_.get();
    HeaderList headers;
    const std::string range = std::to_string(offset_) + "-";
    if (offset_ > 0) {
      curl_easy_setopt(curl, CURLOPT_RANGE, range.c_str());
      if (!part_.version().empty()) headers.add("If-Range: " + part_.version());
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.first);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, this);
    const CURLcode code = curl_easy_perform(curl);
    if (error_) std::rethrow_exception(error_);
    return result(code);
  }

 private:
  long status() const {
    long status = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    return status;
  }

  // The headers of each answer on the way; those of the last one count.
  void header(std::string_view line) {
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
    if (line.starts_with("HTTP/")) etag_.clear(), date_.clear(), range_begin_.reset();
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    const std::string name = lower_case(line.substr(0, colon));
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    if (name == "etag" && !value.starts_with("W/")) etag_ = value;  // weak ones do not compare bytes
    if (name == "last-modified") date_ = value;
    if (name == "content-range" && value.starts_with("bytes ")) {
      std::uint64_t begin = 0;
      if (std::from_chars(value.data() + 6, value.data() + value.size(), begin).ec == std::errc())
        range_begin_ = begin;
    }
  }

  void begin_body() {
    const long code = status();
    taking_ = code == 200 || code == 0 || code == 206;
    if (code == 206) {
      if (range_begin_ == offset_) return;
      wrong_range_ = true;
      taking_ = false;
    } else if (taking_) {
      part_.restart(etag_.empty() ? date_ : etag_);
    }
  }

  // How much of it was used; less ends the transfer.
  std::size_t body(std::string_view bytes) {
    if (!std::exchange(begun_, true)) begin_body();
    if (wrong_range_) return 0;
    if (!taking_) return bytes.size();  // the words of an error
    if (part_.size() + bytes.size() > most_) {
      too_long_ = true;
      return 0;
    }
    part_.append(bytes);
    if (watch_.progress) watch_.progress(part_.size());
    return bytes.size();
  }

  TransferResult result(CURLcode code) {
    if (stopped_) return {TransferEnd::stopped};
    if (stalled_) return {TransferEnd::broken, "nothing came for too long"};
    if (too_long_)
      return {TransferEnd::too_long, fmt::format("expected {} bytes, as published, got more", most_)};
    if (wrong_range_) {
      part_.restart("");
      return {TransferEnd::broken, "the server sent another part of the file than was asked for"};
    }
    const long status = this->status();
    if (status == 416 && offset_ > 0) {  // there is nothing after so many bytes: perhaps that was all
      if (offset_ == most_) return {TransferEnd::complete};
      part_.restart("");
      return {TransferEnd::broken, "the server has less of the file than is here"};
    }
    if (status >= 400) {
      curl_off_t seconds = 0;
      curl_easy_getinfo(handle_.get(), CURLINFO_RETRY_AFTER, &seconds);
      const bool may_change = status >= 500 || status == 408 || status == 429;
      return {may_change ? TransferEnd::broken : TransferEnd::refused,
              fmt::format("the server answered {}", status),
              std::chrono::seconds(std::clamp<curl_off_t>(seconds, 0, 60))};
    }
    if (code != CURLE_OK) return {may_pass(code) ? TransferEnd::broken : TransferEnd::refused, words(code)};
    if (!begun_) begin_body();  // an empty file
    if (!taking_ && status != 206)
      return {TransferEnd::refused, fmt::format("the server answered {}", status)};
    return {TransferEnd::complete};
  }

  static bool may_pass(CURLcode code) {
    switch (code) {
      case CURLE_COULDNT_RESOLVE_PROXY:
      case CURLE_COULDNT_RESOLVE_HOST:
      case CURLE_COULDNT_CONNECT:
      case CURLE_OPERATION_TIMEDOUT:
      case CURLE_PARTIAL_FILE:
      case CURLE_RECV_ERROR:
      case CURLE_SEND_ERROR:
      case CURLE_GOT_NOTHING:
      case CURLE_SSL_CONNECT_ERROR:
      case CURLE_HTTP2:
      case CURLE_HTTP2_STREAM:
        return true;
      default:
        return false;
    }
  }

  std::string words(CURLcode code) const {
    if (code == CURLE_OPERATION_TIMEDOUT) return "nothing came for too long";
    if (code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING)
      return fmt::format("the connection broke off after {} bytes", part_.size());
    return lower_case(std::string_view(curl_easy_strerror(code)).substr(0, 1)) +
           (curl_easy_strerror(code) + 1);
  }

  // libcurl is C: no exception may pass through it.
  template <class Action>
  std::size_t guarded(Action&& action) {
    try {
      return action();
    } catch (...) {
      error_ = std::current_exception();
      return 0;
    }
  }

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    return transfer.guarded([&] {
      transfer.header({data, size * count});
      return size * count;
    });
  }
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    return transfer.guarded([&] { return transfer.body({data, size * count}); });
  }
  static int on_progress(void* self, curl_off_t, curl_off_t received, curl_off_t, curl_off_t) {
    auto& transfer = *static_cast<Transfer*>(self);
    const Clock::time_point now = Clock::now();
    if (std::exchange(transfer.received_, received) != received) transfer.heard_ = now;
    transfer.stopped_ = transfer.watch_.stop && transfer.watch_.stop();
    transfer.stalled_ = now - transfer.heard_ > transfer.stall_;
    return transfer.stopped_ || transfer.stalled_ ? 1 : 0;
  }

  PartFile& part_;
  const std::uint64_t most_;
  const DownloadWatch& watch_;
  const Handle handle_;
  const std::uint64_t offset_;  // from where on it was asked for
  std::string etag_, date_;
  std::optional<std::uint64_t> range_begin_;
  bool begun_ = false, taking_ = false, too_long_ = false, wrong_range_ = false, stopped_ = false;
  std::exception_ptr error_;
  const std::chrono::milliseconds stall_;
  curl_off_t received_ = 0;
  Clock::time_point heard_ = Clock::now();  // when there was something new
  bool stalled_ = false;
};

}  // namespace

TransferResult transfer(const std::string& url, PartFile& part, std::uint64_t most,
                        const DownloadPatience& patience, const DownloadWatch& watch) {
  return Transfer(url, part, most, patience, watch).run();
}

std::optional<std::uint64_t> size_at(const std::string& url, const DownloadPatience& patience) {
  const Handle handle = new_handle(url, patience);
  curl_easy_setopt(handle.get(), CURLOPT_NOBODY, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(patience.stall.count()));
  long status = 0;
  curl_off_t size = -1;
  if (curl_easy_perform(handle.get()) != CURLE_OK) return std::nullopt;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(handle.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
  if (status >= 400 || size < 0) return std::nullopt;
  return static_cast<std::uint64_t>(size);
}

}  // namespace tailor
