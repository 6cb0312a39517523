#include "tailor/data/image_set.h"

#include "data/files.h"

namespace tailor {
namespace {

using test::expect_error;

const ImageSet two{{1, 2, 1}, {1, 2, 3, 4}, {0, 2}, ""};

TEST(ImageSet, FitsItsShapeAndClasses) {
  check_images(two, {1, 2, 1}, 3, "the images");
  check_indices(two, std::vector<std::uint32_t>{1, 0, 1}, "the images");
}

TEST(ImageSet, WhatDoesNotFitIsSaid) {
  expect_error(ExitCode::bad_input, {"the images: ", "2x1x1", "1x2x1"}, [] {
    check_images(two, {2, 1, 1}, 3, "the images");
  });
  expect_error(ExitCode::bad_input, {"image 1", "from 0 to 1", "got 2"}, [] {
    check_images(two, {1, 2, 1}, 2, "the images");
  });
  ImageSet cut = two;
  cut.pixels = {1, 2, 3};
  expect_error(ExitCode::bad_input, {"4 bytes of pixels", "got 3"}, [&] {
    check_images(cut, {1, 2, 1}, 3, "the images");
  });
  expect_error(ExitCode::usage, {"validation", "from 0 to 1", "got 2"}, [] {
    check_indices(two, std::vector<std::uint32_t>{0, 2}, "validation");
  });
  expect_error(ExitCode::usage, {"at least one"}, [] { check_indices(two, {}, "validation"); });
}

}  // namespace
}  // namespace tailor
