// Numbers that states and banks give to people, by their check digits.
#ifndef CORPUS_FILTERS_PII_IDS_H_
#define CORPUS_FILTERS_PII_IDS_H_

#include <cstddef>
#include <string_view>

namespace corpus {

// `digits` are digits alone; `groups` has a char for each run of them that separators part: its
// size.

// China's resident identity card, GB 11643: 17 digits and a check character, which may be X.
bool is_chinese_id(std::string_view digits, char check);
// Brazil's CPF, as it is written: 123.456.789-09.
bool is_cpf(std::string_view digits, std::string_view groups);
// India's Aadhaar, as it is printed: 2345 6789 0124 (Verhoeff's check digit).
bool is_aadhaar(std::string_view digits, std::string_view groups);
// France's NIR with its key: 15 digits, in one run or as it is printed.
bool is_nir(std::string_view digits, std::string_view groups);
// Spain's DNI: eight digits and a check letter.
bool is_dni(std::string_view digits, char check);

// The United Kingdom's National Insurance number that begins at `text`: AB 12 34 56 C, with the
// spaces or without; its length, 0 when there is none.
std::size_t nino_at(std::string_view text);

// How long an IBAN of that country is, without spaces; 0 for none.
std::size_t iban_length(char first, char second);

}  // namespace corpus

#endif  // CORPUS_FILTERS_PII_IDS_H_
