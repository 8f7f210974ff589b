// Withdrawals: owners of text take it back, the next corpus is made without it, and that can be
// proved (docs/formats/withdrawal.md).
//
// A list is a file to which signed entries are only ever added: one DSSE envelope a line, each
// naming the SHA-256 of the line before. The component filters.withdrawn refuses what a list names.
// A certificate shows of a signed corpus that none of an entry's content ids is in it.
//
// Not shared between threads. Entries of the list and certificates are untrusted bytes: kCorrupt
// says what does not hold.
#ifndef CORPUS_WITHDRAWAL_H_
#define CORPUS_WITHDRAWAL_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/provenance.h"
#include "corpus/result.h"

namespace corpus::provenance {

inline constexpr std::string_view kWithdrawalType = "application/vnd.libcorpus.withdrawal+json";

struct Withdrawal {
  std::vector<std::string> ids;       // content ids, 32 hex digits
  std::vector<std::string> records;   // ids that the sources gave
  std::vector<std::string> teachers;  // globs of teachers' names (policy::glob_match)
  std::vector<std::string> sketches;  // of texts whose near duplicates go as well (near_sketch)
  std::string owner, reason, date;
  std::string keyid;  // who signed; filled in by reading
};

struct WithdrawalList {
  std::vector<Withdrawal> entries;
  std::vector<std::string> lines;  // their envelopes
  std::string sha256;              // of the file, hex
};

// A sketch for near duplicates: the 128 smallest hashes of the text's runs of three words, case and
// punctuation aside, as hex (bottom-k MinHash, Broder 1997). Short texts can be guessed from
// theirs. Of a record as a corpus stores it, of any shape.
Result<std::string> near_sketch(std::string_view record);

// Without `trusted` any key may have signed; with it, an entry by another key refuses the list.
Result<WithdrawalList> read_withdrawals(const std::string& path,
                                        std::span<const PublicKey> trusted = {});
// Adds one entry durably and returns its number. An unreadable list is not added to.
Result<std::uint64_t> append_withdrawal(const std::string& path, const Withdrawal& withdrawal,
                                        const SigningKey& key);

// One JSON line that proves: the signed corpus in `dir` holds none of the content ids of entry
// `number`. kCorrupt when it holds one (the message names it), kUnsupported when the corpus has
// records without content id or was signed without a list of them.
Result<std::string> certify_exclusion(const std::string& dir, const std::string& list,
                                      std::uint64_t number);

struct CertificateReport {
  std::string keyid;  // of who signed the corpus
  bool trusted = false;
  std::string withdrawal_keyid;  // of who signed the withdrawal
  std::uint64_t ids = 0;         // content ids proved to be absent
  bool by_rule = false;  // the entry also names records in other ways, which no proof covers
  Digest manifest{};     // SHA-256 of the corpus's manifest.json
};
bool is_certificate(std::string_view text);
// Needs nothing but the certificate. `trusted` is about who signed the corpus.
Result<CertificateReport> check_certificate(std::string_view text,
                                            std::span<const PublicKey> trusted = {});

}  // namespace corpus::provenance

#endif  // CORPUS_WITHDRAWAL_H_
