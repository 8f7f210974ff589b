// Keys as the command line names them, and what is said of who signed.
#ifndef CORPUS_APPS_KEYS_H_
#define CORPUS_APPS_KEYS_H_

#include <string>
#include <vector>

#include "common/args.h"
#include "corpus/provenance.h"

namespace corpus::cli {

Result<std::vector<provenance::PublicKey>> trusted_keys(const Args& args);  // --key, each
Result<provenance::SigningKey> signing_key(const Args& args);               // --key, or $CORPUS_KEY
Result<int> threads(const Args& args);                                      // --threads, or all

// A line: the key's id, and that nobody vouched for it when that is so.
std::string signer_text(const std::string& keyid, bool trusted);

}  // namespace corpus::cli

#endif  // CORPUS_APPS_KEYS_H_
