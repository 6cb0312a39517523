#include "compare_parts.h"

#include <vector>

#include "data_options.h"
#include "tailor/data/shared_images_store.h"

namespace tailor {

SharedImages compare_validation(const Dataset& dataset, const ImageSet& images, const Split& split) {
  return account_shared_images().of_validation(images, split, dataset.fit(), progress_line("images"));
}

SharedImages compare_folds(const Dataset& dataset, const ImageSet& images, const Folds& folds) {
  std::vector<SharedImages> each;
  for (const Split& split : folds.splits) each.push_back(compare_validation(dataset, images, split));
  return all_folds(each);
}

SharedImages compare_test(const Dataset& dataset, const ImageSet& training, const ImageSet& test,
                          bool quiet) {
  return account_shared_images().of_test(training, test, dataset.fit(),
                                         quiet ? nullptr : progress_line("images"));
}

StudyData data_of(const RunDescription& run) {
  return {run.data,       run.data_hash,  run.train_images, run.validation_images,
          run.split_seed, run.split_hash, run.pictures,     run.folds};
}

}  // namespace tailor
