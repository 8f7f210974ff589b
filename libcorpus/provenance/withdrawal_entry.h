// One entry of a list of withdrawals, checked.
#ifndef CORPUS_PROVENANCE_WITHDRAWAL_ENTRY_H_
#define CORPUS_PROVENANCE_WITHDRAWAL_ENTRY_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "corpus/withdrawal.h"

namespace corpus::provenance {

// `line` without its line feed; `previous` is the SHA-256 of the line before.
Result<Withdrawal> parse_withdrawal(std::string_view line, std::uint64_t number,
                                    const Digest& previous, std::span<const PublicKey> trusted);

}  // namespace corpus::provenance

#endif  // CORPUS_PROVENANCE_WITHDRAWAL_ENTRY_H_
