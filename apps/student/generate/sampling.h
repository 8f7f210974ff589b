// From logits to the next token, and to the log-probabilities that clients ask for.
//
// A choice depends on the logits, the options and the position in the answer alone: the same request
// gets the same answer whatever else is in the batch. Ties go to the lower id. A logit that is no
// number counts as minus infinity.
// Threads: a Sampler is working memory; one thread at a time.
#ifndef STUDENT_GENERATE_SAMPLING_H_
#define STUDENT_GENERATE_SAMPLING_H_

#include <corpus/tokenizer.h>

#include <cstdint>
#include <span>
#include <vector>

namespace student {

using corpus::TokenId;

struct Sampling {
  float temperature = 0;   // 0: the most likely token
  std::int32_t top_k = 0;  // only the k most likely ones; 0: all
  float top_p = 1;         // only the fewest most likely ones with at least this much of the probability
  std::uint64_t seed = 0;
};

struct Ranked {
  TokenId id = -1;
  float logprob = 0;  // natural logarithm, of the model's distribution (temperature 1)
};

class Sampler {
 public:
  // The token at `position` of the answer. -1 when no logit is a number.
  TokenId pick(std::span<const float> logits, const Sampling& sampling, std::uint64_t position);
  // The k most likely tokens, best first. `total`: log_sum_exp of all the model's logits.
  void best(std::span<const float> logits, double total, std::int32_t k, std::vector<Ranked>& out);

 private:
  std::vector<TokenId> ids_;
  std::vector<double> weights_;
};

TokenId argmax(std::span<const float> logits);         // -1 when no logit is a number
double log_sum_exp(std::span<const float> logits);     // sums in double, in the order of ids

}  // namespace student

#endif  // STUDENT_GENERATE_SAMPLING_H_
