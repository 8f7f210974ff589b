// Where a student's training data came from and whether its terms were checked: part of student.json.
#ifndef STUDENT_TRAIN_PROVENANCE_H_
#define STUDENT_TRAIN_PROVENANCE_H_

#include <corpus/result.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace student {

using corpus::Result;

// What one --data or --replay path is: a corpus folder with a manifest, or files that nobody vouches for.
struct DataOrigin {
  std::string path;
  std::string manifest_sha256;     // empty: no corpus
  nlohmann::ordered_json policy;   // of the manifest; "unchecked" for everything else
  bool checked = false;            // the policy was checked for training
};
Result<DataOrigin> origin_of(const std::string& path);

// An Error unless every origin was checked for training or `unchecked` allows what was not.
Result<void> require_policy(const std::vector<DataOrigin>& origins, bool unchecked);

nlohmann::ordered_json to_json(const std::vector<DataOrigin>& origins);

}  // namespace student

#endif  // STUDENT_TRAIN_PROVENANCE_H_
