// Disclosure: what a corpus is, in the forms that others ask for, from its manifest alone
// (docs/formats/disclosure.md).
//
// Deterministic: no times, no machine; equal manifests and answers give equal bytes. What no
// manifest can know is a blank that says so, to be filled by a person (`answers`).
#ifndef CORPUS_DISCLOSURE_H_
#define CORPUS_DISCLOSURE_H_

#include <span>
#include <string>
#include <string_view>

#include "corpus/result.h"
#include "corpus/value.h"

namespace corpus::provenance {

struct DisclosureForm {
  std::string_view name;     // "croissant"
  std::string_view summary;  // one line
};
std::span<const DisclosureForm> disclosure_forms();

struct DisclosureOptions {
  bool unchecked_policy = false;  // tell of a corpus whose terms nobody checked; the text says so
  Value answers;                  // blank id -> text; null for none
};

// The blanks there are: id and what belongs there.
struct Blank {
  std::string_view id, what;
};
std::span<const Blank> disclosure_blanks();

// kInvalidArgument: an unknown form or blank, an unchecked corpus without the option, a corpus made
// without tags.lineage as its last stage, so that nobody knows what it is made of.
Result<std::string> disclose(const std::string& dir, std::string_view form,
                             const DisclosureOptions& options = {});

}  // namespace corpus::provenance

#endif  // CORPUS_DISCLOSURE_H_
