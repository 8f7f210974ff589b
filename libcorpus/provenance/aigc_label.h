// Implicit labels of generated text after GB 45438-2025: `AIGC` in a record's metadata.
#ifndef CORPUS_PROVENANCE_AIGC_LABEL_H_
#define CORPUS_PROVENANCE_AIGC_LABEL_H_

#include <string>
#include <string_view>

namespace corpus::policy {

// 1 is generated, 2 may be, 3 is suspected, 0: the record carries no label. Looks at what stands
// behind a key "AIGC" wherever that is: labels are an object, or that object as a string.
int read_aigc(std::string_view json);

// {"Label":"1","ContentProducer":...,...}; the text's id names it for producer and propagator.
std::string write_aigc(std::string_view producer, std::string_view id);

// "is", "may_be", "suspected"
std::string_view aigc_name(int label);

}  // namespace corpus::policy

#endif  // CORPUS_PROVENANCE_AIGC_LABEL_H_
