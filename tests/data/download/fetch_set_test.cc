#include "tailor/data/download/fetch_set.h"

#include <set>

#include "data/arrays/array_files.h"
#include "data/download/http_server.h"
#include "tailor/base/file.h"
#include "tailor/base/hash.h"
#include "tailor/data/dataset.h"

namespace tailor {
namespace {

using test::expect_error;
using test::HttpRequest;
using test::HttpServer;

TEST(PublishedSets, AreWhole) {
  std::set<std::string> names;
  std::vector<std::string> all = published_set_names();
  all.insert(all.end(), {"medmnist:bloodmnist_64", "medmnist:dermamnist_224"});
  for (const std::string& name : all) {
    const std::optional<PublishedSet> set = find_published_set(name);
    ASSERT_TRUE(set) << name;
    EXPECT_EQ(set->name, name);
    EXPECT_TRUE(names.insert(published_folder(*set).string()).second) << name;
    EXPECT_FALSE(set->licence.empty() || set->citation.empty() || set->page.empty() || set->files.empty())
        << name;
    for (const PublishedFile& file : set->files) {
      EXPECT_EQ(file.checksum.hex.size(), file.checksum.kind == ChecksumKind::md5 ? 32u : 64u) << file.name;
      EXPECT_EQ(file.checksum.hex.find_first_not_of("0123456789abcdef"), std::string::npos) << file.name;
      for (const std::string& url : file.urls) EXPECT_THAT(url, testing::HasSubstr("/" + file.name));
    }
  }
  EXPECT_THAT(find_published_set("medmnist:dermamnist")->licence, testing::HasSubstr("no commercial use"));
  for (const char* name :
       {"", "cifar", "medmnist:", "medmnist:chestmnist", "medmnist:pathmnist_32", "CIFAR10"})
    EXPECT_FALSE(find_published_set(name)) << name;
}

class FetchedSet : public testing::Test {
 protected:
  FetchedSet() { ::setenv("no_proxy", "127.0.0.1", 1); }

  PublishedFile published(const std::string& name, const std::string& content, std::uint64_t bytes) {
    contents_["/mirror/" + name] = content;
    return {name, {"http://127.0.0.1:1/" + name}, bytes, {ChecksumKind::sha256, sha256(content)}};
  }

  std::map<std::string, std::string> contents_;
  const test::TemporaryFolder folder_;
  const DownloadPatience patience_{
      .tries = 2, .pause = std::chrono::milliseconds(1), .stall = std::chrono::seconds(2)};
  const HttpServer mirror_{[this](const HttpRequest& request) {
    const auto found = contents_.find(request.target);
    if (found == contents_.end()) return test::http_answer("404 Not Found", "", "");
    const std::string answer = test::honest_answer(request, found->second);
    return request.method == "HEAD" ? test::cut(answer, 0) : answer;
  }};
};

TEST_F(FetchedSet, ComesFromAMirrorAndIsKept) {
  const std::string first = test::idx_images(12, 4, 6), second = test::idx_labels(12, 3);
  PublishedSet set{"made-up", "", "", "", "", {}, {}};
  set.files = {published("train-images-idx3-ubyte", first, first.size()),
               published("train-labels-idx1-ubyte", second, 0)};
  const std::filesystem::path place = folder_.path() / "new" / "made-up";
  const FetchPlan plan = plan_fetch(set, place, mirror_.url("/mirror"), patience_);
  EXPECT_EQ(plan.bytes, first.size() + second.size());  // one of them as the server says
  EXPECT_FALSE(std::filesystem::exists(place));
  std::uint64_t last = 0;
  EXPECT_EQ(
      fetch(plan, patience_, {.progress = [&](std::uint64_t bytes, const std::string&) { last = bytes; }}),
      2);
  EXPECT_EQ(last, plan.bytes);
  EXPECT_EQ(open_dataset(place.string())->read_train().count(), 12u);
  const std::size_t requests = mirror_.requests().size();
  EXPECT_EQ(fetch(plan, patience_, {}), 0);
  EXPECT_EQ(mirror_.requests().size(), requests);
  std::filesystem::remove(place / "train-labels-idx1-ubyte");
  EXPECT_EQ(fetch(plan, patience_, {}), 1);
}

TEST_F(FetchedSet, TakesTheAddressOfAnOnlyFile) {
  PublishedSet set{"made-up", "", "", "", "", {published("set.npz", "content", 7)}, {}};
  const auto url = [&](const std::string& from) {
    return plan_fetch(set, folder_.path(), from, patience_).files.at(0).urls.at(0);
  };
  EXPECT_EQ(url("http://host/a/set.npz?download=1"), "http://host/a/set.npz?download=1");
  EXPECT_EQ(url("http://host/a/"), "http://host/a/set.npz");
  EXPECT_EQ(url("http://host/a"), "http://host/a/set.npz");
  expect_error(ExitCode::usage, {"--from", "'here'"}, [&] { url("here"); });
  EXPECT_EQ(plan_fetch(set, folder_.path(), std::nullopt, patience_).files[0].urls, set.files[0].urls);
}

TEST_F(FetchedSet, AsksForRoomFirst) {
  PublishedSet set{"made-up", "", "", "", "", {published("set.npz", "content", std::uint64_t{1} << 55)}, {}};
  const FetchPlan plan = plan_fetch(set, folder_.path(), mirror_.url("/mirror"), patience_);
  expect_error(ExitCode::failed, {folder_.path().string(), "the disk has only", "--to"},
               [&] { fetch(plan, patience_, {}); });
  EXPECT_TRUE(mirror_.requests().empty());
}

// Data sets by name, where data get puts them.
TEST_F(FetchedSet, IsOpenedByName) {
  const auto open = [&](const std::string& name) {
    return open_dataset(name, {.installed = folder_.path() / "none", .fetched = folder_.path()});
  };
  expect_error(ExitCode::bad_input, {"data set kmnist", "tailor data get kmnist"}, [&] { open("kmnist"); });
  expect_error(ExitCode::bad_input,
               {"tailor data get fashion-mnist", "apt-get install dataset-fashion-mnist"},
               [&] { open("fashion-mnist"); });
  expect_error(ExitCode::bad_input, {"tailor data get medmnist:pathmnist"},
               [&] { open("medmnist:pathmnist"); });
  expect_error(ExitCode::usage, {"did you mean 'cifar10'"}, [&] { open("cifar-10"); });

  std::filesystem::create_directories(folder_.path() / "kmnist");
  for (const char* name : {"train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz"})
    folder_.write("kmnist/" + std::string(name), test::gzip(test::idx_images(20, 4, 6)));
  for (const char* name : {"train-labels-idx1-ubyte.gz", "t10k-labels-idx1-ubyte.gz"})
    folder_.write("kmnist/" + std::string(name), test::gzip(test::idx_labels(20, 10)));
  const auto kmnist = open("kmnist");
  EXPECT_EQ(kmnist->name(), "kmnist");
  EXPECT_EQ(kmnist->reference(), "kmnist");
  EXPECT_EQ(kmnist->class_names()[2], "su");

  std::filesystem::create_directories(folder_.path() / "medmnist/pneumoniamnist");
  folder_.write("medmnist/pneumoniamnist/pneumoniamnist.npz",
                test::packed({{"train_images.npy", test::npy_images(4, "2, 2", 4)},
                              {"train_labels.npy", test::npy("|u1", "4, 1", std::string("\0\1\0\1", 4))}},
                             test::Packing::zip));
  const auto pneumonia = open("medmnist:pneumoniamnist");
  EXPECT_EQ(pneumonia->name(), "pneumoniamnist");
  EXPECT_EQ(pneumonia->class_names(), (std::vector<std::string>{"normal", "pneumonia"}));
}

}  // namespace
}  // namespace tailor
