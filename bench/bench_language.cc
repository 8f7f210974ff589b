// bench_language MODEL SAMPLE TEXTS [GUESSES]: rate of language identification on one core.
//
// MODEL is cld2 or the path of a fastText model, SAMPLE the bytes read of a text (0: all). TEXTS is
// a file of texts, each behind its size as four bytes, little-endian (bench/language_peer.py makes
// one). Prints bytes, texts, CPU seconds of the fastest of three runs, and the share of texts on
// which the sample agrees with the whole; GUESSES gets "language score" for each text, a line each.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "language/identifier.h"

namespace {

std::vector<std::string_view> split(std::string_view bytes) {
  std::vector<std::string_view> out;
  while (bytes.size() >= 4) {
    std::uint32_t size = 0;
    std::memcpy(&size, bytes.data(), 4);
    out.push_back(bytes.substr(4, size));
    bytes.remove_prefix(std::min<std::size_t>(bytes.size(), 4 + std::size_t{size}));
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4 || argc > 5) {
    std::fprintf(stderr, "usage: bench_language MODEL SAMPLE TEXTS [GUESSES]\n");
    return 2;
  }
  auto identifier = corpus::language::Identifier::open(
      argv[1], static_cast<std::size_t>(std::max(0, std::atoi(argv[2]))));
  if (!identifier) {
    std::fprintf(stderr, "bench_language: %s\n", identifier.error().message.c_str());
    return 2;
  }
  std::ifstream in(argv[3], std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const auto texts = split(bytes);
  auto scratch = identifier->scratch();
  std::vector<corpus::language::Guess> guesses(texts.size());
  double best = 1e9;
  for (int run = 0; run < 3; ++run) {
    std::clock_t start = std::clock();
    for (std::size_t i = 0; i < texts.size(); ++i)
      guesses[i] = identifier->guess(texts[i], scratch);
    best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  std::size_t size = 0, same = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    size += texts[i].size();
    same += identifier->guess_whole(texts[i], scratch).language == guesses[i].language;
  }
  std::printf("%zu bytes %zu texts %.6f cpu %.6f agree\n", size, texts.size(), best,
              texts.empty() ? 1.0 : static_cast<double>(same) / static_cast<double>(texts.size()));
  if (argc == 5) {
    std::ofstream out(argv[4]);
    for (const auto& guess : guesses) out << guess.language << ' ' << guess.score << '\n';
  }
  return 0;
}
