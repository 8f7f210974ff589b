// corpus withdraw: taking text back.
#include <algorithm>
#include <cstdio>

#include "commands.h"
#include "common/terminal.h"
#include "corpus/integrity.h"
#include "corpus/policy.h"
#include "corpus/shard.h"
#include "corpus/withdrawal.h"
#include "job.h"
#include "keys.h"
#include "record_name.h"

namespace corpus::cli {
namespace {

constexpr std::size_t kLargestRecord = std::size_t{64} << 20;

Error wrong(std::string what) { return {Code::kInvalidArgument, std::move(what)}; }

std::vector<std::string> values(const Args& args, std::string_view name) {
  std::vector<std::string> out;
  for (const auto& [flag, value] : args.given) {
    if (flag->name == name) out.push_back(value);
  }
  return out;
}

// The content id in a stored record, which tags.lineage and tags.content_id write.
Result<std::string> content_id(const std::string& record, const std::string& name) {
  constexpr std::string_view kKey = "\"corpus\":{\"id\":\"";
  auto at = record.rfind(kKey);
  std::string id = at == std::string::npos ? std::string() : record.substr(at + kKey.size(), 32);
  if (id.size() != 32 || id.find_first_not_of("0123456789abcdef") != std::string::npos) {
    return wrong(name + ": has no content id; make the corpus with tags.lineage first");
  }
  return id;
}

Result<void> take_from_corpus(const Args& args, const std::string& dir,
                              provenance::Withdrawal& out) {
  CORPUS_TRY(CorpusReader corpus, CorpusReader::open(dir));
  for (std::size_t i = 2; i < args.words.size(); ++i) {
    auto number = record_number(corpus, args.words[i]);
    if (!number) return std::move(number).error().context(args.words[i]);
    CORPUS_TRY(std::string record, corpus.get(*number));
    CORPUS_TRY(std::string id, content_id(record, "record " + args.words[i]));
    out.ids.push_back(std::move(id));
    if (args.has("near")) {
      CORPUS_TRY(std::string sketch, provenance::near_sketch(record));
      if (!sketch.empty()) out.sketches.push_back(std::move(sketch));
    }
  }
  return {};
}

Result<int> add(const Args& args) {
  if (args.words.size() < 2) {
    return wrong("name a list: corpus withdraw add LIST ID... --key FILE");
  }
  CORPUS_TRY(auto key, signing_key(args));
  provenance::Withdrawal entry;
  if (const auto* dir = args.last("from")) {
    CORPUS_CHECK(take_from_corpus(args, *dir, entry));
  } else {
    if (args.has("near")) return wrong("--near needs the text: name the corpus with --from");
    entry.ids.assign(args.words.begin() + 2, args.words.end());
  }
  entry.records = values(args, "record");
  entry.teachers = values(args, "teacher");
  entry.owner = args.get("owner", "");
  entry.reason = args.get("reason", "");
  entry.date = args.get("date", policy::to_string(policy::today()));
  CORPUS_TRY(auto number, provenance::append_withdrawal(args.words[1], entry, key));
  return print("entry " + std::to_string(number) + " of " + args.words[1] + ", signed by key " +
               key.public_key().id() + '\n');
}

Result<int> list(const Args& args) {
  if (args.words.size() != 2) return wrong("name one list: corpus withdraw list LIST");
  CORPUS_TRY(auto trusted, trusted_keys(args));
  CORPUS_TRY(auto all, provenance::read_withdrawals(args.words[1], trusted));
  std::string out;
  for (std::size_t i = 0; i < all.entries.size(); ++i) {
    const auto& entry = all.entries[i];
    out += std::to_string(i) + "  " + entry.date + "  " + counted(entry.ids.size(), "content id");
    if (!entry.sketches.empty()) out += " and near duplicates";
    for (const auto& id : entry.records) out += ", record " + id;
    for (const auto& glob : entry.teachers) out += ", teacher " + glob;
    if (!entry.owner.empty()) out += "  " + entry.owner;
    if (!entry.reason.empty()) out += ": " + entry.reason;
    out += "\n   key " + entry.keyid + '\n';
    for (const auto& id : entry.ids) out += "   " + id + '\n';
  }
  return print(out);
}

Result<int> certify(const Args& args) {
  if (args.words.size() != 4) {
    return wrong(
        "name a list, an entry of it and a corpus: corpus withdraw certify LIST NUMBER CORPUS");
  }
  const std::string& word = args.words[2];
  if (word.empty() || word.size() > 18 ||
      word.find_first_not_of("0123456789") != std::string::npos) {
    return wrong("'" + word + "' is no number of an entry");
  }
  auto proof = provenance::certify_exclusion(args.words[3], args.words[1], std::stoull(word));
  if (proof) return print_to(args, *proof);
  if (proof.error().message.find("still holds") == std::string::npos)
    return std::move(proof).error();
  std::fprintf(stderr, "corpus withdraw: %s\n", proof.error().message.c_str());
  return kNo;
}

// How many withdrawn records the corpus holds, by content id and by the ids of sources.
Result<std::size_t> held(const std::string& dir, const provenance::WithdrawalList& list) {
  CORPUS_TRY(CorpusReader corpus, CorpusReader::open(dir));
  std::size_t out = 0;
  for (const auto& entry : list.entries) {
    for (const auto* ids : {&entry.ids, &entry.records}) {
      for (const auto& id : *ids) {
        auto found = corpus.find(id);
        if (!found && found.error().code != Code::kNotFound) return std::move(found).error();
        out += found.has_value();
      }
    }
  }
  return out;
}

// A training record names its corpora by the SHA-256 of their manifests, wherever in it that is.
Result<int> trained(const Args& args) {
  if (args.words.size() < 4) {
    return wrong(
        "name a list, corpora and training records: corpus withdraw trained LIST CORPUS... "
        "MODEL.json...");
  }
  CORPUS_TRY(auto trusted, trusted_keys(args));
  CORPUS_TRY(auto withdrawn, provenance::read_withdrawals(args.words[1], trusted));
  std::vector<std::pair<std::string, std::string>> corpora;  // folder, digest of its manifest
  std::string out;
  int status = kDone;
  std::vector<std::string> models;
  for (std::size_t i = 2; i < args.words.size(); ++i) {
    const std::string& word = args.words[i];
    if (word.ends_with(".json")) {
      models.push_back(word);
      continue;
    }
    CORPUS_TRY(std::size_t n, held(word, withdrawn));
    if (n == 0) continue;
    out += word + ": holds " + counted(n, "withdrawn record") + '\n';
    CORPUS_TRY(std::string manifest, read_small_file(word + "/manifest.json", kLargestRecord));
    corpora.emplace_back(word, provenance::hex(provenance::sha256(manifest)));
  }
  for (const auto& model : models) {
    CORPUS_TRY(std::string text, read_small_file(model, kLargestRecord));
    for (const auto& [dir, digest] : corpora) {
      if (text.find(digest) == std::string::npos) continue;
      out += model + ": was trained on " + dir + "; leaving text out does not make it forget\n";
      status = kNo;
    }
  }
  if (out.empty()) out = "no corpus named here holds a withdrawn record\n";
  CORPUS_CHECK(print(out));
  return status;
}

}  // namespace

Result<int> withdraw(const Args& args) {
  std::string verb = args.words.empty() ? "" : args.words[0];
  if (verb == "add") return add(args);
  if (verb == "list") return list(args);
  if (verb == "certify") return certify(args);
  if (verb == "trained") return trained(args);
  return wrong("say what to do: corpus withdraw add|list|certify|trained LIST ...");
}

}  // namespace corpus::cli
