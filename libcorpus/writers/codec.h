// Codec: how output is compressed: "zstd[:1-22]", "gzip[:1-9]" or "none".
#ifndef CORPUS_WRITERS_CODEC_H_
#define CORPUS_WRITERS_CODEC_H_

#include <cstdint>
#include <string_view>

#include "corpus/result.h"

namespace corpus {

struct Codec {
  enum class Kind : std::uint8_t { kNone, kGzip, kZstd };
  Kind kind = Kind::kZstd;
  int level = 3;

  std::string_view suffix() const {  // of file names, behind ".jsonl"
    return kind == Kind::kZstd ? ".zst" : kind == Kind::kGzip ? ".gz" : "";
  }
};

// kInvalidArgument names what is accepted.
Result<Codec> parse_codec(std::string_view text);
// By the end of a file's name: .zst, .gz, or anything else.
Codec codec_of_name(std::string_view path);

}  // namespace corpus

#endif  // CORPUS_WRITERS_CODEC_H_
