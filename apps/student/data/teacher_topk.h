// A teacher's top-k log-probabilities out of a captured answer, laid beside the student's tokens.
//
// Read from OpenAI's form: `logprobs.content[i].top_logprobs[j]` with `token` or `bytes` and `logprob`, in the
// record itself or in its first choice. They mean anything only where teacher and student share a tokenizer, so
// each token the teacher wrote has to be the student's token at that place; otherwise the document is learned
// from its text alone. (That the tokenizers are one is checked before, by fingerprint.)
#ifndef STUDENT_DATA_TEACHER_TOPK_H_
#define STUDENT_DATA_TEACHER_TOPK_H_

#include <corpus/tokenizer.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace student {

using corpus::TokenId;

enum class TeacherMatch : std::uint8_t { kNone, kSame, kDiffers };

class TeacherReader {
 public:
  TeacherReader(const corpus::Tokenizer& tokenizer, std::int32_t k);

  // Appends document.ids.size() rows of k. `json` is the record. Const and thread safe.
  TeacherMatch append(std::string_view json, const corpus::TemplatedText& document, std::vector<TokenId>& ids,
                      std::vector<float>& logprobs) const;
  void append_none(std::size_t rows, std::vector<TokenId>& ids, std::vector<float>& logprobs) const;

 private:
  std::int32_t k_;
  std::unordered_map<std::string, TokenId> id_of_;  // by the token's bytes
};

}  // namespace student

#endif  // STUDENT_DATA_TEACHER_TOPK_H_
