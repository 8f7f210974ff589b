// Which writing system a text is in, by Unicode's Script property (UAX #24).
//
// Characters of the scripts Common and Inherited (digits, punctuation, spaces, marks) say nothing
// and are not counted. Japanese and Korean texts mix scripts: the one with most characters is
// named. Immutable after construction; threads may share one.
#ifndef CORPUS_TEXT_SCRIPTS_H_
#define CORPUS_TEXT_SCRIPTS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace corpus::text {

class Scripts {
 public:
  Scripts();

  struct Most {
    std::string_view script;  // ISO 15924: "Latn"; "Zyyy" where no character has a script
    std::size_t letters = 0;  // characters of that script
    std::size_t others = 0;   // characters of other scripts
  };
  Most most(std::string_view text) const;

 private:
  std::vector<std::uint16_t> index_;  // by code point / 256: block of blocks_
  std::vector<std::uint8_t> blocks_;  // ICU's script codes
};

}  // namespace corpus::text

#endif  // CORPUS_TEXT_SCRIPTS_H_
