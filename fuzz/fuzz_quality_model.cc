// Any bytes as a model, of fastText or an ARPA file: reading never crashes, and what is read can be asked.
#include <cstdint>
#include <string_view>
#include <vector>

#include "quality/ngram_model.h"
#include "text/fasttext_model.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using corpus::text::FastTextModel;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  constexpr std::string_view kText = "because evidence lol \xE7\x8C\xAB a b\nb zz";
  if (auto ngrams = corpus::quality::NgramModel::parse_arpa(bytes)) (void)ngrams->score(kText);
  auto model = FastTextModel::parse(bytes);
  if (!model) return 0;
  FastTextModel::Scratch scratch(*model);
  std::vector<float> out(model->labels());
  model->probabilities(kText, scratch, out);
  (void)model->best(kText, scratch);
  return 0;
}
