// Pack: one block of text as a zstd frame or a gzip member of its own; files of these concatenated
// are valid zstd and gzip files.
#ifndef CORPUS_BENCH_GENERATOR_PACK_H_
#define CORPUS_BENCH_GENERATOR_PACK_H_

#include <string>

namespace corpus::demo {

// False when the codec fails. `packed` is replaced.
bool pack_zstd(const std::string& text, std::string& packed);
bool pack_gzip(const std::string& text, std::string& packed);

}  // namespace corpus::demo

#endif  // CORPUS_BENCH_GENERATOR_PACK_H_
