#include "tailor/data/download/download.h"

#include <algorithm>
#include <optional>
#include <thread>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/text.h"
#include "tailor/data/download/part_file.h"
#include "tailor/data/download/transfer.h"

namespace tailor {
namespace {

constexpr std::uint64_t most_bytes_of_a_file = std::uint64_t{64} << 30;
constexpr std::chrono::milliseconds longest_pause{60'000};

Error stopped(const PartFile& part) {
  return Error(ExitCode::interrupted, fmt::format("interrupted; the {} bytes that came are kept in {}",
                                                  part.size(), part.path().string()));
}

void wait(std::chrono::milliseconds time, const PartFile& part, const DownloadWatch& watch) {
  using Clock = std::chrono::steady_clock;
  for (const Clock::time_point end = Clock::now() + time; Clock::now() < end;) {
    if (watch.stop && watch.stop()) throw stopped(part);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

// What the server gave in the end is not what was published.
std::string difference(const Download& file, const PartFile& part) {
  if (file.bytes > 0 && part.size() != file.bytes)
    return fmt::format("expected {} bytes, as published, got {}", file.bytes, part.size());
  const Checksum got = checksum_of(part.path(), file.checksum.kind);
  if (got.hex == file.checksum.hex) return "";
  return fmt::format("expected the published {} {}, got {}", checksum_name(got.kind), file.checksum.hex,
                     got.hex);
}

// Why there is no file from one address.
struct Trouble {
  std::string reason;
  ExitCode code = ExitCode::failed;
};

std::optional<Trouble> fetch_from(const std::string& url, const Download& file,
                                  const DownloadPatience& patience, const DownloadWatch& watch) {
  PartFile part(file.to);
  const std::uint64_t most = file.bytes > 0 ? file.bytes : most_bytes_of_a_file;
  bool resumed = part.size() > 0, begun_anew = false;
  std::uint64_t furthest = part.size();
  int left = patience.tries;
  std::chrono::milliseconds pause = patience.pause;
  for (;;) {
    // A part may be whole already: the machine stopped just then.
    const TransferResult result = part.size() == most ? TransferResult{TransferEnd::complete}
                                                      : transfer(url, part, most, patience, watch);
    if (result.end == TransferEnd::stopped) throw stopped(part);
    std::string reason = result.reason;
    if (result.end == TransferEnd::refused) {
      if (part.size() == 0) part.remove();
      return Trouble{reason};
    }
    if (result.end != TransferEnd::broken) {
      if (result.end == TransferEnd::complete) reason = difference(file, part);
      if (reason.empty()) {
        part.finish();
        return std::nullopt;
      }
      if (!resumed || begun_anew) {
        part.remove();
        return Trouble{reason, ExitCode::bad_input};
      }
      part.restart("");  // the older part may be what is wrong
      begun_anew = true;
      furthest = 0;
    }
    const bool progress = part.size() > furthest;
    left = progress ? patience.tries : left - 1;
    if (progress) pause = patience.pause;
    furthest = std::max(furthest, part.size());
    resumed = part.size() > 0;
    if (left <= 0) {
      if (!resumed) part.remove();
      return Trouble{reason +
                     (resumed ? fmt::format("; the {} bytes that came are kept, and the same command goes on "
                                            "from there",
                                            part.size())
                              : "")};
    }
    const auto next = std::max<std::chrono::milliseconds>(pause, result.retry_after);
    if (watch.retry)
      watch.retry(fmt::format("{}: {}; trying again in {}", url, reason,
                              duration(static_cast<double>(next.count()) / 1000)));
    wait(next, part, watch);
    pause = std::min(2 * pause, longest_pause);
  }
}

}  // namespace

bool download(const Download& file, const DownloadPatience& patience, const DownloadWatch& watch) {
  if (is_there(file.to)) {
    if (checksum_of(file.to, file.checksum.kind).hex == file.checksum.hex) return false;
    throw bad_input(
        "{}: expected the published file ({} {}), got another content: move it away to fetch it anew",
        file.to.string(), checksum_name(file.checksum.kind), file.checksum.hex);
  }
  std::vector<std::string> reasons;
  ExitCode code = ExitCode::failed;
  for (const std::string& url : file.urls) {
    const std::optional<Trouble> trouble = fetch_from(url, file, patience, watch);
    if (!trouble) return true;
    reasons.push_back(url + ": " + trouble->reason);
    code = trouble->code;
  }
  throw Error(code, "cannot fetch " + join(reasons, "\n  "));
}

}  // namespace tailor
