// corpus key, corpus sign: making a key, and a signature.
#include "keys.h"

#include <cstdlib>
#include <thread>

#include "commands.h"
#include "corpus/integrity.h"
#include "job.h"
#include "report.h"
#include "common/terminal.h"

namespace corpus::cli {
namespace {

constexpr const char* kKeyVariable = "CORPUS_KEY";

// schemas/output.sign.json
std::string sign_json(const provenance::SignReport& report) {
  return "{\"keyid\":" + json_string(report.keyid) + ",\"parts\":" + std::to_string(report.shards) +
         ",\"records\":" + std::to_string(report.records) + ",\"root\":\"" +
         provenance::hex(report.root) + "\"}\n";
}

}  // namespace

Result<std::vector<provenance::PublicKey>> trusted_keys(const Args& args) {
  std::vector<provenance::PublicKey> out;
  for (const auto& [flag, path] : args.given) {
    if (flag->name != "key") continue;
    auto key = provenance::read_public_key(path);
    if (!key) {
      return std::move(key).error().context("--key has to name a public key (FILE.pub)");
    }
    out.push_back(*key);
  }
  return out;
}

Result<provenance::SigningKey> signing_key(const Args& args) {
  if (const auto* path = args.last("key")) return provenance::read_key_file(*path);
  if (std::getenv(kKeyVariable) == nullptr) {
    return Error{Code::kInvalidArgument,
                 "name a key: --key FILE, or its PEM text in the environment variable CORPUS_KEY; "
                 "`corpus key create FILE` makes one"};
  }
  return provenance::key_from_environment(kKeyVariable);
}

Result<int> threads(const Args& args) {
  CORPUS_TRY(double given, number(args, "threads", 0, 1, 1024));
  if (given != 0) return static_cast<int>(given);
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

std::string signer_text(const std::string& keyid, bool trusted) {
  return "signed by key " + keyid +
         (trusted ? "\n" : "\n  nobody vouched for that key: compare it, or name it with --key\n");
}

Result<int> key(const Args& args) {
  if (args.words.size() != 2 || args.words[0] != "create") {
    return Error{Code::kInvalidArgument, "write corpus key create FILE"};
  }
  CORPUS_TRY(auto made, provenance::create_key_file(args.words[1]));
  return print("key " + made.public_key().id() + "\n  " + args.words[1] +
               "      the secret half: keep it\n  " + args.words[1] +
               ".pub  the public half: give it to those who verify\n");
}

Result<int> sign(const Args& args) {
  if (args.words.size() != 1) {
    return Error{Code::kInvalidArgument, "name one corpus folder: corpus sign CORPUS --key FILE"};
  }
  provenance::SignOptions options{.unchecked_policy = args.has("unchecked-policy")};
  CORPUS_TRY(options.threads, threads(args));
  CORPUS_TRY(auto secret, signing_key(args));
  CORPUS_TRY(auto report, provenance::sign_corpus(args.words[0], secret, options));
  if (args.has("json")) return print(sign_json(report));
  if (args.has("quiet")) return kDone;
  return print("signed: " + counted(report.shards, "part") + ", " +
               counted(report.records, "record") + "\nkey " + report.keyid + "\nroot " +
               provenance::hex(report.root) + '\n');
}

}  // namespace corpus::cli
