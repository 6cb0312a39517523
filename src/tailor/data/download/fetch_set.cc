#include "tailor/data/download/fetch_set.h"

#include <system_error>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/folder_lock.h"
#include "tailor/base/memory.h"

namespace tailor {
namespace {

std::string address_of(const std::string& from, const std::string& file) {
  if (from.find("://") == std::string::npos)
    throw usage_error("--from: expected an address such as https://host/folder, got '{}'", from);
  const std::string path = from.substr(0, from.find_first_of("?#"));
  if (path.ends_with("/" + file)) return from;
  return from + (from.ends_with('/') ? "" : "/") + file;
}

std::uint64_t bytes_here(const std::filesystem::path& file) {
  for (const std::string end : {"", ".part"}) {
    std::error_code code;
    const std::uintmax_t size = std::filesystem::file_size(file.string() + end, code);
    if (!code) return size;
  }
  return 0;
}

void check_room(const FetchPlan& plan) {
  std::uint64_t here = 0;
  for (const Download& file : plan.files) here += bytes_here(file.to);
  std::error_code code;
  const std::filesystem::space_info room = std::filesystem::space(plan.folder, code);
  if (!code && plan.bytes > here && room.available < plan.bytes - here)
    throw failure("{}: {} more are needed, but the disk has only {} left: give another folder by --to",
                  plan.folder.string(), bytes_text(plan.bytes - here), bytes_text(room.available));
}

int fetch_files(const FetchPlan& plan, const DownloadPatience& patience, const FetchWatch& watch) {
  std::uint64_t before = 0;
  int fetched = 0;
  for (const Download& file : plan.files) {
    const DownloadWatch own{.progress =
                                [&](std::uint64_t bytes) {
                                  if (watch.progress)
                                    watch.progress(before + bytes, file.to.filename().string());
                                },
                            .retry = watch.retry,
                            .stop = watch.stop};
    fetched += download(file, patience, own);
    before += bytes_here(file.to);
  }
  return fetched;
}

}  // namespace

FetchPlan plan_fetch(const PublishedSet& set, const std::filesystem::path& folder,
                     const std::optional<std::string>& from, const DownloadPatience& patience) {
  FetchPlan plan{folder, {}, 0};
  bool known = true;
  for (const PublishedFile& file : set.files) {
    Download each{file.urls, folder / file.name, file.bytes, file.checksum};
    if (from) each.urls = {address_of(*from, file.name)};
    std::optional<std::uint64_t> bytes = file.bytes;
    if (file.bytes == 0) bytes = size_at(each.urls.front(), patience);
    known = known && bytes;
    plan.bytes += bytes.value_or(0);
    plan.files.push_back(std::move(each));
  }
  if (!known) plan.bytes = 0;
  return plan;
}

int fetch(const FetchPlan& plan, const DownloadPatience& patience, const FetchWatch& watch) {
  const bool is_new = !is_there(plan.folder);
  make_folder(plan.folder);
  try {
    const FolderLock lock(plan.folder);
    check_room(plan);
    return fetch_files(plan, patience, watch);
  } catch (...) {
    std::error_code ignored;
    if (is_new) std::filesystem::remove(plan.folder, ignored);  // unless there is something in it
    throw;
  }
}

}  // namespace tailor
