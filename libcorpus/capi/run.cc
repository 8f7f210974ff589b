#include <stdexcept>

#include "capi/handles.h"

using namespace corpus;

namespace corpus::capi {

Result<RunOptions> run_options(const corpus_run_options* options) {
  RunOptions out;
  if (options == nullptr) return out;
  if (options->struct_size != sizeof(corpus_run_options)) {
    return Error{Code::kInvalidArgument,
                 "corpus_run_options.struct_size is " + std::to_string(options->struct_size) + ", not " +
                     std::to_string(sizeof(corpus_run_options)) + ": set it to sizeof(corpus_run_options)"};
  }
  if (options->threads < 0) return Error{Code::kInvalidArgument, "threads is negative"};
  out.threads = options->threads;
  out.memory = options->memory;
  out.resume = options->resume != 0;
  if (options->cancel != nullptr) out.cancel = &options->cancel->cancel;
  if (options->progress != nullptr) {
    out.progress = [tell = options->progress, context = options->context](const Progress& p) {
      corpus_progress progress{p.pass, p.passes, p.bytes_done, p.bytes_total, p.records, p.dropped, p.seconds};
      try {
        tell(context, &progress);
      } catch (const std::exception& e) {
        throw std::runtime_error(std::string("progress: threw: ") + e.what());
      } catch (...) {  // the run knows the standard's exceptions only
        throw std::runtime_error("progress: threw an exception");
      }
    };
  }
  return out;
}

}  // namespace corpus::capi

extern "C" {

corpus_cancel* corpus_cancel_create(void) { return new (std::nothrow) corpus_cancel; }
void corpus_cancel_request(corpus_cancel* cancel) {
  if (cancel != nullptr) cancel->cancel.request();
}
void corpus_cancel_free(corpus_cancel* cancel) { delete cancel; }

corpus_status corpus_run(const corpus_recipe* recipe, const corpus_run_options* options, char** report, size_t* size,
                         corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(recipe);
    CORPUS_TRY(RunOptions run_options, capi::run_options(options));
    CORPUS_TRY(Report done, run(recipe->recipe, run_options));
    return report != nullptr ? capi::give(to_json(done), report, size) : Result<void>();
  });
}

}  // extern "C"
