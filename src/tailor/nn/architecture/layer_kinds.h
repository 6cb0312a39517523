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
  padding,  // whole number, "same" (keeps the size; stride 1 and an odd square kernel) or "valid" (0)
  boolean,
  real,
};

struct Attribute {
  const char* key;
  AttributeForm form;
  std::variant<int Layer::*, double Layer::*, bool Layer::*> member;
  int Layer::*second = nullptr;  // extent: the width, beside the height
  double minimum = 0, maximum = 1;
  bool below_maximum = false;  // the maximum itself is excluded
  double fallback = 0;         // the value if the key is missing; see required
  bool required = false;
  bool meaning = true;  // part of the fingerprint
  const char* effect;
};

// A pool's stride that was left out: as large as its window.
inline constexpr int stride_of_window = 0;

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

// "24" or "0.25" or "true"; an extent as "[3, 3]".
std::string attribute_text(const Attribute& attribute, const Layer& layer);

// The attributes' reference as Markdown tables, for docs/architecture-files.md.
std::string layer_reference();

}  // namespace tailor
