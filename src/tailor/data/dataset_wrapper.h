// A data set that is another one, but for what a class derived from this does otherwise.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tailor/data/dataset.h"

namespace tailor {

class DatasetWrapper : public Dataset {
 public:
  explicit DatasetWrapper(std::unique_ptr<Dataset> dataset) : dataset_(std::move(dataset)) {}

  std::string name() const override { return dataset_->name(); }
  std::string location() const override { return dataset_->location(); }
  std::string reference() const override { return dataset_->reference(); }
  int classes() const override { return dataset_->classes(); }
  std::vector<std::string> class_names() const override { return dataset_->class_names(); }
  bool has_test() const override { return dataset_->has_test(); }
  ImageSet read_train() const override { return dataset_->read_train(); }
  ImageSet read_test() const override { return dataset_->read_test(); }
  void check_test(const Shape& shape) const override { dataset_->check_test(shape); }
  std::optional<Fit> fit() const override { return dataset_->fit(); }
  std::vector<std::string> left_out() const override { return dataset_->left_out(); }

 protected:
  const Dataset& wrapped() const { return *dataset_; }

 private:
  const std::unique_ptr<Dataset> dataset_;
};

}  // namespace tailor
