// Perplexity of texts that were held out: one task for each file, so that what was learned and what was forgotten are
// two lines of the table.
#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "eval/task.h"

namespace student {
namespace {

using corpus::Code;
using corpus::Error;
using corpus::Result;

constexpr std::size_t kMaxText = 256 << 20;

class Perplexity final : public Task {
 public:
  Perplexity(std::string name, std::string path) : name_(std::move(name)), path_(std::move(path)) {}
  std::string name() const override { return name_; }
  Kind kind() const override { return Kind::kText; }

  Result<std::vector<Question>> load(const TaskOptions& options) const override {
    std::vector<Question> out;
    auto add = [&](std::string text) {
      out.push_back({.id = std::to_string(out.size()), .item = sha256_text(text), .prompt = std::move(text)});
    };
    if (path_.ends_with(".txt")) {
      struct stat info{};
      if (::stat(path_.c_str(), &info) != 0) return Error{Code::kNotFound, path_ + " is not there"};
      if (static_cast<std::size_t>(info.st_size) > kMaxText)
        return Error{Code::kLimit, path_ + " is larger than 256 MiB"};
      std::ifstream in(path_, std::ios::binary);
      add(std::string(std::istreambuf_iterator<char>(in), {}));
    } else {
      CORPUS_CHECK(each_record(path_, [&](const Json& record, std::string_view) -> Result<void> {
        CORPUS_TRY(std::string text, string_member(record, "text"));
        if (!text.empty()) add(std::move(text));
        return {};
      }));
    }
    thin_out(out, options.limit);
    return out;
  }

 private:
  std::string name_, path_;
};

}  // namespace

// perplexity.txt and perplexity.jsonl are "perplexity"; perplexity.general.jsonl.zst is "perplexity.general".
std::vector<std::unique_ptr<Task>> perplexity_tasks(const std::string& folder) {
  std::vector<std::pair<std::string, std::string>> found;
  if (DIR* dir = ::opendir(folder.c_str())) {
    while (const dirent* entry = ::readdir(dir)) {
      std::string file = entry->d_name, name = file;
      if (!file.starts_with("perplexity.")) continue;
      for (std::string_view ending : {".zst", ".gz"}) {
        if (name.ends_with(ending)) name.resize(name.size() - ending.size());
      }
      bool text = file.ends_with(".txt");
      if (!text && !name.ends_with(".jsonl")) continue;
      name.resize(name.rfind('.'));
      found.emplace_back(name, folder + '/' + file);
    }
    ::closedir(dir);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::unique_ptr<Task>> out;
  for (auto& [name, path] : found) out.push_back(std::make_unique<Perplexity>(name, path));
  return out;
}

}  // namespace student
