// The images that `tailor tune` trains on and validates with, as JSON: so that a peer measures with the same
// ones. With others the same accuracy may be a few tenths of a point harder to reach.
//
//   split 40000:20000
#include "tailor/data/split.h"

#include <cstdio>
#include <exception>

#include <nlohmann/json.hpp>

#include "tailor/base/error.h"
#include "tailor/data/dataset.h"
#include "tailor/tune/files/study_file.h"

int main(int argc, char** argv) {
  try {
    if (argc != 2) throw tailor::usage_error("usage: split TRAIN:VALIDATION");
    const tailor::ImageSet images = tailor::open_dataset("fashion-mnist")->read_train();
    const auto [train, validation] = tailor::split_sizes(argv[1], images.count(), "split");
    const tailor::StudyFile defaults;
    const tailor::Split split =
        tailor::stratified_split(images.labels, train, validation, defaults.split_seed);
    const nlohmann::json parts = {{"train", split.train}, {"validation", split.validation}};
    std::printf("%s\n", parts.dump().c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
