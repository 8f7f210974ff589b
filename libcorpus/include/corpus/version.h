// The version of the library, as manifests and `corpus --version` say it. Equal to the project's
// version in CMakeLists.txt (a test compares them).
#ifndef CORPUS_VERSION_H_
#define CORPUS_VERSION_H_

#include <string_view>

namespace corpus {

inline constexpr std::string_view kLibraryVersion = "0.1.0";

}  // namespace corpus

#endif  // CORPUS_VERSION_H_
