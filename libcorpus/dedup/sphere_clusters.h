// k-means on the unit sphere (Dhillon and Modha 2001): each vector belongs to the centre with the
// greatest cosine.
#ifndef CORPUS_DEDUP_SPHERE_CLUSTERS_H_
#define CORPUS_DEDUP_SPHERE_CLUSTERS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dedup/vector_store.h"

namespace corpus {

// [vector] its cluster, below `clusters` (at least 1). Begins with vectors at equal distances in the
// store's order and stops when nothing changes, or after 20 rounds: the result depends on the store
// alone. Time: rounds * vectors * clusters * dimensions.
std::vector<std::uint32_t> sphere_clusters(const VectorStore& vectors, std::size_t clusters);

}  // namespace corpus

#endif  // CORPUS_DEDUP_SPHERE_CLUSTERS_H_
