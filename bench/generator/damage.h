// Damage: turns a clean conversation into one of the things that a curator looks for.
#ifndef CORPUS_BENCH_GENERATOR_DAMAGE_H_
#define CORPUS_BENCH_GENERATOR_DAMAGE_H_

#include "conversation.h"
#include "plan.h"

namespace corpus::demo {

// Stands for an unpaired surrogate inside a text: this byte never occurs in UTF-8. render.cc writes
// it as \ud83d in JSON.
constexpr char kLoneSurrogate = '\xff';

void damage(Label label, std::uint64_t seed, Rng& rng, Conversation& conversation);

}  // namespace corpus::demo

#endif  // CORPUS_BENCH_GENERATOR_DAMAGE_H_
