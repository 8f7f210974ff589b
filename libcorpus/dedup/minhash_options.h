// The options of dedup.minhash (schemas/dedup.minhash.json), resolved: presets and thresholds have
// become numbers.
#ifndef CORPUS_DEDUP_MINHASH_OPTIONS_H_
#define CORPUS_DEDUP_MINHASH_OPTIONS_H_

#include <memory>

#include "corpus/component.h"
#include "corpus/result.h"
#include "corpus/value.h"
#include "dedup/keep_rule.h"
#include "dedup/signature.h"

namespace corpus {

struct MinhashOptions {
  Scope scope = Scope::kText;
  bool per_turn = false;  // scope: turn (dedup/turn_drops.h)
  KeepRule keep;
  bool verify = false;
  double threshold = 0;  // of the computed similarity, with verify
  std::shared_ptr<const SignerFactory> signatures;
  // The options that decide the band keys, with what was not given filled in: equal for equal keys.
  Value identity;

  static Result<MinhashOptions> parse(const Value& options);
};

}  // namespace corpus

#endif  // CORPUS_DEDUP_MINHASH_OPTIONS_H_
