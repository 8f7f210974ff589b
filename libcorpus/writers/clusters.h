// Lines of clusters.jsonl: which record went because of which one that stays, and how alike they are
// (docs/formats/clusters.md).
#ifndef CORPUS_WRITERS_CLUSTERS_H_
#define CORPUS_WRITERS_CLUSTERS_H_

#include <string>
#include <string_view>

#include "corpus/batch.h"

namespace corpus {

// The tag that the stages of dedup/ put on what they drop.
inline constexpr std::string_view kDedupTag = "dedup";
inline constexpr std::string_view kClustersName = "clusters";  // of the file, before its ending

// Of a file in a corpus folder: clusters.jsonl.zst, clusters-00001.jsonl.zst ...
inline bool is_clusters_name(std::string_view name) { return name.starts_with(kClustersName); }

// "0:81234": number of the input and offset in it.
void append_position(RecordPos pos, std::string& out);

// Appends the line of a dropped record with its line feed. `evidence` is the value of its tag, an
// object that is not empty.
void append_cluster_line(const Record& record, std::string_view evidence, PaddedBuffer& out);

}  // namespace corpus

#endif  // CORPUS_WRITERS_CLUSTERS_H_
