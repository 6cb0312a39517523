// A folder of pictures with a sub-folder for each class, as most people keep them: CLASS/…/PICTURE, or the same
// below train/, validation/ (val, valid) and test/. Pictures lie at any depth within their class.
//
// Left alone: hidden files and folders, __MACOSX, Thumbs.db and the like, and files that are no pictures by their name
// ("labels.txt") or, where that does not tell ("0001", "0001.dat"), by their first bytes. Links are followed.
#pragma once

#include <filesystem>

#include "tailor/data/sources/picture_list.h"

namespace tailor {

// Whether there are pictures, in class folders or not; looks no further than it must.
bool is_picture_folder(const std::filesystem::path& path);

// Bad input: class folders beside train/, a class folder without pictures, a test class that has no training pictures,
// links in a circle, names that are not UTF-8, pictures beside the class folders, train/ and test/ within classes.
PictureList list_picture_folder(const std::filesystem::path& folder);

}  // namespace tailor
