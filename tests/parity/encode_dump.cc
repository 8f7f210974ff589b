// Encodes texts from stdin for tokenizer_parity_test.py.
//
//   encode_dump TOKENIZER PATTERN SPECIALS < texts > ids
//
// A text is its length (4 bytes, little-endian) and its bytes; the answer to each is the number of
// ids and the ids (4 bytes each). PATTERN may be empty; SPECIALS is 0 or 1.
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "corpus/tokenizer.h"

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: encode_dump TOKENIZER PATTERN SPECIALS\n");
    return 2;
  }
  auto tokenizer = corpus::Tokenizer::open(argv[1], argv[2]);
  if (!tokenizer) {
    std::fprintf(stderr, "%s\n", tokenizer.error().message.c_str());
    return 2;
  }
  const bool specials = argv[3][0] == '1';
  auto scratch = (*tokenizer)->scratch();
  std::string text;
  std::vector<corpus::TokenId> ids;
  std::uint32_t size = 0;
  while (std::fread(&size, sizeof size, 1, stdin) == 1) {
    text.resize(size);
    if (std::fread(text.data(), 1, size, stdin) != size) return 2;
    ids.assign(1, 0);
    (*tokenizer)->encode(text, specials, *scratch, ids);
    ids[0] = static_cast<corpus::TokenId>(ids.size() - 1);
    std::fwrite(ids.data(), sizeof ids[0], ids.size(), stdout);
  }
  return 0;
}
