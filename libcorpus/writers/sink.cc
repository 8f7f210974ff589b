// make_sink: from output options to the sink that they mean.
#include <algorithm>
#include <string>
#include <utility>

#include "corpus/pipeline.h"
#include "writers/folder_sink.h"
#include "writers/parquet_sink.h"
#include "writers/stream_sink.h"

namespace corpus {

Result<std::unique_ptr<Sink>> make_sink(const Recipe& recipe, std::string* work_dir);

namespace {

// output.null: everything up to the sink runs and is counted.
class NullSink final : public Sink {
 public:
  Result<void> write(Batch&) override { return {}; }
  Result<void> close(const RunSummary&) override { return {}; }
};

Result<void> check_place(const Value& output, const std::string& dir, const std::string& file,
                         bool none) {
  if (output.find("columns") != nullptr) {
    return Error{Code::kInvalidArgument, "output.columns: for records that go to the program; leave it out"};
  }
  int places = !dir.empty() + !file.empty() + none;
  if (places == 1) return {};
  bool given = output.find("dir") || output.find("file") || output.find("null");
  return Error{Code::kInvalidArgument, given && places > 1
                                           ? "output: give one of dir, file and null"
                                           : "output: say where to write: dir, file or null: true"};
}

bool drops_duplicates(const Recipe& recipe) {
  return std::any_of(recipe.stages.begin(), recipe.stages.end(),
                     [](const auto& stage) { return stage.id.starts_with("dedup."); });
}

Result<EncodeOptions> encode_options(const Recipe& recipe, const std::string& file) {
  EncodeOptions options;
  std::string compress = recipe.output.get("compress", "");
  if (!compress.empty()) {
    CORPUS_TRY(options.codec, parse_codec(compress));
  } else if (!file.empty()) {
    options.codec = codec_of_name(file);
  }
  std::string convert = recipe.output.get("convert", "");
  if (!convert.empty()) {
    CORPUS_TRY(options.convert, parse_target(convert));
  }
  if (file.empty()) {
    options.index = options.codec.kind == Codec::Kind::kZstd;
    options.rejects = recipe.output.get("rejects", true);
    options.clusters = drops_duplicates(recipe);
    options.digests = options.index && recipe.output.get("digests", false);
    options.malformed = recipe.input.get("on_bad_record", "quarantine") != "skip";
  }
  return options;
}

Result<std::unique_ptr<Sink>> parquet_sink(const std::string& file, EncodeOptions options, bool codec_given) {
  if (!parquet::built()) return Error{Code::kUnsupported, file + ": " + parquet::kNotBuilt};
  if (codec_given && options.codec.kind != Codec::Kind::kZstd) {
    return Error{Code::kInvalidArgument, "output.compress: Parquet is written with zstd; write zstd:1 to zstd:22"};
  }
  int level = codec_given ? options.codec.level : Codec().level;
  options.codec = {Codec::Kind::kNone, 0};
  return std::unique_ptr<Sink>(std::make_unique<ParquetSink>(file, options, level));
}

}  // namespace

Result<std::unique_ptr<Sink>> make_sink(const Recipe& recipe, std::string* work_dir) {
  const Value& output = recipe.output;
  std::string dir = output.get("dir", ""), file = output.get("file", "");
  bool none = output.get("null", false);
  CORPUS_CHECK(check_place(output, dir, file, none));
  work_dir->clear();
  if (none) return std::unique_ptr<Sink>(std::make_unique<NullSink>());
  CORPUS_TRY(EncodeOptions options, encode_options(recipe, file));
  if (file.ends_with(".parquet")) return parquet_sink(file, options, !output.get("compress", "").empty());
  if (!file.empty()) return std::unique_ptr<Sink>(std::make_unique<StreamSink>(file, options));
  while (dir.size() > 1 && dir.back() == '/') dir.pop_back();
  constexpr std::int64_t kShard = std::int64_t{256} << 20;
  auto shard = static_cast<std::uint64_t>(output.get("shard", kShard));
  *work_dir = dir + "/.partial";
  return std::unique_ptr<Sink>(std::make_unique<FolderSink>(dir, recipe, options, shard));
}

}  // namespace corpus
