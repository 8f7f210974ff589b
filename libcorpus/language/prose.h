// What is left of a text when what is no prose is left out: code and what stands for itself.
#ifndef CORPUS_LANGUAGE_PROSE_H_
#define CORPUS_LANGUAGE_PROSE_H_

#include <string>
#include <string_view>

namespace corpus::language {

// `text` without fenced blocks, `inline code`, <tags>, web addresses and lines that look like code,
// in `out`.
void prose(std::string_view text, std::string& out);

// True when most words of a text in Latin script begin with a capital letter: names, titles, tags.
bool mostly_names(std::string_view text);

// True when a text speaks of languages: names one, or asks for a translation. In English, and in
// the languages that are asked about most.
bool speaks_of_languages(std::string_view text, std::string& scratch);

}  // namespace corpus::language

#endif  // CORPUS_LANGUAGE_PROSE_H_
