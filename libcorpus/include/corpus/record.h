// Record: one conversation, seen through one view whatever shape its JSON has.
//
// A record is a *tree of turns*. A plain chat is a tree without branches; a preference pair is a
// prompt with two answers of different rank; ranked answers and OASST message trees are the general
// case; plain text is one turn. `json` is the record exactly as it was read and is never
// re-serialised: what a stage changes is said as tags and edits (batch.h) and spliced in on output.
//
// Ownership: every view points into the Batch that holds the record, and is valid until that batch
// is reset. Threads: a batch is worked on by one thread at a time.
#ifndef CORPUS_RECORD_H_
#define CORPUS_RECORD_H_

#include <compare>
#include <cstdint>
#include <span>
#include <string_view>

namespace corpus {

// Half-open byte range within Record::json.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t size() const { return end - begin; }
};

// Who speaks. kReasoning and kCall are parts of an assistant's message that are not its answer.
enum class Role : std::uint8_t { kText, kSystem, kUser, kAssistant, kReasoning, kCall, kTool };
std::string_view name(Role role);  // "text", "system", "user", "assistant", "reasoning", "call", "tool"

struct Turn {
  std::string_view text;      // unescaped UTF-8; lone surrogates became U+FFFD (see Record::flags)
  Span raw;                   // the JSON string inside its quotes; empty when the text is no JSON string
  std::int32_t parent = -1;   // index of the turn this one answers or continues; -1 for a first turn
  Role role = Role::kText;
  std::uint8_t rank = 0;      // among the alternatives below one parent: 0 best or only, 1 next, ...
};

// Where a record began: input number and byte offset in its decompressed stream. The same in every
// pass, at any thread count and batch size; ordering by it is input order.
struct RecordPos {
  std::uint64_t packed = 0;
  static constexpr int kOffsetBits = 44;  // 16 TiB an input, 2^20 inputs
  static RecordPos make(std::uint64_t input, std::uint64_t offset) {
    return {input << kOffsetBits | offset};
  }
  std::uint32_t input() const { return static_cast<std::uint32_t>(packed >> kOffsetBits); }
  std::uint64_t offset() const { return packed & ((std::uint64_t{1} << kOffsetBits) - 1); }
  auto operator<=>(const RecordPos&) const = default;
};

// Why a record was dropped: a small number that stands for a name such as "filters.refusal.apology".
// Names that begin with "malformed." are counted as malformed, all others as rejected.
class Reason {
 public:
  constexpr Reason() = default;
  // The number of `name`, the same for equal names within a process. Thread safe; takes a lock, so
  // call it when a component is built, not for each record.
  static Reason intern(std::string_view name);
  std::string_view name() const;  // "" for no reason. Lock-free.
  bool malformed() const;
  explicit operator bool() const { return id_ != 0; }
  std::uint16_t id() const { return id_; }  // dense from 1; differs between processes
  bool operator==(const Reason&) const = default;
  static std::size_t count();  // ids are < count()

 private:
  explicit constexpr Reason(std::uint16_t id) : id_(id) {}
  std::uint16_t id_ = 0;
};

// The shapes the adapters know (adapters/shape.h has the table of their fields).
enum class Shape : std::uint8_t {
  kUnknown, kMessages, kShareGpt, kAlpaca, kPromptResponse, kQuestionAnswer, kText,
  kPreference, kRanked, kTree, kSeed, kChoices, kMapped,
};
std::string_view name(Shape shape);

struct Record {
  std::string_view json;                // without the line's final \n; a \r before it stays
  std::string_view id;                  // the source's own id, or empty
  std::string_view teacher;             // the model that wrote it, as the record says, or empty
  std::string_view finish_reason;       // as the record says, or empty
  std::span<const Turn> turns;
  RecordPos pos;
  Span corpus_tag;                      // value of an earlier "corpus" key, or empty
  Reason drop;                          // set: dropped; stays in the batch for the rejects
  Shape shape = Shape::kUnknown;
  std::uint8_t flags = 0;

  static constexpr std::uint8_t kLoneSurrogate = 1;  // a \uD800..\uDFFF without its partner
  static constexpr std::uint8_t kPiece = 2;          // part of a record over the size limit
  static constexpr std::uint8_t kMorePieces = 4;     // ... and another part follows
};

}  // namespace corpus

#endif  // CORPUS_RECORD_H_
