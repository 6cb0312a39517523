// The bytes of a set's images: never changed, and shared by copies, so that handing a set on costs nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <vector>

#include "tailor/base/mapped_file.h"

namespace tailor {

class Pixels {
 public:
  using value_type = std::uint8_t;
  using const_iterator = std::span<const std::uint8_t>::iterator;

  Pixels() = default;
  // In memory.
  Pixels(std::vector<std::uint8_t> bytes)  // NOLINT(google-explicit-constructor): they are the same thing
      : Pixels(std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes))) {}
  Pixels(std::initializer_list<std::uint8_t> bytes) : Pixels(std::vector<std::uint8_t>(bytes)) {}
  // A part of a file, which stays mapped as long as there are pixels of it.
  Pixels(std::shared_ptr<const MappedFile> file, std::size_t offset, std::size_t size)
      : bytes_(file->bytes().subspan(offset, size)), owner_(std::move(file)) {}

  operator std::span<const std::uint8_t>() const { return bytes_; }  // NOLINT(google-explicit-constructor)
  std::span<const std::uint8_t> subspan(std::size_t offset, std::size_t size) const {
    return bytes_.subspan(offset, size);
  }
  std::size_t size() const { return bytes_.size(); }
  const std::uint8_t* data() const { return bytes_.data(); }
  const_iterator begin() const { return bytes_.begin(); }
  const_iterator end() const { return bytes_.end(); }
  std::uint8_t operator[](std::size_t i) const { return bytes_[i]; }

 private:
  explicit Pixels(std::shared_ptr<const std::vector<std::uint8_t>> bytes)
      : bytes_(*bytes), owner_(std::move(bytes)) {}

  std::span<const std::uint8_t> bytes_;
  std::shared_ptr<const void> owner_;
};

}  // namespace tailor
