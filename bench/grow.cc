// grow: one large JSON Lines file with known duplicates, for the benchmarks.
//
//   grow --size 1G -o FILE [--seed 1] BASE.jsonl.zst...
//
// Base records are conversations with either an "output" or a "response". Each line is one of them
// with about a fifth of its words and half of its numbers replaced, so that two variants of one
// record are not near duplicates. 5% of the lines repeat an earlier one, 5% repeat one with a few
// more word edits. Without base files the demo generator's conversations are used. FILE.truth.tsv
// lists the planted lines (id, label, id of the original), FILE.json the counts.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/value.h"
#include "generator/grammar.h"
#include "generator/plan.h"
#include "generator/render.h"
#include "io/byte_reader.h"

namespace corpus::demo {
namespace {

constexpr double kExactShare = 0.05, kNearShare = 0.05;
constexpr std::size_t kFewestWords = 60;  // shorter records would not differ enough
// The members that hold what was said; everything else is left alone.
constexpr std::string_view kTexts[] = {"instruction", "input", "output", "prompt", "response"};
enum class Kind { kFresh, kExact, kNear };

[[noreturn]] void fail(const std::string& message) {
  std::fprintf(stderr, "grow: %s\n", message.c_str());
  std::exit(2);
}

struct Token {
  std::uint32_t begin, end;
  bool number;
};

// The plain words and the numbers inside kTexts of a JSON line.
void find_tokens(std::string_view line, std::vector<Token>& out) {
  out.clear();
  auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (c & 0x80);
  };
  bool text = false;  // the last key was one of kTexts
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] != '"') continue;
    std::size_t begin = ++at;
    while (at < line.size() && line[at] != '"') at += line[at] == '\\' ? 2 : 1;
    std::size_t end = std::min(at, line.size());
    if (line.substr(end).starts_with("\":")) {
      auto key = line.substr(begin, end - begin);
      text = std::find(std::begin(kTexts), std::end(kTexts), key) != std::end(kTexts);
      continue;
    }
    if (!text) continue;
    for (std::size_t i = begin; i < end;) {
      if (line[i] == '\\') {
        i += line[i + 1] == 'u' ? 6 : 2;
        continue;
      }
      std::size_t word = i;
      bool letters = true, digits = true;
      while (i < end && is_word(line[i])) {
        letters &= is_letter(line[i]);
        digits &= is_digit(line[i]);
        ++i;
      }
      if (i == word)
        ++i;
      else if (digits || (letters && i - word >= 3))
        out.push_back({static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(i), digits});
    }
  }
}

class Grower {
 public:
  Grower(std::uint64_t seed, std::vector<std::string> bases)
      : seed_(seed), bases_(std::move(bases)) {}

  Kind kind(std::uint64_t n) const {
    Rng rng(seed_, n * 4);
    if (rng.chance(kExactShare)) return n == 0 ? Kind::kFresh : Kind::kExact;
    if (rng.chance(kNearShare)) return n == 0 ? Kind::kFresh : Kind::kNear;
    return Kind::kFresh;
  }
  // The fresh line that line n repeats.
  std::uint64_t original(std::uint64_t n) const {
    Rng rng(seed_, n * 4 + 1);
    std::uint64_t of;
    do {
      of = rng.next() % n;
    } while (kind(of) != Kind::kFresh);
    return of;
  }

  // Appends line n without its id. False: too short to be used.
  bool fresh(std::uint64_t n, std::string& out) {
    Rng rng(seed_, n * 4 + 2);
    std::string_view base;
    if (bases_.empty()) {
      generated_.clear();
      write_conversation(rng, {}, conversation_);
      render(Form::kPromptGz, "g", conversation_, generated_);
      generated_.pop_back();
      base = generated_;
    } else {
      base = bases_[rng.next() % bases_.size()];
    }
    find_tokens(base, tokens_);
    std::size_t from = 0;
    for (const Token& token : tokens_) {
      bool change = token.number ? rng.chance(0.5) : rng.chance(0.2);
      if (!change) continue;
      out.append(base, from, token.begin - from);
      replacement(token, rng, out);
      from = token.end;
    }
    out.append(base, from, std::string_view::npos);
    return tokens_.size() >= kFewestWords;
  }

  // Appends line n, a near duplicate of `line`: so few edits that the Jaccard similarity of word
  // 5-grams stays above 0.85.
  void near(std::uint64_t n, const std::string& line, std::string& out) {
    Rng rng(seed_, n * 4 + 3);
    find_tokens(line, tokens_);
    std::erase_if(tokens_, [](const Token& t) { return t.number; });
    std::size_t edits =
        std::min(tokens_.size(), 1 + rng.below(std::max<std::size_t>(1, tokens_.size() / 60)));
    std::size_t from = 0;
    for (std::size_t e = 0; e < edits; ++e) {
      std::size_t lo = tokens_.size() * e / edits, hi = tokens_.size() * (e + 1) / edits;
      const Token& token = tokens_[lo + rng.below(hi - lo)];
      out.append(line, from, token.begin - from);
      replacement(token, rng, out);
      from = token.end;
    }
    out.append(line, from, std::string::npos);
  }

 private:
  void replacement(const Token& token, Rng& rng, std::string& out) {
    static const Rule* lists[] = {&grammar()["n"],  &grammar()["ns"], &grammar()["j"],
                                  &grammar()["vd"], &grammar()["ab"], &grammar()["t"]};
    static const Registers none;
    if (!token.number) return expand(*lists[rng.below(std::size(lists))], rng, none, out);
    for (std::uint32_t i = token.begin; i < token.end; ++i)
      out += static_cast<char>('1' + rng.below(9));
  }

  std::uint64_t seed_;
  std::vector<std::string> bases_;
  std::vector<Token> tokens_;
  Conversation conversation_;
  std::string generated_;
};

void read_bases(const std::string& path, std::vector<std::string>& out) {
  auto reader = io::open_bytes(path, {});
  if (!reader) fail(reader.error().message);
  std::string text;
  for (std::size_t n = 1; n != 0;) {
    std::size_t size = text.size();
    text.resize(size + (1 << 20));
    auto got = (*reader)->read(text.data() + size, 1 << 20);
    if (!got) fail(got.error().message);
    n = *got;
    text.resize(size + n);
  }
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line(text.data() + at, end - at);
    at = end + 1;
    bool output = line.find("\"output\":") != line.npos,
         response = line.find("\"response\":") != line.npos;
    if (line.size() < 2 || line[0] != '{' || output == response) continue;
    find_tokens(line, tokens);
    if (tokens.size() >= kFewestWords) out.emplace_back(line);
  }
}

void grow(std::uint64_t size, const std::string& path, Grower& grower) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  std::FILE* truth = std::fopen((path + ".truth.tsv").c_str(), "wb");
  if (file == nullptr || truth == nullptr) fail("cannot create " + path);
  std::fputs("id\tlabel\tof\n", truth);
  std::string chunk, line, body;
  std::uint64_t bytes = 0, n = 0, exact = 0, near = 0;
  for (; bytes < size; ++n) {
    Kind kind = grower.kind(n);
    std::uint64_t of = kind == Kind::kFresh ? n : grower.original(n);
    body.clear();
    if (!grower.fresh(of, body) && kind != Kind::kFresh) kind = Kind::kExact;  // too short to edit
    if (kind == Kind::kNear) {
      line.clear();
      grower.near(n, body, line);
      body.swap(line);
    }
    char id[40];
    int id_size = std::snprintf(id, sizeof id, "{\"grow_id\": \"b-%08llu\", ",
                                static_cast<unsigned long long>(n));
    std::size_t before = chunk.size();
    chunk.append(id, static_cast<std::size_t>(id_size))
        .append(body, 1, std::string::npos)
        .append("\n");
    bytes += chunk.size() - before;
    if (kind != Kind::kFresh) {
      (kind == Kind::kExact ? exact : near)++;
      std::fprintf(truth, "b-%08llu\t%s\tb-%08llu\n", static_cast<unsigned long long>(n),
                   kind == Kind::kExact ? "exact_dup" : "near_dup",
                   static_cast<unsigned long long>(of));
    }
    if (chunk.size() > (4u << 20)) {
      if (std::fwrite(chunk.data(), 1, chunk.size(), file) != chunk.size())
        fail("write failed: is the disk full?");
      chunk.clear();
    }
  }
  bool good = std::fwrite(chunk.data(), 1, chunk.size(), file) == chunk.size();
  if (std::fclose(file) != 0 || std::fclose(truth) != 0 || !good)
    fail("write failed: is the disk full?");
  std::FILE* meta = std::fopen((path + ".json").c_str(), "wb");
  if (meta == nullptr) fail("cannot create " + path + ".json");
  std::fprintf(meta,
               "{\"records\": %llu, \"bytes\": %llu, \"exact_dup\": %llu, \"near_dup\": %llu}\n",
               static_cast<unsigned long long>(n), static_cast<unsigned long long>(bytes),
               static_cast<unsigned long long>(exact), static_cast<unsigned long long>(near));
  if (std::fclose(meta) != 0) fail("write failed: is the disk full?");
}

}  // namespace
}  // namespace corpus::demo

int main(int argc, char** argv) {
  using namespace corpus;
  std::uint64_t size = 0, seed = 1;
  std::string out;
  std::vector<std::string> bases;
  for (int i = 1; i < argc; ++i) {
    std::string flag = argv[i];
    bool has_value = i + 1 < argc;
    if (flag == "--size" && has_value) {
      auto bytes = parse_bytes(argv[++i]);
      if (!bytes) demo::fail("--size: " + bytes.error().message);
      size = *bytes;
    } else if (flag == "--seed" && has_value) {
      seed = std::strtoull(argv[++i], nullptr, 10);
    } else if (flag == "-o" && has_value) {
      out = argv[++i];
    } else {
      demo::read_bases(flag, bases);
    }
  }
  if (size == 0 || out.empty())
    demo::fail("usage: grow --size 1G -o FILE [--seed 1] [BASE.jsonl.zst...]");
  demo::Grower grower(seed, std::move(bases));
  demo::grow(size, out, grower);
}
