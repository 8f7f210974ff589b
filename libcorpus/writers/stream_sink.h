// StreamSink: writes kept records to one file or to standard output.
//
// A file is written under another name and renamed in close(), so it is there whole or not at all;
// a device or pipe is written in place. Dropped records go nowhere. Cannot be resumed.
// A reader that went away (broken pipe) is kCancelled with the message "broken pipe": no failure.
#ifndef CORPUS_WRITERS_STREAM_SINK_H_
#define CORPUS_WRITERS_STREAM_SINK_H_

#include <memory>
#include <string>

#include "corpus/component.h"
#include "io/file.h"
#include "writers/encode.h"

namespace corpus {

class StreamSink final : public Sink {
 public:
  // "-" is standard output.
  StreamSink(std::string path, EncodeOptions encode) : path_(std::move(path)), encode_(encode) {}
  ~StreamSink() override;

  std::uint32_t fields() const override { return encode_.fields(); }
  std::unique_ptr<State> scratch() const override;
  Result<void> prepare(Batch& batch, State* state) const override;
  Result<void> write(Batch& batch) override;
  Result<void> open() override;
  Result<void> close(const RunSummary& summary) override;
  std::uint64_t bytes_written() const override { return bytes_; }

 private:
  std::string path_;
  std::string temporary_;  // empty: written in place
  EncodeOptions encode_;
  io::File file_;
  std::vector<std::string_view> pieces_;
  std::uint64_t bytes_ = 0;
};

}  // namespace corpus

#endif  // CORPUS_WRITERS_STREAM_SINK_H_
