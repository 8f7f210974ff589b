#include "dedup/minhash_options.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "dedup/banding.h"
#include "dedup/compat.h"

namespace corpus {
namespace {

constexpr std::size_t kMaxHashes = 4096;
// Ours, in the form in which those of other tools are given.
constexpr PeerDefaults kDefaults{
    .shingle = 5, .hashes = 128, .threshold = 0, .bands = 16, .rows = 7, .seed = 1};

struct Shingle {
  std::size_t size = 5;
  ShingleUnit unit = ShingleUnit::kWords;
};

Error wrong(std::string message) { return {Code::kInvalidArgument, std::move(message)}; }

Result<std::optional<Peer>> parse_compat(const Value& options) {
  std::string name = options.get("compat", "none");
  std::optional<Peer> peer = parse_peer(name);
  if (!peer && name != "none") {
    return wrong("compat '" + name + "': use datatrove, text-dedup, data-juicer or redpajama");
  }
  return peer;
}

// 5, "5", "5 words", "24 characters"; the schema has checked numbers already.
Result<Shingle> parse_shingle(const Value& options, Shingle fallback) {
  const Value* value = options.find("shingle");
  if (value == nullptr) return fallback;
  Shingle shingle;
  if (const auto* n = value->if_int()) {
    shingle.size = static_cast<std::size_t>(*n);
    return shingle;
  }
  std::string text = options.get("shingle", "");
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), shingle.size);
  std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  bool words = unit.empty() || unit == " words" || unit == " word";
  bool characters = unit == " characters" || unit == " character";
  if (characters) shingle.unit = ShingleUnit::kCharacters;
  if (ec != std::errc() || !(words || characters) || shingle.size < 1 || shingle.size > 64) {
    return wrong("shingle '" + text +
                 "': write a number from 1 to 64 of words or characters, such as \"5 words\"");
  }
  return shingle;
}

// `hashes` is how many minima a threshold is solved with, and then how many were asked for.
Result<Banding> parse_banding(const Value& options, const PeerDefaults& defaults) {
  bool given = options.find("bands") != nullptr || options.find("rows") != nullptr;
  bool solve = options.find("threshold") != nullptr;
  if (solve && given) return wrong("threshold solves for bands and rows: give either it or them");
  Banding fallback{defaults.bands, defaults.rows};
  if (solve || (defaults.threshold != 0 && !given)) {
    double threshold = solve ? options.get("threshold", 0.8) : defaults.threshold;
    return solve_banding(threshold, static_cast<std::size_t>(
                                        options.get("hashes", static_cast<int>(defaults.hashes))));
  }
  if (options.find("hashes") != nullptr) {
    return wrong(
        "hashes is how many minima a threshold may use: give threshold too, or bands and rows");
  }
  if (defaults.threshold != 0 &&
      (options.find("bands") == nullptr || options.find("rows") == nullptr)) {
    return wrong("give both bands and rows, or a threshold");
  }
  Banding banding = fallback;
  banding.bands = static_cast<std::size_t>(options.get("bands", static_cast<int>(fallback.bands)));
  banding.rows = static_cast<std::size_t>(options.get("rows", static_cast<int>(fallback.rows)));
  if (banding.bands * banding.rows > kMaxHashes) {
    return wrong("bands " + std::to_string(banding.bands) + " x rows " +
                 std::to_string(banding.rows) + " are more than " + std::to_string(kMaxHashes) +
                 " hashes; use fewer");
  }
  return banding;
}

std::string text_of(const Shingle& shingle) {
  return std::to_string(shingle.size) +
         (shingle.unit == ShingleUnit::kWords ? " words" : " characters");
}

Value identity_of(const Value& options, const PeerDefaults& defaults, const Shingle& shingle,
                  const Banding& banding, std::uint64_t seed) {
  Value out;
  out.set("scope", options.get("scope", "text"));
  out.set("shingle", text_of(shingle));
  if (options.find("hashes") != nullptr) {
    out.set("threshold", options.get("threshold", 0.8));
    out.set("hashes", options.get("hashes", static_cast<int>(defaults.hashes)));
  } else {
    out.set("bands", static_cast<std::int64_t>(banding.bands));
    out.set("rows", static_cast<std::int64_t>(banding.rows));
  }
  out.set("compat", options.get("compat", "none"));
  out.set("seed", static_cast<std::int64_t>(seed));
  return out;
}

}  // namespace

Result<MinhashOptions> MinhashOptions::parse(const Value& options) {
  MinhashOptions out;
  out.per_turn = options.get("scope", "text") == "turn";
  if (!out.per_turn) {
    CORPUS_TRY(out.scope, parse_scope(options.get("scope", "text")));
  }
  CORPUS_TRY(out.keep, KeepRule::parse(options.get("keep", "first")));
  CORPUS_TRY(auto peer, parse_compat(options));
  PeerDefaults defaults = peer ? defaults_of(*peer) : kDefaults;
  CORPUS_TRY(Shingle shingle, parse_shingle(options, {.size = defaults.shingle}));
  CORPUS_TRY(Banding banding, parse_banding(options, defaults));
  auto seed =
      static_cast<std::uint64_t>(options.get("seed", static_cast<std::int64_t>(defaults.seed)));
  out.verify = options.get("verify", "none") == "jaccard";
  out.threshold = options.get("threshold", threshold_of(banding));
  out.identity = identity_of(options, defaults, shingle, banding, seed);
  if (peer) {
    if (shingle.unit != ShingleUnit::kWords) return wrong("compat: shingles are of its own words");
    std::size_t hashes = std::max(defaults.hashes, banding.bands * banding.rows);
    out.signatures = std::make_shared<CompatScheme>(
        CompatScheme::Options{.peer = *peer,
                              .shingle = shingle.size,
                              .bands = banding.bands,
                              .rows = banding.rows,
                              .hashes = options.find("hashes") != nullptr
                                            ? static_cast<std::size_t>(options.get("hashes", 0))
                                            : hashes,
                              .seed = seed});
    return out;
  }
  out.signatures =
      std::make_shared<SignatureScheme>(SignatureScheme::Options{.shingle = shingle.size,
                                                                 .unit = shingle.unit,
                                                                 .bands = banding.bands,
                                                                 .rows = banding.rows,
                                                                 .seed = seed});
  return out;
}

}  // namespace corpus
