#include "corpus/stream.h"

#include <cerrno>
#include <limits>

#include "capi/handles.h"
#include "corpus/arrow.h"

using namespace corpus;

namespace {

Result<void> call_stage(corpus_stage_fn fn, void* context, std::string_view name, Batch& batch) {
  corpus_batch handle{.batch = &batch, .changing = &batch, .lines = {}, .stage = name};
  char message[256] = "";
  int status = 0;
  try {
    status = fn(context, &handle, message);
  } catch (const std::exception& e) {
    return Error{Code::kInvalidArgument, std::string(name) + ": threw: " + e.what()};
  } catch (...) {
    return Error{Code::kInvalidArgument, std::string(name) + ": threw an exception"};
  }
  if (status == 0) return {};
  message[sizeof message - 1] = '\0';
  std::string what = message[0] != '\0' ? message : "returned " + std::to_string(status);
  return Error{Code::kInvalidArgument, std::string(name) + ": " + what};
}

constexpr std::uint32_t kAllFields = Fields::kTurns | Fields::kId | Fields::kTeacher | Fields::kFinish;

class CallMap final : public Map {
 public:
  CallMap(std::string name, corpus_stage_fn fn, void* context) : name_(std::move(name)), fn_(fn), context_(context) {}
  std::uint32_t fields() const override { return kAllFields; }
  Result<void> run(Batch& batch, State*) const override { return call_stage(fn_, context_, name_, batch); }

 private:
  std::string name_;
  corpus_stage_fn fn_;
  void* context_;
};

class CallScan final : public Scan {
 public:
  CallScan(std::string name, corpus_stage_fn fn, void* context) : name_(std::move(name)), fn_(fn), context_(context) {}
  std::uint32_t fields() const override { return kAllFields; }
  Result<void> run(Batch& batch) override { return call_stage(fn_, context_, name_, batch); }

 private:
  std::string name_;
  corpus_stage_fn fn_;
  void* context_;
};

template <typename Stage, typename Verb>
corpus_status add_stage(corpus_stream* stream, std::size_t behind, const char* name, corpus_stage_fn fn, void* context,
                        corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(stream);
    CORPUS_NEED(name);
    CORPUS_NEED(fn);
    if (stream->run) return Error{Code::kInvalidArgument, "the stream has started; add stages before"};
    std::size_t count = stream->recipe.stages.size();
    if (behind == std::numeric_limits<std::size_t>::max()) behind = count;
    if (behind > count) {
      return Error{Code::kInvalidArgument, "behind " + std::to_string(behind) + " stages of a recipe with " +
                                               std::to_string(count)};
    }
    auto& stages = stream->options.stages;
    auto at = stages.begin();
    while (at != stages.end() && at->behind <= behind) ++at;
    stages.insert(at, {behind, name, std::unique_ptr<Verb>(std::make_unique<Stage>(name, fn, context))});
    return {};
  });
}

Result<StreamRun*> started(corpus_stream* stream) {
  if (stream == nullptr) return capi::null_argument("stream");
  if (!stream->run) return Error{Code::kInvalidArgument, "the stream has not been started"};
  return stream->run.get();
}

Result<void> start(corpus_stream& stream, const corpus_run_options* options) {
  if (stream.run) return Error{Code::kInvalidArgument, "the stream has started already"};
  CORPUS_TRY(RunOptions run, capi::run_options(options));
  CORPUS_TRY(stream.run, StreamRun::start(stream.recipe, std::move(run), std::move(stream.options)));
  return {};
}

}  // namespace

// What a consumer of corpus_stream_to_arrow holds. Stream and consumer may go in either order.
struct ArrowOut {
  corpus_stream* stream = nullptr;  // null once it was freed
  std::vector<std::string> columns;
  std::string error;
};

namespace {

int arrow_schema(ArrowArrayStream* self, ArrowSchema* out) {
  arrow::export_schema(static_cast<ArrowOut*>(self->private_data)->columns, out);
  return 0;
}

int arrow_next(ArrowArrayStream* self, ArrowArray* out) {
  auto& state = *static_cast<ArrowOut*>(self->private_data);
  corpus_error error;
  corpus_status status = capi::call(&error, [&]() -> Result<void> {
    out->release = nullptr;
    if (state.stream == nullptr) return Error{Code::kInvalidArgument, "the stream was freed"};
    for (;;) {
      CORPUS_TRY(const Delivered* delivered, state.stream->run->next());
      if (delivered == nullptr) return {};
      if (delivered->lines.empty()) continue;  // all dropped
      arrow::export_batch(state.columns, *delivered, out);
      return {};
    }
  });
  if (status == CORPUS_OK) return 0;
  state.error = error.message;
  return status == CORPUS_CANCELLED ? ECANCELED : EIO;
}

const char* arrow_error(ArrowArrayStream* self) {
  auto& state = *static_cast<ArrowOut*>(self->private_data);
  return state.error.empty() ? nullptr : state.error.c_str();
}

void arrow_release(ArrowArrayStream* self) {
  auto* state = static_cast<ArrowOut*>(self->private_data);
  if (state->stream != nullptr) state->stream->arrow = nullptr;
  delete state;
  self->release = nullptr;
}

}  // namespace

extern "C" {

corpus_status corpus_stream_create(const corpus_recipe* recipe, corpus_stream** out, corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(recipe);
    CORPUS_NEED(out);
    auto stream = std::make_unique<corpus_stream>();
    stream->recipe = recipe->recipe;
    *out = stream.release();
    return {};
  });
}

corpus_status corpus_stream_add_map(corpus_stream* stream, size_t behind, const char* name, corpus_stage_fn fn,
                                    void* context, corpus_error* error) {
  return add_stage<CallMap, Map>(stream, behind, name, fn, context, error);
}

corpus_status corpus_stream_add_scan(corpus_stream* stream, size_t behind, const char* name, corpus_stage_fn fn,
                                     void* context, corpus_error* error) {
  return add_stage<CallScan, Scan>(stream, behind, name, fn, context, error);
}

corpus_status corpus_stream_pushed(corpus_stream* stream, const char* name, corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(stream);
    if (stream->run) return Error{Code::kInvalidArgument, "the stream has started already"};
    stream->options.push = true;
    if (name != nullptr) stream->options.name = name;
    return {};
  });
}

corpus_status corpus_stream_from_arrow(corpus_stream* stream, struct ArrowArrayStream* input, const char* name,
                                       corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_TRY(auto lines, arrow::lines_of(input));  // first: the stream is taken over whatever happens
    CORPUS_NEED(stream);
    if (stream->run) return Error{Code::kInvalidArgument, "the stream has started already"};
    stream->options.feed = std::move(lines);
    stream->options.name = name != nullptr ? name : "arrow";
    stream->recipe.input.set("format", "jsonl");
    return {};
  });
}

corpus_status corpus_stream_start(corpus_stream* stream, const corpus_run_options* options, corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(stream);
    return start(*stream, options);
  });
}

corpus_status corpus_stream_push(corpus_stream* stream, const char* bytes, size_t size, size_t* taken,
                                 corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(taken);
    *taken = 0;
    if (size != 0) CORPUS_NEED(bytes);
    CORPUS_TRY(StreamRun * run, started(stream));
    CORPUS_TRY(*taken, run->push({bytes, size}));
    return {};
  });
}

corpus_status corpus_stream_end(corpus_stream* stream, corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_TRY(StreamRun * run, started(stream));
    return run->end();
  });
}

corpus_status corpus_stream_next(corpus_stream* stream, const corpus_batch** out, corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(out);
    *out = nullptr;
    CORPUS_TRY(StreamRun * run, started(stream));
    CORPUS_TRY(const Delivered* delivered, run->next());
    if (delivered == nullptr) return {};
    stream->current = {.batch = delivered->batch, .changing = nullptr, .lines = delivered->lines, .stage = {}};
    *out = &stream->current;
    return {};
  });
}

corpus_status corpus_stream_finish(corpus_stream* stream, char** report, size_t* size, corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_TRY(StreamRun * run, started(stream));
    CORPUS_TRY(Report done, run->finish());
    return report != nullptr ? capi::give(to_json(done), report, size) : Result<void>();
  });
}

corpus_status corpus_stream_to_arrow(corpus_stream* stream, const corpus_run_options* options,
                                     struct ArrowArrayStream* out, corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(stream);
    CORPUS_NEED(out);
    if (stream->arrow != nullptr) return Error{Code::kInvalidArgument, "the stream is read as Arrow already"};
    if (!stream->run) CORPUS_CHECK(start(*stream, options));
    stream->arrow = new ArrowOut{.stream = stream, .columns = arrow::columns_of(stream->recipe), .error = {}};
    *out = {arrow_schema, arrow_next, arrow_error, arrow_release, stream->arrow};
    return {};
  });
}

void corpus_stream_free(corpus_stream* stream) {
  if (stream == nullptr) return;
  if (stream->arrow != nullptr) stream->arrow->stream = nullptr;
  delete stream;
}

}  // extern "C"
