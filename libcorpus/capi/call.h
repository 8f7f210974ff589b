// What every function of the C API does: convert, call, save the error, return.
#ifndef CORPUS_CAPI_CALL_H_
#define CORPUS_CAPI_CALL_H_

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "corpus.h"
#include "corpus/result.h"

namespace corpus::capi {

inline corpus_status save(corpus_status code, std::string_view message, corpus_error* error) {
  if (error != nullptr) {
    error->code = code;
    std::size_t size = std::min(message.size(), sizeof error->message - 1);
    // Cut between characters.
    while (size < message.size() && size > 0 && (static_cast<unsigned char>(message[size]) & 0xc0) == 0x80) --size;
    if (size != 0) std::memcpy(error->message, message.data(), size);
    error->message[size] = '\0';
  }
  return code;
}

// Runs f, which returns a Result<void>; nothing that it throws gets out.
template <typename F>
corpus_status call(corpus_error* error, F&& f) {
  try {
    Result<void> result = f();
    if (result) return CORPUS_OK;
    return save(static_cast<corpus_status>(result.error().code), result.error().message, error);
  } catch (const std::bad_alloc&) {
    return save(CORPUS_INTERNAL, "out of memory", error);
  } catch (const std::exception& e) {
    return save(CORPUS_INTERNAL, e.what(), error);
  } catch (...) {
    return save(CORPUS_INTERNAL, "unknown exception", error);
  }
}

inline Error null_argument(std::string_view what) {
  return {Code::kInvalidArgument, std::string(what) + " is NULL"};
}

// Text that the caller frees with corpus_free().
inline Result<void> give(std::string_view text, char** out, std::size_t* size) {
  if (out == nullptr) return null_argument("out");
  auto* copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy == nullptr) return Error{Code::kLimit, "out of memory"};
  if (!text.empty()) std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  *out = copy;
  if (size != nullptr) *size = text.size();
  return {};
}

inline corpus_text text_of(std::string_view s) { return {s.data(), s.size()}; }

}  // namespace corpus::capi

// The enclosing lambda returns an error that names the argument.
#define CORPUS_NEED(argument) \
  if ((argument) == nullptr) return ::corpus::capi::null_argument(#argument)

#endif  // CORPUS_CAPI_CALL_H_
