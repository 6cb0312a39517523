// CIFAR-10 and CIFAR-100 as published (https://www.cs.toronto.edu/~kriz/cifar.html): the binary form or the Python form,
// whose pickles are read without running anything; unpacked, or the .tar.gz as it was downloaded. Of CIFAR-100, the
// 100 fine labels are the classes; the 20 coarse ones are passed over.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "tailor/data/file_dataset.h"
#include "tailor/data/pixel_buffer.h"

namespace tailor {

// Whether it is the .tar.gz, the unpacked folder, or a folder that has either: by names, without reading a file.
bool is_cifar_source(const std::filesystem::path& path);

// A missing batch is bad input. All forms give the same images with the same hash.
std::unique_ptr<FileDataset> open_cifar_dataset(const std::filesystem::path& path, std::string reference,
                                                PixelRoom room);

}  // namespace tailor
