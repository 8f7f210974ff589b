// Batches in and out through the Arrow C Data and C Stream interfaces
// (https://arrow.apache.org/docs/format/CDataInterface.html): three structs, no dependency. pyarrow,
// Polars, DuckDB, pandas and datasets exchange tables with a chain without a file between.
//
// Out: one row for each kept record, with the columns that the recipe's output.columns names, or all:
//   id utf8, teacher utf8 (null where the record does not say), shape utf8,
//   turns list<struct<role: utf8, text: utf8>>, json utf8 (the record as it would be written).
// In: any table. A row becomes one JSON object: strings (utf8, large_utf8, string views, dictionaries),
// booleans, integers, floats, lists, structs, maps with text keys and nulls, nested as they are. A table
// that has the columns `json` and `turns` of the form above gives its `json` column as it is.
// A type that JSON has no word for (dates, decimals, binary) is refused by the name of its column.
#ifndef CORPUS_ARROW_H_
#define CORPUS_ARROW_H_

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "corpus/arrow_abi.h"
#include "corpus/pipeline.h"
#include "corpus/recipe.h"
#include "corpus/result.h"

namespace corpus::arrow {

// What output.columns of a checked recipe asks for, in its order; all when it is left out.
std::vector<std::string> columns_of(const Recipe& recipe);
// The schema of what export_batch() gives. The caller releases it.
void export_schema(std::span<const std::string> columns, ArrowSchema* out);
// Copies the kept records of the batch; `out` owns what it points to.
void export_batch(std::span<const std::string> columns, const Delivered& delivered, ArrowArray* out);

// Reads a stream as JSON Lines, one array at a time: StreamOptions::feed. Takes `stream` over (its release
// pointer becomes null) and releases it when the last copy of the function goes. kUnsupported for a type that is
// not known, at once; kCorrupt where the structs contradict themselves.
Result<std::function<Result<bool>(std::string&)>> lines_of(ArrowArrayStream* stream);

}  // namespace corpus::arrow

#endif  // CORPUS_ARROW_H_
