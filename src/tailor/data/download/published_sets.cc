#include "tailor/data/download/published_sets.h"

#include <array>
#include <span>

#include <fmt/format.h>

#include "tailor/base/text.h"

namespace tailor {
namespace {

struct PublishedHash {
  const char* file;
  std::uint64_t bytes;
  const char* sha256;
};

// Sizes and SHA-256s as TensorFlow Datasets publishes them (tensorflow_datasets/url_checksums). MNIST's own
// addresses, the same files: torchvision/datasets/mnist.py.
std::vector<PublishedFile> sha256_files(std::span<const PublishedHash> hashes,
                                        const std::vector<std::string>& hosts) {
  std::vector<PublishedFile> files;
  for (const PublishedHash& each : hashes) {
    PublishedFile file{each.file, {}, each.bytes, {ChecksumKind::sha256, each.sha256}};
    for (const std::string& host : hosts) file.urls.push_back(host + each.file);
    files.push_back(std::move(file));
  }
  return files;
}

PublishedSet fashion_mnist() {
  static constexpr PublishedHash hashes[] = {
      {"train-images-idx3-ubyte.gz", 26421880,
       "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"},
      {"train-labels-idx1-ubyte.gz", 29515,
       "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"},
      {"t10k-images-idx3-ubyte.gz", 4422102,
       "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"},
      {"t10k-labels-idx1-ubyte.gz", 5148,
       "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"}};
  return {"fashion-mnist",
          "Fashion-MNIST: 70,000 grey images of 28x28 in 10 classes of clothes",
          "MIT",
          "Xiao, Rasul, Vollgraf: Fashion-MNIST, arXiv:1708.07747, 2017",
          "https://github.com/zalandoresearch/fashion-mnist",
          sha256_files(hashes, {"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"}),
          {}};
}

PublishedSet mnist() {
  static constexpr PublishedHash hashes[] = {
      {"train-images-idx3-ubyte.gz", 9912422,
       "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"},
      {"train-labels-idx1-ubyte.gz", 28881,
       "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"},
      {"t10k-images-idx3-ubyte.gz", 1648877,
       "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"},
      {"t10k-labels-idx1-ubyte.gz", 4542,
       "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"}};
  return {"mnist",
          "MNIST: 70,000 grey images of 28x28 in 10 classes of digits",
          "CC BY-SA 3.0",
          "LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition, 1998",
          "http://yann.lecun.com/exdb/mnist/",
          sha256_files(hashes, {"https://storage.googleapis.com/cvdf-datasets/mnist/",
                                "https://ossci-datasets.s3.amazonaws.com/mnist/"}),
          {}};
}

PublishedSet kmnist() {
  static constexpr PublishedHash hashes[] = {
      {"train-images-idx3-ubyte.gz", 18165135,
       "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"},
      {"train-labels-idx1-ubyte.gz", 29497,
       "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"},
      {"t10k-images-idx3-ubyte.gz", 3041136,
       "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"},
      {"t10k-labels-idx1-ubyte.gz", 5120,
       "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"}};
  return {"kmnist",
          "Kuzushiji-MNIST: 70,000 grey images of 28x28 in 10 classes of characters",
          "CC BY-SA 4.0",
          "Clanuwat et al.: Deep Learning for Classical Japanese Literature, arXiv:1812.01718, 2018",
          "https://github.com/rois-codh/kmnist",
          sha256_files(hashes, {"http://codh.rois.ac.jp/kmnist/dataset/kmnist/"}),
          {"o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"}};
}

PublishedSet cifar(int classes) {
  static constexpr PublishedHash hashes[] = {
      {"cifar-10-binary.tar.gz", 170052171,
       "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"},
      {"cifar-100-binary.tar.gz", 168513733,
       "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"}};
  const std::string number = std::to_string(classes);
  return {"cifar" + number,
          "CIFAR-" + number + ": 60,000 colour images of 32x32 in " + number + " classes",
          "none stated; its authors ask to be cited",
          "Krizhevsky: Learning Multiple Layers of Features from Tiny Images, 2009",
          "https://www.cs.toronto.edu/~kriz/cifar.html",
          sha256_files(std::span(hashes).subspan(classes == 10 ? 0 : 1, 1),
                       {"https://www.cs.toronto.edu/~kriz/"}),
          {}};
}

// The sets of MedMNIST with one label for each image and two dimensions. MD5s, of 28, 64, 128 and 224 pixels, and classes
// from medmnist/info.py of MedMNIST 3.0.2; sizes are not published there.
struct MedMnistSet {
  const char *name, *what;
  int images;
  std::array<const char*, 4> md5;
  std::vector<std::string> class_names;
};

const std::vector<MedMnistSet>& med_mnist_sets() {
  static const std::vector<std::string> organs = {"bladder",     "femur-left",   "femur-right", "heart",
                                                  "kidney-left", "kidney-right", "liver",       "lung-left",
                                                  "lung-right",  "pancreas",     "spleen"};
  static const std::vector<MedMnistSet> sets = {
      {"pathmnist",
       "colon pathology",
       107180,
       {"a8b06965200029087d5bd730944a56c1", "55aa9c1e0525abe5a6b9d8343a507616",
        "ac42d08fb904d92c244187169d1fd1d9", "2c51a510bcdc9cf8ddb2af93af1eadec"},
       {"adipose", "background", "debris", "lymphocytes", "mucus", "smooth muscle", "normal colon mucosa",
        "cancer-associated stroma", "colorectal adenocarcinoma epithelium"}},
      {"dermamnist",
       "dermatoscope images",
       10015,
       {"0744692d530f8e62ec473284d019b0c7", "b70a2f5635c6199aeaa28c31d7202e1f",
        "2defd784463fa5243564e855ed717de1", "8974907d8e169bef5f5b96bc506ae45d"},
       {"actinic keratoses and intraepithelial carcinoma", "basal cell carcinoma",
        "benign keratosis-like lesions", "dermatofibroma", "melanoma", "melanocytic nevi",
        "vascular lesions"}},
      {"octmnist",
       "retinal tomographs",
       109309,
       {"c68d92d5b585d8d81f7112f81e2d0842", "e229e9440236b774d9f0dfef9d07bdaf",
        "0a97e76651ace45c5d943ee3f65b63ae", "abc493b6d529d5de7569faaef2773ba3"},
       {"choroidal neovascularization", "diabetic macular edema", "drusen", "normal"}},
      {"pneumoniamnist",
       "chest X-rays",
       5856,
       {"28209eda62fecd6e6a2d98b1501bb15f", "8f4eceb4ccffa70c672198ea285246c6",
        "05b46931834c231683c68f40c47b2971", "d6a3c71de1b945ea11211b03746c1fe1"},
       {"normal", "pneumonia"}},
      {"retinamnist",
       "fundus photographs",
       1600,
       {"bd4c0672f1bba3e3a89f0e4e876791e4", "afda852cc34dcda56f86ad2b2457dbcc",
        "e48e916a24454daf90583d4e6efb1a18", "eae7e3b6f3fcbda4ae613ebdcbe35348"},
       {}},
      {"breastmnist",
       "breast ultrasound",
       780,
       {"750601b1f35ba3300ea97c75c52ff8f6", "742edef2a1fd1524b2efff4bd7ba9364",
        "363e4b3f8d712e9b5de15470a2aaadf1", "b56378a6eefa9fed602bb16d192d4c8b"},
       {"malignant", "normal, benign"}},
      {"bloodmnist",
       "blood cells",
       17092,
       {"7053d0359d879ad8a5505303e11de1dc", "2b94928a2ae4916078ca51e05b6b800b",
        "adace1e0ed228fccda1f39692059dd4c", "b718ff6835fcbdb22ba9eacccd7b2601"},
       {"basophil", "eosinophil", "erythroblast",
        "immature granulocytes (myelocytes, metamyelocytes and promyelocytes)", "lymphocyte", "monocyte",
        "neutrophil", "platelet"}},
      {"tissuemnist",
       "kidney cells",
       236386,
       {"ebe78ee8b05294063de985d821c1c34b", "123ece2eba09d0aa5d698fda57103344",
        "61b955355d7425a89687b06cca3ce0c2", "b077128c4a949f0a4eb01517f9037b9c"},
       {"Collecting Duct, Connecting Tubule", "Distal Convoluted Tubule", "Glomerular endothelial cells",
        "Interstitial endothelial cells", "Leukocytes", "Podocytes", "Proximal Tubule Segments",
        "Thick Ascending Limb"}},
      {"organamnist",
       "abdominal CT, axial",
       58830,
       {"68e3f8846a6bd62f0c9bf841c0d9eacc", "2dcccc29b88e6da5a01161ef20cda288",
        "eeae80d0a227a8d099027e1b3cfd3b60", "50747347e05c87dd3aaf92c49f9f3170"},
       organs},
      {"organcmnist",
       "abdominal CT, coronal",
       23583,
       {"b9ceb9546e10131b32923c5bbeaea2b1", "3ce34a8724ea6f548e6db4744d03b6a9",
        "773c1f009daa3fe5d9a2a201b2a7ed94", "050f5e875dc056f6768abf94ec9995d1"},
       organs},
      {"organsmnist",
       "abdominal CT, sagittal",
       25211,
       {"9ab87b696fb54e2a387ebe992d6ed5f1", "53a6d115339d874c25e309a994ff46d3",
        "ded0c5fa01a95dc4978b956f613e9b8e", "b354719e553fbbb2513d5533f52a4cb1"},
       organs},
  };
  return sets;
}

std::optional<PublishedSet> med_mnist(std::string_view name) {
  constexpr std::array<std::string_view, 4> editions = {"", "_64", "_128", "_224"};
  constexpr std::array<int, 4> sides = {28, 64, 128, 224};
  for (const MedMnistSet& set : med_mnist_sets())
    for (std::size_t e = 0; e < editions.size(); ++e) {
      const std::string edition = set.name + std::string(editions[e]);
      if (name != edition) continue;
      const std::string file = edition + ".npz";
      return PublishedSet{
          "medmnist:" + edition,
          fmt::format("{}: {} images of {}x{}, {}", edition, with_thousands(set.images), sides[e], sides[e],
                      set.what),
          std::string_view(set.name) == "dermamnist" ? "CC BY-NC 4.0 (no commercial use)" : "CC BY 4.0",
          "Yang et al.: MedMNIST v2, Scientific Data 10:41, 2023",
          "https://medmnist.com",
          {{file,
            {"https://zenodo.org/records/10519652/files/" + file + "?download=1"},
            0,
            {ChecksumKind::md5, set.md5[e]}}},
          set.class_names};
    }
  return std::nullopt;
}

constexpr std::string_view med_mnist_prefix = "medmnist:";

}  // namespace

std::optional<PublishedSet> find_published_set(std::string_view name) {
  if (name == "fashion-mnist") return fashion_mnist();
  if (name == "mnist") return mnist();
  if (name == "kmnist") return kmnist();
  if (name == "cifar10") return cifar(10);
  if (name == "cifar100") return cifar(100);
  if (name.starts_with(med_mnist_prefix)) return med_mnist(name.substr(med_mnist_prefix.size()));
  return std::nullopt;
}

std::vector<std::string> published_set_names() {
  std::vector<std::string> names = {"fashion-mnist", "mnist", "kmnist", "cifar10", "cifar100"};
  for (const MedMnistSet& set : med_mnist_sets()) names.push_back(std::string(med_mnist_prefix) + set.name);
  return names;
}

std::filesystem::path published_folder(const PublishedSet& set) {
  const std::string_view name = set.name;
  if (!name.starts_with(med_mnist_prefix)) return name;
  return std::filesystem::path("medmnist") / name.substr(med_mnist_prefix.size());
}

}  // namespace tailor
