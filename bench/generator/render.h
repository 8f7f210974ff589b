// Render: a conversation as one record of a form.
#ifndef CORPUS_BENCH_GENERATOR_RENDER_H_
#define CORPUS_BENCH_GENERATOR_RENDER_H_

#include <string>
#include <string_view>

#include "plan.h"

namespace corpus::demo {

std::string_view header(Form form);  // before the first record of a file
// Appends the record with its separator: "\n" for lines and rows, ",\n" for array elements.
void render(Form form, std::string_view id, const Conversation& conversation, std::string& out);
// Makes the record that starts at `begin` (and ends the buffer) something that is not JSON, on one
// line, its id still readable.
void break_json(Rng& rng, std::size_t begin, std::string& out);
void append_json(std::string& out, std::string_view text);  // quoted and escaped

}  // namespace corpus::demo

#endif  // CORPUS_BENCH_GENERATOR_RENDER_H_
