// bench_tokens TOKENIZER PATTERN THREADS TEXT: rate of encoding TEXT, each line by itself.
//
// PATTERN is '' but for tiktoken files. Prints wall and CPU seconds of the fastest of three runs,
// ids, and a hash of them, which bench/tokens_peer.py compares with the peer's before it compares
// rates.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "corpus/tokenizer.h"

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: bench_tokens TOKENIZER PATTERN THREADS TEXT\n");
    return 2;
  }
  auto tokenizer = corpus::Tokenizer::open(argv[1], argv[2]);
  if (!tokenizer) {
    std::fprintf(stderr, "bench_tokens: %s\n", tokenizer.error().message.c_str());
    return 2;
  }
  const auto threads = static_cast<std::size_t>(std::max(1, std::atoi(argv[3])));
  std::ifstream in(argv[4], std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  std::vector<std::string_view> lines;
  for (std::string_view rest = text; !rest.empty();) {
    std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
    lines.push_back(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  // Contiguous shares; ids of a line begin where the last one's end.
  std::vector<std::vector<corpus::TokenId>> ids(threads);
  double best = 1e9, cpu = 1e9;
  for (int run = 0; run < 3; ++run) {
    auto start = std::chrono::steady_clock::now();
    std::clock_t cpu_start = std::clock();
    std::vector<std::thread> workers;
    for (std::size_t t = 0; t < threads; ++t) {
      workers.emplace_back([&, t] {
        auto scratch = (*tokenizer)->scratch();
        ids[t].clear();
        for (std::size_t i = lines.size() * t / threads; i < lines.size() * (t + 1) / threads;
             ++i) {
          (*tokenizer)->encode(lines[i], false, *scratch, ids[t]);
        }
      });
    }
    for (auto& worker : workers) worker.join();
    cpu = std::min(cpu, static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC);
    best = std::min(
        best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::uint64_t hash = 0, n = 0;
  for (const auto& part : ids) {
    for (corpus::TokenId id : part) hash = hash * 1000003 + static_cast<std::uint64_t>(id) + 1;
    n += part.size();
  }
  std::printf("%zu bytes %.6f seconds %.6f cpu %llu ids %llu hash\n", text.size(), best, cpu,
              static_cast<unsigned long long>(n), static_cast<unsigned long long>(hash));
  return 0;
}
