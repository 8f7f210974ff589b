// Arrow's ways to fail, as Errors that name the file. Only for libcorpus/parquet.
#ifndef CORPUS_PARQUET_STATUS_H_
#define CORPUS_PARQUET_STATUS_H_

#include <arrow/status.h>

#include <exception>
#include <new>
#include <string>

#include "corpus/result.h"

namespace corpus::parquet {

inline Error failed(const std::string& name, const ::arrow::Status& status) {
  Code code = status.IsOutOfMemory()      ? Code::kLimit
              : status.IsNotImplemented() ? Code::kUnsupported
              : status.IsKeyError()       ? Code::kInvalidArgument
                                          : Code::kCorrupt;
  std::string what = status.message();
  if (auto line = what.find('\n'); line != std::string::npos) what.resize(line);
  return {code, name + ": Parquet: " + what};
}

// Arrow's functions return a Status, those of Parquet below them throw; not every border translates.
template <typename Call>
::arrow::Status guarded(Call call) {
  try {
    return call();
  } catch (const std::bad_alloc&) {
    return ::arrow::Status::OutOfMemory("out of memory");
  } catch (const std::exception& e) {
    return ::arrow::Status::IOError(e.what());
  }
}

}  // namespace corpus::parquet

#endif  // CORPUS_PARQUET_STATUS_H_
