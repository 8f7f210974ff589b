#include "corpus/tokenizer.h"

#include "capi/call.h"

using namespace corpus;

struct corpus_tokenizer {
  std::unique_ptr<Tokenizer> tokenizer;
};

extern "C" {

corpus_status corpus_tokenizer_open(const char* path, const char* pattern, corpus_tokenizer** out,
                                    corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(path);
    CORPUS_NEED(out);
    CORPUS_TRY(auto tokenizer, Tokenizer::open(path, pattern != nullptr ? pattern : ""));
    *out = new corpus_tokenizer{std::move(tokenizer)};
    return {};
  });
}

int32_t corpus_tokenizer_vocab(const corpus_tokenizer* tokenizer) {
  return tokenizer != nullptr ? tokenizer->tokenizer->vocab_size() : 0;
}

corpus_status corpus_tokenizer_encode(const corpus_tokenizer* tokenizer, const char* text, size_t size, int specials,
                                      int32_t** ids, size_t* count, corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(tokenizer);
    CORPUS_NEED(ids);
    CORPUS_NEED(count);
    if (size != 0) CORPUS_NEED(text);
    auto out = tokenizer->tokenizer->encode({text, size}, specials != 0);
    char* bytes = nullptr;
    CORPUS_CHECK(capi::give({reinterpret_cast<const char*>(out.data()), out.size() * sizeof(TokenId)}, &bytes, nullptr));
    *ids = reinterpret_cast<int32_t*>(bytes);
    *count = out.size();
    return {};
  });
}

corpus_status corpus_tokenizer_decode(const corpus_tokenizer* tokenizer, const int32_t* ids, size_t count,
                                      int skip_specials, char** out, size_t* size, corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(tokenizer);
    if (count != 0) CORPUS_NEED(ids);
    return capi::give(tokenizer->tokenizer->decode({ids, count}, skip_specials != 0), out, size);
  });
}

void corpus_tokenizer_free(corpus_tokenizer* tokenizer) { delete tokenizer; }

}  // extern "C"
