// Records of benchmark files, as the benchmarks are published: JSON Lines, arrays or CSV with a header, plain or
// compressed, read by libcorpus.
#ifndef STUDENT_EVAL_RECORDS_H_
#define STUDENT_EVAL_RECORDS_H_

#include <corpus/result.h>

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace student {

using Json = nlohmann::ordered_json;

// Calls `use` for each record, in order, with the record as it was read; an Error from it ends the reading and gets
// the file and the record's number. Records that are no JSON are an Error, too: a benchmark has none.
corpus::Result<void> each_record(const std::string& path,
                                 const std::function<corpus::Result<void>(const Json&, std::string_view raw)>& use);

// The first of these that exists in the folder, with any of the endings "", ".zst", ".gz"; empty when none does.
std::string find_file(const std::string& folder, const std::vector<std::string>& names);

std::string sha256_text(std::string_view bytes);  // hex

// A member that has to be a string; kCorrupt names it.
corpus::Result<std::string> string_member(const Json& object, const char* name);

}  // namespace student

#endif  // STUDENT_EVAL_RECORDS_H_
