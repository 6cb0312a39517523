// Places in the maps of the plain references.
#pragma once

#include <cstddef>

namespace tailor::kernels::reference {

// Where a value lies in a map of height x `columns` x `channels`, channels innermost.
inline std::size_t map_index(int row, int column, int channel, int columns, int channels) {
  return (static_cast<std::size_t>(row) * columns + column) * channels + channel;
}

}  // namespace tailor::kernels::reference
