// corpus dedup explain and query; corpus dedup calls them.
#ifndef CORPUS_APPS_DEDUP_H_
#define CORPUS_APPS_DEDUP_H_

#include "common/args.h"

namespace corpus::cli {

Result<int> explain(const Args&);
Result<int> query(const Args&);

}  // namespace corpus::cli

#endif  // CORPUS_APPS_DEDUP_H_
