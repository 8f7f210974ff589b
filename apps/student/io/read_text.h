// A small file as a string.
#ifndef STUDENT_IO_READ_TEXT_H_
#define STUDENT_IO_READ_TEXT_H_

#include <corpus/result.h>

#include <cstddef>
#include <string>

namespace student {

// A whole file of at most `limit` bytes.
corpus::Result<std::string> read_text(const std::string& path, std::size_t limit = std::size_t{256} << 20);

}  // namespace student

#endif  // STUDENT_IO_READ_TEXT_H_
