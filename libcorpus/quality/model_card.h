// MODEL.json: what stands beside a model that was trained here.
#ifndef CORPUS_QUALITY_MODEL_CARD_H_
#define CORPUS_QUALITY_MODEL_CARD_H_

#include <string>
#include <string_view>

#include "corpus/component.h"
#include "corpus/result.h"
#include "corpus/value.h"

namespace corpus::quality {

// What every card begins with: the kind of the model, the SHA-256 of its file, what was read.
Result<Value> begin_card(std::string_view kind, const std::string& model, const Value& input,
                         Scope scope);
// Writes `card` to MODEL.json and gives back its text.
Result<std::string> write_card(const Value& card, const std::string& model);

}  // namespace corpus::quality

#endif  // CORPUS_QUALITY_MODEL_CARD_H_
