// What parquet/files.h is in a build without Arrow C++.
#include "parquet/files.h"

namespace corpus::parquet {

bool built() { return false; }

Result<std::unique_ptr<io::ByteReader>> open(io::File file, const std::vector<std::string>&, std::int64_t) {
  return Error{Code::kUnsupported, file.name() + ": " + kNotBuilt};
}

Result<std::unique_ptr<Writer>> create(io::File file, int, std::size_t) {
  return Error{Code::kUnsupported, file.name() + ": " + kNotBuilt};
}

}  // namespace corpus::parquet
