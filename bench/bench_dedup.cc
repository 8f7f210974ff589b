// bench_dedup [TEXT]: rates of the parts of dedup.exact and dedup.minhash, on one thread, by CPU
// time.
//
// Each part's answer is compared with a slow twin before its rate is printed. TEXT is a file of
// ordinary text to take signatures of; without it English-like text is made up.
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <numeric>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "dedup/band_index.h"
#include "dedup/key_set.h"
#include "dedup/signature.h"
#include "text/word_hashes.h"

namespace corpus {
namespace {

volatile std::uint64_t g_sink;

void check(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "bench_dedup: wrong answer: %s\n", what);
  std::exit(1);
}

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

// CPU seconds of the fastest of `times` runs: what others do on the machine counts as little as can
// be.
template <typename F>
double fastest(int times, F&& f) {
  double best = 1e9;
  for (int i = 0; i < times; ++i) {
    double start = cpu_seconds();
    f();
    best = std::min(best, cpu_seconds() - start);
  }
  return best;
}

std::string made_up_text(std::size_t size) {
  std::mt19937_64 random(1);
  std::vector<std::string> words(20000);
  std::poisson_distribution<int> letters(3.9);
  for (auto& word : words) {
    for (int n = 1 + letters(random); n > 0; --n) word += static_cast<char>('a' + random() % 26);
  }
  std::string out;
  std::uniform_real_distribution<double> unit(0, 1);
  while (out.size() < size) {
    // Zipf: the logarithm of the rank is uniform.
    auto rank = static_cast<std::size_t>(std::pow(static_cast<double>(words.size()), unit(random)));
    out += words[rank - 1];
    auto r = random() % 100;
    out += r < 8 ? ", " : r < 13 ? ". " : r < 14 ? "\n\n" : r < 15 ? " \u2014 " : " ";
  }
  return out;
}

// Minima of a text: the least of the minima of its shingles, each read as a text of its own.
std::vector<std::uint32_t> slow_minima(const SignatureScheme& scheme, std::string_view text) {
  std::vector<std::string> words(1);
  for (char c : text) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter) words.back() += c;
    if (!letter && !words.back().empty()) words.emplace_back();
  }
  if (words.back().empty()) words.pop_back();
  std::vector<std::uint32_t> min(scheme.hashes(), ~0U);
  ShingleSigner signer(scheme);
  for (std::size_t i = 0; i + scheme.shingle() <= words.size(); ++i) {
    std::string shingle;
    for (std::size_t k = i; k < i + scheme.shingle(); ++k) shingle += words[k] + ' ';
    Turn turn{.text = shingle};
    signer.read({&turn, 1}, Scope::kText);
    for (std::size_t k = 0; k < min.size(); ++k) min[k] = std::min(min[k], signer.minima()[k]);
  }
  return min;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

void bench_signatures(const std::string& text) {
  SignatureScheme scheme({});
  ShingleSigner signer(scheme);
  std::vector<std::uint64_t> keys(scheme.bands());
  for (std::size_t at = 0, done = 0; at + 2000 <= text.size() && done < 20; at += 2000) {
    std::string_view doc = std::string_view(text).substr(at, 2000);
    if (!is_ascii(doc)) continue;
    Turn turn{.text = doc};
    if (!signer.read({&turn, 1}, Scope::kText)) continue;
    auto expected = slow_minima(scheme, doc);
    check(std::equal(expected.begin(), expected.end(), signer.minima().begin()), "signature");
    ++done;
  }
  double megabytes = static_cast<double>(text.size()) / 1e6;
  std::string copy(text.size(), '\0');
  double move = fastest(5, [&] { std::memcpy(copy.data(), text.data(), text.size()); });
  double hash = fastest(5, [&] { g_sink = hash64(text); });
  std::printf("memcpy                %8.0f MB/s\n", megabytes / move);
  std::printf("XXH3                  %8.0f MB/s\n", megabytes / hash);
  for (std::size_t size : {300, 1000, 4000, 100000}) {
    std::uint64_t words = 0;
    Words cutter;
    double cut = fastest(5, [&] {
      words = 0;
      for (std::size_t at = 0; at + size <= text.size(); at += size) {
        cutter.start(std::string_view(text).substr(at, size));
        for (auto w = cutter.next(); !w.empty(); w = cutter.next()) words += w.size();
      }
    });
    double sign = fastest(5, [&] {
      std::uint64_t sum = 0;
      for (std::size_t at = 0; at + size <= text.size(); at += size) {
        Turn turn{.text = std::string_view(text).substr(at, size)};
        if (signer.read({&turn, 1}, Scope::kText)) signer.band_keys(keys.data());
        sum += keys[0];
      }
      g_sink = sum;
    });
    std::printf("words, %6zu B texts  %8.0f MB/s  (%.2f bytes a word)\n", size, megabytes / cut,
                megabytes * 1e6 / static_cast<double>(words));
    std::printf("signatures            %8.0f MB/s  %.1f ns a word\n", megabytes / sign,
                sign * 1e9 / static_cast<double>(words));
  }
}

void bench_key_set() {
  constexpr std::size_t kKeys = 10'000'000;
  std::mt19937_64 random(2);
  std::vector<Key128> keys(kKeys);
  for (auto& key : keys) key = {random(), random()};
  std::vector<Key128> probes(kKeys);  // half of them seen
  for (std::size_t i = 0; i < kKeys; ++i) {
    probes[i] = i % 2 == 0 ? keys[random() % kKeys] : Key128{random(), random()};
  }
  MemoryBudget memory;
  auto insert_all = [](KeySet& set, const std::vector<Key128>& list) {
    std::size_t fresh = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i + 16 < list.size()) set.prefetch(list[i + 16]);
      fresh += set.insert(list[i], {i}) == KeySet::Inserted::kNew;
    }
    return fresh;
  };
  std::vector<Key128> all(keys);
  all.insert(all.end(), probes.begin(), probes.end());
  std::sort(all.begin(), all.end());
  auto distinct = static_cast<std::size_t>(std::unique(all.begin(), all.end()) - all.begin());

  KeySet set(&memory, "bench");
  std::size_t fresh = 0;
  double grow = fastest(1, [&] { fresh = insert_all(set, keys); });
  double bytes = static_cast<double>(memory.used()) / kKeys;
  double seen = fastest(3, [&] { check(insert_all(set, keys) == 0, "seen keys"); });
  double mixed = fastest(1, [&] { fresh += insert_all(set, probes); });
  check(fresh == distinct, "new keys");
  std::printf("key set, 10 M keys    %8.1f M inserts/s (growing), %.1f bytes a key\n", 10 / grow,
              bytes);
  std::printf("  seen                %8.1f M probes/s\n", 10 / seen);
  std::printf("  half new            %8.1f M probes/s\n", 10 / mixed);
}

void bench_clusters() {
  constexpr std::size_t kDocs = 1'000'000, kBands = 14;
  std::mt19937_64 random(3);
  const RowLayout layout{kBands};
  std::vector<std::vector<std::uint64_t>> docs;
  docs.reserve(kDocs);
  for (std::size_t i = 0; i < kDocs; ++i) {
    std::vector<std::uint64_t> keys(kBands);
    for (auto& key : keys) key = random();
    if (i > 0 && i % 5 == 0) {  // every fifth shares some bands with an earlier one
      const auto& earlier = docs[random() % i];
      for (auto n = 1 + random() % kBands; n > 0; --n) {
        auto band = random() % kBands;
        keys[band] = earlier[band];
      }
    }
    docs.push_back(keys);
  }
  std::vector<std::size_t> parent(kDocs);
  std::iota(parent.begin(), parent.end(), 0);
  auto find = [&](std::size_t i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
  };
  double slow = fastest(1, [&] {
    for (std::size_t band = 0; band < kBands; ++band) {
      std::unordered_map<std::uint64_t, std::size_t> first;
      for (std::size_t i = 0; i < kDocs; ++i) {
        auto a = find(first.emplace(docs[i][band], i).first->second), b = find(i);
        parent[std::max(a, b)] = std::min(a, b);
      }
    }
  });
  for (std::uint64_t mib : {0, 64}) {
    MemoryBudget memory(mib << 20);
    BandIndex index(layout, &memory, "bench", "");
    std::vector<std::uint64_t> rows;
    double add = fastest(1, [&] {
      for (std::size_t i = 0; i < kDocs; ++i) {
        rows.insert(rows.end(), {i, 0});
        rows.insert(rows.end(), docs[i].begin(), docs[i].end());
        rows.resize(rows.size() + Sketch::kWords);
        if (i % 64 != 63 && i + 1 < kDocs) continue;
        check(static_cast<bool>(index.add(rows)), "budget");
        rows.clear();
      }
    });
    ExternalSort<ClusterMember> members(&memory, "bench", "");
    double cluster =
        fastest(1, [&] { check(static_cast<bool>(index.clusters(members)), "budget"); });
    std::uint64_t count = members.size(), clusters = 0;
    ClusterMember first;
    double sort = fastest(1, [&] {
      check(static_cast<bool>(members.drain([&](const ClusterMember& m) -> Result<void> {
              if (clusters == 0 || m.cluster != first.cluster) {
                first = m;
                ++clusters;
              }
              check(find(m.pos.packed) == first.pos.packed, "cluster");
              return {};
            })),
            "budget");
    });
    std::size_t alone = 0;
    for (std::size_t i = 0; i < kDocs; ++i) alone += find(i) == i;
    check(alone == kDocs - count + clusters, "number of clusters");
    std::printf(
        "1 M docs in %-10s adding %.3f s, clusters %.3f s, sorting members %.3f s (unordered_map: "
        "%.2f s)\n",
        mib == 0 ? "memory" : "64 MiB", add, cluster, sort, slow);
  }
}

}  // namespace
}  // namespace corpus

int main(int argc, char** argv) {
  std::string text;
  if (argc > 1) {
    std::ifstream in(argv[1], std::ios::binary);
    text.assign(std::istreambuf_iterator<char>(in), {});
  }
  if (text.empty()) text = corpus::made_up_text(std::size_t{32} << 20);
  corpus::bench_signatures(text);
  corpus::bench_key_set();
  corpus::bench_clusters();
}
