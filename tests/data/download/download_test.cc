#include "tailor/data/download/download.h"

#include "data/download/http_server.h"
#include "data/files.h"
#include "tailor/base/file.h"
#include "tailor/base/hash.h"

namespace tailor {
namespace {

using test::cut;
using test::expect_error;
using test::honest_answer;
using test::http_answer;
using test::HttpRequest;
using test::HttpServer;

std::string pattern() {
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += static_cast<char>(i * i % 251);
  return text;
}

class Downloads : public testing::Test {
 protected:
  Downloads() {
    ::setenv("no_proxy", "127.0.0.1", 1);  // whatever this machine has
  }

  bool get(const std::vector<std::string>& urls, std::uint64_t bytes) {
    return download({urls, file_, bytes, {ChecksumKind::sha256, sha256(content_)}}, patience_,
                    {.progress = [this](std::uint64_t n) { most_ = std::max(most_, n); },
                     .retry = [this](const std::string& message) { messages_.push_back(message); },
                     .stop = [this] { return stop_; }});
  }
  bool get(const HttpServer& server) { return get({server.url("/file")}, content_.size()); }

  void expect_file() {
    EXPECT_EQ(read_file(file_), content_);
    expect_nothing_else(1);
  }
  void expect_nothing_else(std::size_t files = 0) {
    std::size_t found = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder_.path())) ++found;
    EXPECT_EQ(found, files);
  }
  void put_part(const std::string& content, const std::string& version) {
    folder_.write("file.part", content);
    folder_.write("file.part.version", version);
  }
  std::uintmax_t part_size() { return std::filesystem::file_size(folder_.path() / "file.part"); }

  test::TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_.path() / "file";
  const std::string content_ = pattern();
  DownloadPatience patience_{
      .tries = 3, .pause = std::chrono::milliseconds(1), .stall = std::chrono::milliseconds(500)};
  std::vector<std::string> messages_;
  std::uint64_t most_ = 0;
  bool stop_ = false;
};

TEST_F(Downloads, FetchesAFileOnce) {
  const HttpServer server([&](const HttpRequest& request) { return honest_answer(request, content_); });
  EXPECT_TRUE(get(server));
  expect_file();
  EXPECT_EQ(most_, content_.size());
  EXPECT_FALSE(get(server));
  EXPECT_EQ(server.requests().size(), 1u);
  EXPECT_EQ(server.requests()[0].target, "/file");
  EXPECT_THAT(server.requests()[0].header("user-agent"), testing::StartsWith("tailor/"));
}

TEST_F(Downloads, GoesOnWhereTheConnectionBroke) {
  const HttpServer server([&](const HttpRequest& request) {
    const std::string answer = honest_answer(request, content_);
    return request.number < 4 ? cut(answer, 5000) : answer;  // more often than tries: each brings something
  });
  EXPECT_TRUE(get(server));
  expect_file();
  ASSERT_EQ(server.requests().size(), 5u);
  EXPECT_EQ(server.requests()[1].header("range"), "bytes=5000-");
  EXPECT_EQ(server.requests()[4].header("range"), "bytes=20000-");
  EXPECT_EQ(server.requests()[1].header("if-range"), "\"v1\"");
  ASSERT_EQ(messages_.size(), 4u);
  EXPECT_THAT(messages_[0], testing::HasSubstr("broke off after 5000 bytes; trying again"));
}

TEST_F(Downloads, GoesOnInALaterRun) {
  put_part(content_.substr(0, 7000), "\"v1\"");
  const HttpServer server([&](const HttpRequest& request) { return honest_answer(request, content_); });
  EXPECT_TRUE(get(server));
  expect_file();
  EXPECT_EQ(server.requests()[0].begin(), 7000u);
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(Downloads, TakesWhatIsWholeAlready) {
  put_part(content_, "");
  EXPECT_TRUE(get({"http://127.0.0.1:1/none"}, content_.size()));
  expect_file();
  std::filesystem::remove(file_);
  put_part(content_, "");  // of unknown size
  const HttpServer server([&](const HttpRequest& request) { return honest_answer(request, content_); });
  EXPECT_TRUE(get({server.url("/file")}, 0));
  expect_file();
}

TEST_F(Downloads, StartsAnewWhereTheServerKnowsNoRanges) {
  const HttpServer server([&](const HttpRequest& request) {
    const std::string answer = http_answer("200 OK", "", content_);
    return request.number < 2 ? cut(answer, 9000) : answer;
  });
  EXPECT_TRUE(get(server));
  expect_file();
  EXPECT_EQ(server.requests()[1].begin(), 9000u);
}

TEST_F(Downloads, NeverJoinsPartsOfTwoVersions) {
  put_part(std::string(7000, 'x'), "\"v0\"");
  const HttpServer server([&](const HttpRequest& request) { return honest_answer(request, content_); });
  EXPECT_TRUE(get(server));
  expect_file();
  EXPECT_EQ(server.requests()[0].header("if-range"), "\"v0\"");
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(Downloads, StartsAnewWhereAnOldPartWasWrong) {
  for (const std::string& part : {std::string(7000, 'x'), std::string(40'000, 'x')}) {
    std::filesystem::remove(file_);
    put_part(part, "");
    const HttpServer server([&](const HttpRequest& request) { return honest_answer(request, content_); });
    EXPECT_TRUE(get(server));
    expect_file();
  }
}

TEST_F(Downloads, RefusesAnotherPartThanItAskedFor) {
  put_part(content_.substr(0, 7000), "");
  const HttpServer server([&](const HttpRequest& request) {
    if (request.number > 0) return honest_answer(request, content_);
    return http_answer("206 Partial Content", "Content-Range: bytes 6999-29999/30000\r\n",
                       content_.substr(6999));
  });
  EXPECT_TRUE(get(server));
  expect_file();
  EXPECT_THAT(messages_.at(0), testing::HasSubstr("another part"));
}

TEST_F(Downloads, RefusesOtherContent) {
  std::string other = content_;
  other[15'000] ^= 1;
  const HttpServer changed([&](const HttpRequest& request) { return honest_answer(request, other); });
  expect_error(ExitCode::bad_input,
               {changed.url("/file"), "published SHA-256 " + sha256(content_), sha256(other)},
               [&] { get(changed); });
  expect_nothing_else();
  const HttpServer page([&](const HttpRequest&) { return http_answer("200 OK", "", "<html>log in</html>"); });
  expect_error(ExitCode::bad_input, {"expected 30000 bytes", "got 19"}, [&] { get(page); });
  expect_nothing_else();
}

TEST_F(Downloads, StopsAtMoreThanWasPublished) {
  const HttpServer server([&](const HttpRequest&) {
    std::string endless = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 100; ++i) endless += "1000\r\n" + std::string(4096, 'x') + "\r\n";
    return endless;
  });
  expect_error(ExitCode::bad_input, {"expected 30000 bytes", "got more"}, [&] { get(server); });
  expect_nothing_else();
}

TEST_F(Downloads, GivesUpOnAServerThatPromisesMoreThanItHas) {
  const HttpServer server([&](const HttpRequest& request) {
    return request.begin() > 0 ? std::string() : cut(http_answer("200 OK", "", content_), 8000);
  });
  expect_error(ExitCode::failed, {"8000 bytes", "are kept", "same command"}, [&] { get(server); });
  EXPECT_EQ(part_size(), 8000u);
  EXPECT_EQ(server.requests().size(), 4u);  // the first one, which brought something, and three
}

TEST_F(Downloads, WaitsForAServerThatIsBusyButNotForOneThatSaysNo) {
  const HttpServer busy([&](const HttpRequest& request) {
    if (request.number == 0) return http_answer("500 Oops", "", "sorry");
    if (request.number == 1) return http_answer("503 Busy", "Retry-After: 0\r\n", "");
    return honest_answer(request, content_);
  });
  EXPECT_TRUE(get(busy));
  expect_file();
  std::filesystem::remove(file_);
  for (const std::string status : {"404 Not Found", "403 Forbidden", "401 Unauthorized"}) {
    const HttpServer none(
        [&](const HttpRequest&) { return http_answer(status, "", std::string(50'000, 'x')); });
    expect_error(ExitCode::failed, {none.url("/file"), "answered " + status.substr(0, 3)},
                 [&] { get(none); });
    EXPECT_EQ(none.requests().size(), 1u);
    expect_nothing_else();
  }
  const HttpServer never([&](const HttpRequest&) { return http_answer("502 Bad Gateway", "", ""); });
  expect_error(ExitCode::failed, {"answered 502"}, [&] { get(never); });
  EXPECT_EQ(never.requests().size(), 3u);
  expect_nothing_else();
}

TEST_F(Downloads, FollowsRedirectsToAnEnd) {
  const HttpServer server([&](const HttpRequest& request) {
    if (request.target == "/file")
      return http_answer("302 Found", "Location: /elsewhere\r\nETag: \"x\"\r\n", "moved");
    if (request.target == "/circle") return http_answer("302 Found", "Location: /circle\r\n", "");
    if (request.target == "/local") return http_answer("302 Found", "Location: file:///etc/passwd\r\n", "");
    return honest_answer(request, content_);
  });
  EXPECT_TRUE(get(server));
  expect_file();
  std::filesystem::remove(file_);
  for (const std::string path : {"/circle", "/local"}) {
    expect_error(ExitCode::failed, {path}, [&] { get({server.url(path)}, content_.size()); });
    expect_nothing_else();
  }
}

TEST_F(Downloads, LeavesAServerThatStalls) {
  const HttpServer server([&](const HttpRequest& request) {
    const std::string answer = honest_answer(request, content_);
    return request.number == 0 ? cut(answer, 12'000) + std::string(HttpServer::stall) : answer;
  });
  EXPECT_TRUE(get(server));
  expect_file();
  EXPECT_THAT(messages_.at(0), testing::HasSubstr("nothing came for too long"));
  EXPECT_EQ(server.requests()[1].begin(), 12'000u);
}

TEST_F(Downloads, TakesTheNextAddress) {
  const HttpServer none([&](const HttpRequest&) { return http_answer("404 Not Found", "", ""); });
  const HttpServer server([&](const HttpRequest& request) { return honest_answer(request, content_); });
  EXPECT_TRUE(get({none.url("/file"), "http://127.0.0.1:1/refused", server.url("/file")}, content_.size()));
  expect_file();
  std::filesystem::remove(file_);
  expect_error(ExitCode::failed, {"ftp://x/file", none.url("/file"), "404"}, [&] {
    get({"ftp://x/file", none.url("/file")}, content_.size());
  });
}

TEST_F(Downloads, StopsWhenAskedAndKeepsWhatCame) {
  {
    const HttpServer server([&](const HttpRequest& request) {
      stop_ = true;
      return cut(honest_answer(request, content_), 6000) + std::string(HttpServer::stall);
    });
    expect_error(ExitCode::interrupted, {"interrupted", "kept in", "file.part"}, [&] { get(server); });
  }
  EXPECT_LE(part_size(), 6000u);
  stop_ = false;
  const HttpServer server([&](const HttpRequest& request) { return honest_answer(request, content_); });
  EXPECT_TRUE(get(server));
  expect_file();
}

TEST_F(Downloads, NeverReplacesAFile) {
  folder_.write("file", "mine");
  const HttpServer server([&](const HttpRequest& request) { return honest_answer(request, content_); });
  expect_error(ExitCode::bad_input, {file_.string(), "another content", "move it away"},
               [&] { get(server); });
  EXPECT_EQ(read_file(file_), "mine");
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(Downloads, GoesThroughAProxy) {
  const HttpServer proxy([&](const HttpRequest& request) { return honest_answer(request, content_); });
  ::setenv("http_proxy", proxy.url("").c_str(), 1);
  const bool fetched = get({"http://published.invalid/file"}, content_.size());
  ::unsetenv("http_proxy");
  EXPECT_TRUE(fetched);
  EXPECT_EQ(proxy.requests().at(0).target, "http://published.invalid/file");
}

TEST_F(Downloads, ReadsAFileOfThisMachine) {
  const test::TemporaryFolder mirror;
  mirror.write("file", content_);
  EXPECT_TRUE(get({"file://" + (mirror.path() / "file").string()}, content_.size()));
  expect_file();
  std::filesystem::remove(file_);
  expect_error(ExitCode::failed, {"file://"},
               [&] { get({"file://" + mirror.path().string() + "/none"}, 5); });
}

TEST_F(Downloads, AsksHowLargeAFileIs) {
  const HttpServer server([&](const HttpRequest& request) {
    if (request.target == "/none") return http_answer("404 Not Found", "", "");
    return cut(http_answer("200 OK", "", content_), 0);
  });
  EXPECT_EQ(size_at(server.url("/file"), patience_), content_.size());
  EXPECT_EQ(size_at(server.url("/none"), patience_), std::nullopt);
  EXPECT_EQ(size_at("http://127.0.0.1:1/", patience_), std::nullopt);
  EXPECT_EQ(server.requests()[0].method, "HEAD");
}

TEST_F(Downloads, KnowsMd5) {
  folder_.write("abc", "abc");
  EXPECT_EQ(checksum_of(folder_.path() / "abc", ChecksumKind::md5).hex, "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(checksum_of(folder_.path() / "abc", ChecksumKind::sha256).hex, sha256("abc"));
  expect_error(ExitCode::bad_input, {"none"},
               [&] { checksum_of(folder_.path() / "none", ChecksumKind::md5); });
}

}  // namespace
}  // namespace tailor
