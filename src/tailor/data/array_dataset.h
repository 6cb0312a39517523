// NumPy arrays as a data set: an .npz, a folder of .npy files, or these files packed in a .zip or .tar.gz. Arrays are found
// by their names, in Keras' layout or in MedMNIST's:
//
//   x_train, y_train, x_val, y_val, x_test, y_test
//   train_images, train_labels, val_images, val_labels, test_images, test_labels
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tailor/data/file_dataset.h"
#include "tailor/data/pixel_buffer.h"

namespace tailor {

// Whether there are arrays: by the first bytes and names, without reading one.
bool is_array_source(const std::filesystem::path& path);

// Bad input unless there are training images and labels, each once. read_train() returns the validation images after the
// training images. The names of its classes, where they are known and as many as it has classes.
std::unique_ptr<FileDataset> open_array_dataset(const std::filesystem::path& path, std::string reference,
                                                PixelRoom room, std::vector<std::string> class_names = {});

}  // namespace tailor
