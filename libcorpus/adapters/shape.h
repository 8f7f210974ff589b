// The shapes of records, as a table: which members make a shape, and which turn each becomes.
//
// Rows are tried from the top; the first whose required parts are there, and whose values have the
// form the row wants, is the record's shape. So the shape is a function of the record alone. To add
// a shape, add a row (and its keys to keys.h); only a new kind of value needs a new Take.
#ifndef CORPUS_ADAPTERS_SHAPE_H_
#define CORPUS_ADAPTERS_SHAPE_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "adapters/extraction.h"
#include "corpus/record.h"

namespace corpus {

// How a member's value becomes turns.
enum class Take : std::uint8_t {
  kText,         // a string or number: one turn that continues the one before
  kAlternative,  // the same, hanging under the prompt
  kSolution,     // an object with a "solution": the same
  kOptions,      // an array of strings, each a turn
  kChat,
  kHistory,
  kInstances,
  kDialogue,
  kChoices,
  kSamples,
  kAnswers,
  kBranch,
  kTree,
  kWholeTree,  // the record itself is the root; the key says only that it is one
  kVerdict,    // true or false on the answer before: false ranks it behind an unseen better one
};

struct Part {
  KeySet keys;  // the first of them whose value has the form is taken
  Take take = Take::kText;
  Role role = Role::kUser;
  bool required = false;
  std::uint8_t rank = 0;
};

struct Row {
  constexpr Row(Shape s, std::initializer_list<Part> list) : shape(s) {
    for (const Part& part : list) parts[count++] = part;
  }
  std::span<const Part> all() const { return {parts, count}; }

  Shape shape;
  std::size_t count = 0;
  Part parts[12] = {};
};

std::span<const Row> shape_table();

// Fills x.turns from x.record, whose object starts at `root`. `only` limits the rows to one shape;
// kUnknown tries all. Returns kUnknown when no row fits; x.fault is to be looked at first.
Shape adapt(Extraction& x, json::Cursor root, Shape only);

// "messages", "sharegpt", ...; kUnknown when there is no such shape.
Shape shape_of(std::string_view name);

}  // namespace corpus

#endif  // CORPUS_ADAPTERS_SHAPE_H_
