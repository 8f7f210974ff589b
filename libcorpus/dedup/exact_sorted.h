// dedup.exact when the keys do not fit into memory: a Fold that sorts (key, position) pairs and
// drops all but the first of each key. The same records go, with the same evidence, as from the
// Scan.
//
// Memory: an eighth of the budget. Disk: 24 bytes a record or turn (64 with an index), twice when the run
// can be resumed.
#ifndef CORPUS_DEDUP_EXACT_SORTED_H_
#define CORPUS_DEDUP_EXACT_SORTED_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "corpus/component.h"
#include "dedup/index_writer.h"

namespace corpus {

inline constexpr std::string_view kExactMethod = "exact";
// Of the file that holds the keys for a restart; it is there after the first save().
inline constexpr const char* kSortedKeysEnding = ".keys";

// What an index of dedup.exact is.
IndexPurpose content_purpose(const std::string& scope);

// Reads the keys in `column`; {0, 0} is none. Without a column each turn of a record has a key of its
// own, and all of them have to be duplicates (dedup/turn_drops.h); an index is of whole records. The budget, and what `who` views, have to outlive it.
// With `index` also what that has is dropped, and what is new is added to it.
std::unique_ptr<Fold> make_sorted_exact(std::optional<std::size_t> column, MemoryBudget* memory,
                                        std::string_view who, std::string spill_path,
                                        std::unique_ptr<IndexWriter> index);

}  // namespace corpus

#endif  // CORPUS_DEDUP_EXACT_SORTED_H_
