#include "json/index.h"

#include <simdjson.h>

#include <algorithm>
#include <new>

namespace corpus::json {

struct Index::Parser {
  simdjson::dom::parser dom;
};

Index::Index() : parser_(std::make_unique<Parser>()) {}
Index::~Index() = default;
Index::Index(Index&&) noexcept = default;
Index& Index::operator=(Index&&) noexcept = default;

std::string_view name(Fault fault) {
  static constexpr std::string_view kNames[] = {
      "",        "json",     "utf8",     "control",    "escape",       "number",
      "literal", "too_deep", "trailing", "not_object", "duplicate_key"};
  return kNames[static_cast<int>(fault)];
}

Fault Index::build(const char* text, std::size_t size) {
  auto& stage = parser_->dom.implementation;
  if (stage == nullptr || stage->capacity() < size) {
    // Twice what is needed, so that growing lines do not allocate one by one. The depth only sizes
    // memory of the second stage, which is not used.
    std::size_t capacity = std::max(size + size / 2, std::size_t{1} << 16);
    stage.reset();
    if (simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, 1,
                                                                                stage)) {
      throw std::bad_alloc();
    }
  }
  switch (stage->stage1(reinterpret_cast<const std::uint8_t*>(text), size,
                        simdjson::stage1_mode::regular)) {
    case simdjson::SUCCESS:
      break;
    case simdjson::UTF8_ERROR:
      return Fault::kUtf8;
    case simdjson::UNESCAPED_CHARS:
      return Fault::kControl;
    default:
      return Fault::kJson;
  }
  std::uint32_t* end = &stage->structural_indexes[stage->n_structural_indexes];
  end[0] = end[1] = static_cast<std::uint32_t>(size);
  return Fault::kNone;
}

const std::uint32_t* Index::tokens() const {
  return parser_->dom.implementation->structural_indexes.get();
}

void Index::release_above(std::size_t bytes) {
  auto& stage = parser_->dom.implementation;
  if (stage != nullptr && stage->capacity() * sizeof(std::uint32_t) > bytes) stage.reset();
}

}  // namespace corpus::json
