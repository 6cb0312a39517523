#include "data/pictures/golden_pictures.h"

#include <fstream>

#include <nlohmann/json.hpp>

#include "data/pictures/made_up.h"

namespace tailor::test {
namespace {

std::string from_base64(const std::string& text) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0, count = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = bits << 6 | static_cast<unsigned>(digits.find(c));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count);
  }
  return bytes;
}

Shape shape_of(const nlohmann::json& values) { return {values.at(0), values.at(1), values.at(2)}; }

Picture picture_of(const Shape& shape, const std::string& pixels) {
  if (pixels == "made_up") return made_up(shape.height, shape.width, shape.channels);
  const std::string bytes = from_base64(pixels);
  return {shape, {bytes.begin(), bytes.end()}};
}

}  // namespace

const GoldenPictures& golden_pictures() {
  static const GoldenPictures golden = [] {
    std::ifstream file(TAILOR_SOURCE_DIR "/tests/data/pictures/golden.json");
    const nlohmann::json json = nlohmann::json::parse(file);
    GoldenPictures result{json.at("ground"), {}, {}};
    for (const nlohmann::json& item : json.at("files"))
      result.files.push_back({item.at("name"), from_base64(item.at("file")), item.at("levels"),
                              picture_of(shape_of(item.at("shape")), item.at("pixels"))});
    for (const nlohmann::json& item : json.at("fits"))
      result.fits.push_back({shape_of(item.at("shape")), fit_named(item.at("fit").get<std::string>()).value(),
                             picture_of(shape_of(item.at("to")), item.at("pixels"))});
    return result;
  }();
  return golden;
}

}  // namespace tailor::test
