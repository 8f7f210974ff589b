// Converter: a kept record in another shape, made from its turns (docs/formats/convert.md).
//
//   messages         {"messages":[{"role","content"},...]}
//   sharegpt         {"conversations":[{"from","value"},...]}
//   alpaca {"instruction","input","output"[,"system"][,"history":[[question,answer],...]]}
//   prompt_response  {"prompt","response"}
//   text             {"text"}
//
// Preference records become {"prompt","chosen","rejected"} for every target but text: lists of
// messages where the target has lists, else strings. Of other trees the path of the best answers is
// written. Behind these members come "id" and "generator" (the teacher) when known, then the tags;
// every other member of the record is lost. Edits are applied where they change a turn's text.
#ifndef CORPUS_WRITERS_CONVERT_H_
#define CORPUS_WRITERS_CONVERT_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "corpus/batch.h"
#include "corpus/result.h"
#include "writers/splice.h"
#include "writers/turn_path.h"

namespace corpus {

enum class Target : std::uint8_t { kMessages, kShareGpt, kAlpaca, kPromptResponse, kText };
Result<Target> parse_target(std::string_view name);

class Converter {
 public:
  // Appends the record's line, with its line feed. kUnsupported when an edit of the record changes
  // more than the text of a turn: it could not be carried over.
  Result<void> add_line(Batch& batch, std::size_t record, Target target, Splicer& splicer,
                        PaddedBuffer& out);

 private:
  using Path = std::span<const std::uint32_t>;

  Result<void> read_texts(Batch& batch, std::size_t record, const Splicer& splicer);
  Result<std::string_view> edited(Batch& batch, const Record& record, const Turn& turn,
                                  const Splicer& splicer, std::size_t number);
  Role role(std::uint32_t turn) const { return turns_[turn].role; }

  void add_messages(Path path, Target target);
  void add_message(Target target, Role role, std::string_view reasoning, std::string_view text);
  void add_preference(Target target);
  void add_alpaca(Path path);
  void add_prompt_response(Path path);
  // `"key":"all texts of the path, two line feeds between them"`
  void add_joined(std::string_view key, Path path);
  void add_member(std::string_view key, std::string_view text);
  std::string_view joined(Path path, std::string& out) const;

  std::span<const Turn> turns_;
  std::vector<std::string_view> texts_;  // [turn] with edits applied
  std::vector<std::uint32_t> order_;     // edits of one turn
  TurnPath path_;
  PaddedBuffer json_;
  std::string text_, more_;
};

}  // namespace corpus

#endif  // CORPUS_WRITERS_CONVERT_H_
