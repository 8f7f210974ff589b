// A byte for every code point, from its general category: for scanners that ask for the class of a
// character millions of times a second.
//
// Two stages of 256 code points each; blocks that are equal are stored once (about 40 KB for all of
// Unicode). Immutable after construction; threads may share one.
#ifndef CORPUS_TEXT_CHAR_TABLE_H_
#define CORPUS_TEXT_CHAR_TABLE_H_

#include <cstdint>
#include <vector>

namespace corpus::text {

// General categories as bits, so that a class is an OR of them (UAX #44, table 12).
enum Category : std::uint32_t {
  kCn = 1U << 0,
  kLu = 1U << 1,
  kLl = 1U << 2,
  kLt = 1U << 3,
  kLm = 1U << 4,
  kLo = 1U << 5,
  kMn = 1U << 6,
  kMe = 1U << 7,
  kMc = 1U << 8,
  kNd = 1U << 9,
  kNl = 1U << 10,
  kNo = 1U << 11,
  kZs = 1U << 12,
  kZl = 1U << 13,
  kZp = 1U << 14,
  kCc = 1U << 15,
  kCf = 1U << 16,
  kCo = 1U << 17,
  kCs = 1U << 18,
  kPd = 1U << 19,
  kPs = 1U << 20,
  kPe = 1U << 21,
  kPc = 1U << 22,
  kPo = 1U << 23,
  kSm = 1U << 24,
  kSc = 1U << 25,
  kSk = 1U << 26,
  kSo = 1U << 27,
  kPi = 1U << 28,
  kPf = 1U << 29,
  kLetter = kLu | kLl | kLt | kLm | kLo,
  kMark = kMn | kMe | kMc,
  kNumber = kNd | kNl | kNo,
  kPunctuation = kPd | kPs | kPe | kPc | kPo | kPi | kPf,
  kSymbol = kSm | kSc | kSk | kSo,
  kSeparator = kZs | kZl | kZp,
};

class CharTable {
 public:
  // `classify` is called once for each category; single characters are corrected with set().
  explicit CharTable(std::uint8_t (*classify)(std::uint32_t category));
  CharTable& set(char32_t c, std::uint8_t value);

  std::uint8_t operator[](char32_t c) const { return blocks_[index_[c >> 8] << 8 | (c & 255)]; }

 private:
  std::vector<std::uint16_t> index_;  // 0x1100 entries
  std::vector<std::uint8_t> blocks_;
};

}  // namespace corpus::text

#endif  // CORPUS_TEXT_CHAR_TABLE_H_
