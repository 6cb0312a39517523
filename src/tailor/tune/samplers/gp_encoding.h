// Settings as rows of numbers between which a Gaussian process can measure distances. Used by the GP sampler.
#pragma once

#include <cstddef>
#include <vector>

#include "tailor/math/gaussian_process.h"
#include "tailor/tune/space/space.h"

namespace tailor {

// A numeric parameter is its position along its scale, 0 … 1; a category its index. Where a conditional one
// is inactive a number is in the middle and away from the line of active ones, at the same distance from both
// ends; a category is one more. A missing value (trial of an earlier space) is in the middle, or a category
// unlike all others.
class GpEncoding {
 public:
  explicit GpEncoding(const Space& space);  // which must outlive this object

  const GpShape& shape() const { return shape_; }
  std::size_t columns() const { return shape_.columns.size(); }
  // The column of parameter i's position or category.
  std::size_t column(std::size_t i) const { return column_[i]; }
  void append(const Assignment& setting, std::vector<double>& rows) const;

 private:
  const Space& space_;
  GpShape shape_;
  std::vector<std::size_t> column_;
};

}  // namespace tailor
