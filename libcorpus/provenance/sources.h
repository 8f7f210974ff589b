// Where inputs come from: what the recipe or a table beside the data declares about each file. What
// is not declared is unknown.
//
// Several declarations of one file all hold: licences and teachers add up, and the strictest
// decides.
#ifndef CORPUS_PROVENANCE_SOURCES_H_
#define CORPUS_PROVENANCE_SOURCES_H_

#include <string>
#include <string_view>
#include <vector>

#include "corpus/policy.h"
#include "corpus/result.h"
#include "corpus/value.h"

namespace corpus::policy {

struct SourceTerms {
  bool declared = false;
  std::vector<std::string> licences;  // as stated; empty texts are left out
  std::vector<std::string> teachers;  // names, kHuman for nobody's model
  std::vector<std::string> owners;
  std::vector<std::string> urls;
  std::vector<std::string> collected;
};

class Sources {
 public:
  // `list`: the option `sources`, an array of {files, licence, teacher, owner, url, collected}; may be
  // null.
  Result<void> add_list(const Value* list);
  // A table with a header line: columns file, licence_as_stated (or licence, license), teacher;
  // also owner, url or origin, and collected. `file` is relative to the table's folder.
  Result<void> add_table(const std::string& path, const Phrases& phrases);
  Result<void> add_table_text(std::string_view tsv, const std::string& path,
                              const Phrases& phrases);

  SourceTerms find(const std::string& input) const;

 private:
  struct Declaration {
    std::string glob;  // of the recipe; '*' stays within a folder, '**' does not
    std::string path;  // of a table: the file it is about, absolute
    SourceTerms terms;
  };
  std::vector<Declaration> declarations_;
};

// Like a shell's: '*' and '?' stop at '/', "**" does not.
bool path_match(std::string_view glob, std::string_view path);

}  // namespace corpus::policy

#endif  // CORPUS_PROVENANCE_SOURCES_H_
