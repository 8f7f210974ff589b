// JSON Pointer (RFC 6901): "/data/0/text". "" is the whole value.
#ifndef CORPUS_JSON_POINTER_H_
#define CORPUS_JSON_POINTER_H_

#include <string>
#include <string_view>
#include <vector>

#include "corpus/result.h"
#include "json/cursor.h"

namespace corpus::json {

class Pointer {
 public:
  static Result<Pointer> parse(std::string_view text);

  // Moves the cursor, which stands at a value known to be good, to what the pointer names. False
  // when there is no such place. Of members with equal names the first counts.
  bool find(Cursor& at) const;

 private:
  std::vector<std::string> steps_;
};

}  // namespace corpus::json

#endif  // CORPUS_JSON_POINTER_H_
