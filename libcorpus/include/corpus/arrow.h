// Batches in and out through the Arrow C Data and C Stream interfaces
// (https://arrow.apache.org/docs/format/CDataInterface.html): three structs, no dependency. pyarrow,
// Polars, DuckDB, pandas and datasets exchange tables with a chain without a file between.
//
// Out: one row for each kept record, columns
//   id utf8, teacher utf8 (null where the record does not say), shape utf8,
//   turns list<struct<role: utf8, text: utf8>>, json utf8 (the record as it would be written).
// In: any table. A row becomes one JSON object: strings (utf8, large_utf8, string views, dictionaries),
// booleans, integers, floats, lists, structs, maps with text keys and nulls, nested as they are. A table
// that has the columns `json` and `turns` of the form above gives its `json` column as it is.
// A type that JSON has no word for (dates, decimals, binary) is refused by the name of its column.
#ifndef CORPUS_ARROW_H_
#define CORPUS_ARROW_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "corpus/pipeline.h"
#include "corpus/result.h"

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4
extern "C" {
struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};
struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};
}
#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE
extern "C" {
struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
  int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
  const char* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};
}
#endif

namespace corpus::arrow {

// The schema of what export_batch() gives. The caller releases it.
void export_schema(ArrowSchema* out);
// Copies the kept records of the batch; `out` owns what it points to.
void export_batch(const Delivered& delivered, ArrowArray* out);

// Reads a stream as JSON Lines, one array at a time: StreamOptions::feed. Takes `stream` over (its release
// pointer becomes null) and releases it when the last copy of the function goes. kUnsupported for a type that is
// not known, at once; kCorrupt where the structs contradict themselves.
Result<std::function<Result<bool>(std::string&)>> lines_of(ArrowArrayStream* stream);

}  // namespace corpus::arrow

#endif  // CORPUS_ARROW_H_
