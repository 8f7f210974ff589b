// The content id: XXH3-128 over the normalised turns of a record.
//
// Normalisation: NFC, CRLF and CR become LF, white space at both ends of a turn removed. Nothing
// else: case, punctuation and inner white space carry meaning in code and prose. Turns that are
// empty after it do not count; each turn is hashed with its role class, so that a question and the
// same text as an answer differ. Equal conversations under other field names get equal keys.
#ifndef CORPUS_TEXT_CONTENT_KEY_H_
#define CORPUS_TEXT_CONTENT_KEY_H_

#include <span>
#include <string>
#include <string_view>

#include "corpus/batch.h"
#include "corpus/component.h"
#include "corpus/record.h"

namespace corpus::text {

// `text` normalised as above: a view of `text` itself when nothing but trimming is needed, else of
// `scratch`.
std::string_view normalise(std::string_view text, std::string& scratch);

// {0,0} when the scope holds no text. `scratch` only saves allocations.
Key128 content_key(std::span<const Turn> turns, Scope scope, std::string& scratch);

}  // namespace corpus::text

#endif  // CORPUS_TEXT_CONTENT_KEY_H_
