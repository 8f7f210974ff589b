// Lower-cases ASCII and says which bytes are ASCII letters or digits and which are not ASCII: the
// first step of cutting a text into words.
//
// Pure functions, thread safe. Every variant gives the same answer as the scalar one. Reads only
// [text, text + n); see below for what is written.
#ifndef CORPUS_SIMD_LOWER_WORDS_H_
#define CORPUS_SIMD_LOWER_WORDS_H_

#include <cstddef>
#include <cstdint>

namespace corpus::simd {

// lower[i] = text[i] with A..Z lower-cased. Bit i % 64 of word[i / 64]: text[i] is an ASCII letter
// or digit; of high[i / 64]: text[i] >= 0x80. All three are written up to n rounded up to 64 bytes;
// what lies past n is zero. Returns whether any byte was not ASCII.
bool lower_words(const char* text, std::size_t n, char* lower, std::uint64_t* word,
                 std::uint64_t* high);

// Variants, for tests. To be called only where has_avx2(), has_avx512() (simd/cpu.h).
bool lower_words_scalar(const char* text, std::size_t n, char* lower, std::uint64_t* word,
                        std::uint64_t* high);
bool lower_words_avx2(const char* text, std::size_t n, char* lower, std::uint64_t* word,
                      std::uint64_t* high);
bool lower_words_avx512(const char* text, std::size_t n, char* lower, std::uint64_t* word,
                        std::uint64_t* high);

}  // namespace corpus::simd

#endif  // CORPUS_SIMD_LOWER_WORDS_H_
