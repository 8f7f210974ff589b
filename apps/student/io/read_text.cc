#include "io/read_text.h"

#include <corpus/mapped_file.h>

namespace student {

corpus::Result<std::string> read_text(const std::string& path, std::size_t limit) {
  CORPUS_TRY(const corpus::MappedFile file, corpus::MappedFile::open(path));
  if (file.view().size() > limit) {
    return corpus::Error{corpus::Code::kLimit, path + ": " + std::to_string(file.view().size()) +
                                                   " bytes, more than " + std::to_string(limit)};
  }
  return std::string(file.view());
}

}  // namespace student
