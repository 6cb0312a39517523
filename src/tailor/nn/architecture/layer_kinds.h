// The one table of layer kinds and their attributes. The reader, the canonical writer, the fingerprint and
// the reference tables in docs/architecture-files.md all walk it, so a new attribute is one row here.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tailor/nn/architecture/architecture.h"

namespace tailor {

// How an attribute is written in TOML.
enum class AttributeForm {
  count,             // whole number
  count_or_classes,  // whole number, or "classes": as many as the data have classes
  extent,            // whole number for a square, or [height, width]
  steps,             // the same, and written as one number where both are equal
  padding,  // whole number for every side, [height, width], [top, left, bottom, right], "same" (same_padding)
            // or "valid" (0)
  boolean,
  real,
};

struct Attribute {
  const char* key;
  AttributeForm form;
  std::variant<int Layer::*, double Layer::*, bool Layer::*> member;
  std::vector<int Layer::*> others = {};  // the width after the height; left, bottom, right after the top
  double minimum = 0, maximum = 1;
  bool below_maximum = false;  // the maximum itself is excluded
  double fallback = 0;         // the value if the key is missing; see required
  bool required = false;
  bool meaning = true;  // part of the fingerprint
  bool quiet = false;   // came later: written only where it is not the default, so that fingerprints stay
  const char* effect;
};

// A pool's stride that was left out: as large as its window.
inline constexpr int stride_of_window = 0;

// Rows or columns, of windows and what they are moved and padded by.
inline constexpr int largest_extent = 1024;

// How a file says what a layer reads.
enum class Wiring {
  one,        // `input`, or nothing: the layer before
  unordered,  // `inputs`: two or more different layers, whose order means nothing and is sorted
  ordered,    // `inputs`: two or more layers in the file's order
};

struct KindInfo {
  LayerKind kind;
  const char* name;       // in files
  const char* effect;     // for the documentation
  bool takes_activation;  // `activation = "relu"` puts a layer of that kind behind it
  std::vector<Attribute> attributes;
  Wiring wiring = Wiring::one;
  bool activation = false;      // `activation = …` may name it
  const char* alias = nullptr;  // another name that files may use

  const Attribute* attribute(std::string_view key) const;
};

std::span<const KindInfo> layer_kinds();  // in the order of LayerKind
const KindInfo& kind_info(LayerKind kind);

bool is_activation(LayerKind kind);
bool has_several_inputs(LayerKind kind);

// Whether the canonical file and the fingerprint name it.
bool is_written(const Attribute& attribute, const Layer& layer);

// "24" or "0.25" or "true"; an extent as "[3, 3]"; a padding as "1", "[1, 0]" or "[0, 0, 1, 1]". Also valid JSON.
std::string attribute_text(const Attribute& attribute, const Layer& layer);

// The attributes' reference as Markdown tables, for docs/architecture-files.md.
std::string layer_reference();

}  // namespace tailor
