// Bodies of requests to student serve: whatever comes is read or refused with a message that is a JSON string, and
// what is read lies within the limits.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "serve/openai_request.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void check(const student::HttpResult& error) {
  if (!error) return;
  require(error->status == 400 && !error->message.empty());
  require(error->json().starts_with("{\"error\":{\"message\":\""));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view body(reinterpret_cast<const char*>(data), size);
  for (bool chat : {false, true}) {
    student::CompletionRequest request;
    auto error = student::parse_completion(body, chat, request);
    check(error);
    if (error) continue;
    require(request.temperature >= 0 && request.temperature <= 2 && request.top_p >= 0 && request.top_p <= 1);
    require(request.n >= 1 && request.prompts.size() * static_cast<std::size_t>(request.n) <= 256);
    require(request.top_k >= 0 && request.logprobs >= -1 && request.logprobs <= 20 && request.stop.size() <= 16);
    require(chat ? !request.messages.empty() : !request.prompts.empty());
    for (const auto& prompt : request.prompts) {
      for (auto id : prompt.ids) require(id >= 0);
    }
  }
  student::EmbeddingRequest embedding;
  check(student::parse_embedding(body, embedding));
  return 0;
}
