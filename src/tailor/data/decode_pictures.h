// From a list of picture files to images of one size, through the account's cache: decoded once, in parallel, mapped
// from then on.
#pragma once

#include <cstddef>
#include <span>

#include "tailor/data/dataset.h"
#include "tailor/data/image_cache.h"
#include "tailor/data/sources/picture_list.h"

namespace tailor {

// The pictures of these parts, one after the other. The content's hash is over each file's SHA-256 and label, so it does
// not depend on where files lie or on options. Bad input if files cannot be read (unless options skip them), if sizes
// differ and options name none, or if there is no picture left.
ImagePack decode_pictures(const PictureList& list, std::span<const PicturePart> parts,
                          const PictureOptions& options, const ImageCache& cache,
                          const DecodingProgress& progress = nullptr);

}  // namespace tailor
