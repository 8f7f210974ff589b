// The extension module: Stream, over corpus.h. The Python files make chains of it.
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/vector.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common.h"

nb::object make_batch(const corpus_batch* batch, corpus_batch* changing);
void end_batch(nb::handle batch);

namespace {

nb::object* error_type = nullptr;  // libcorpus.Error, for the life of the process

struct Stage {
  nb::object fn;
  std::string error;  // of the Python exception that ended the run; under the GIL
};

// Called on a thread of the run: takes the GIL for the time of the batch.
int call_python(void* context, corpus_batch* batch, char message[256]) {
  nb::gil_scoped_acquire gil;
  auto& stage = *static_cast<Stage*>(context);
  nb::object view = make_batch(batch, batch);
  int status = 0;
  try {
    stage.fn(view);
  } catch (nb::python_error& e) {
    stage.error = e.what();
    std::snprintf(message, 256, "%s", e.what());
    status = 1;
  }
  end_batch(view);
  return status;
}

class Stream {
 public:
  Stream(const std::string& recipe_json, int threads, std::uint64_t memory, bool resume, nb::object progress)
      : progress_(std::move(progress)) {
    corpus_recipe* recipe = nullptr;
    check([&](corpus_error* e) {
      return corpus_recipe_parse(recipe_json.data(), recipe_json.size(), "chain", &recipe, e);
    });
    corpus_error error{};
    auto status = corpus_stream_create(recipe, &stream_, &error);
    corpus_recipe_free(recipe);
    if (status != CORPUS_OK) raise(error);
    cancel_ = corpus_cancel_create();
    options_ = {sizeof options_, threads, resume ? 1 : 0, memory, cancel_,
                progress_.is_none() ? nullptr : on_progress, this};
  }

  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() {
    if (!last_.is_none()) end_batch(last_);  // whoever still holds it finds it gone
    nb::gil_scoped_release release;  // its threads may be in a Python stage
    corpus_stream_free(stream_);
    corpus_cancel_free(cancel_);
  }

  void add_stage(std::size_t behind, const std::string& name, nb::object fn) {
    stages_.push_back(std::make_unique<Stage>(Stage{std::move(fn), {}}));
    check([&](corpus_error* e) {
      return corpus_stream_add_scan(stream_, behind, name.c_str(), call_python, stages_.back().get(), e);
    });
  }

  void from_arrow(nb::capsule capsule, const std::string& name) {
    auto* input = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule.ptr(), "arrow_array_stream"));
    if (input == nullptr) throw nb::python_error();
    check([&](corpus_error* e) { return corpus_stream_from_arrow(stream_, input, name.c_str(), e); });
  }

  void start() {
    check([&](corpus_error* e) {
      nb::gil_scoped_release release;
      return corpus_stream_start(stream_, &options_, e);
    });
  }

  nb::object next() {
    if (!last_.is_none()) end_batch(last_);
    last_ = nb::none();
    const corpus_batch* batch = nullptr;
    corpus_error error{};
    auto status = interruptible([&] { return corpus_stream_next(stream_, &batch, &error); },
                                [&] { corpus_cancel_request(cancel_); });
    if (status != CORPUS_OK) fail(error);
    if (batch == nullptr) return nb::none();
    last_ = make_batch(batch, nullptr);
    return last_;
  }

  std::string finish() {
    if (!last_.is_none()) end_batch(last_);
    last_ = nb::none();
    char* report = nullptr;
    std::size_t size = 0;
    corpus_error error{};
    auto status = interruptible([&] { return corpus_stream_finish(stream_, &report, &size, &error); },
                                [&] { corpus_cancel_request(cancel_); });
    if (status != CORPUS_OK) fail(error);
    return taken(report, size);
  }

  corpus_stream* handle() { return stream_; }
  const corpus_run_options* options() const { return &options_; }

 private:
  [[noreturn]] void fail(const corpus_error& error) {
    for (const auto& stage : stages_) {
      if (!stage->error.empty()) {
        corpus_error full = error;
        PyErr_Format(error_type->ptr(), "%s\n\nin a Python stage:\n%s", full.message, stage->error.c_str());
        throw nb::python_error();
      }
    }
    raise(error);
  }

  static void on_progress(void* self, const corpus_progress* p) {
    nb::gil_scoped_acquire gil;
    auto& stream = *static_cast<Stream*>(self);
    try {
      stream.progress_(p->bytes_done, p->bytes_total, p->records, p->dropped, p->pass, p->passes, p->seconds);
    } catch (nb::python_error& e) {
      e.discard_as_unraisable("libcorpus progress");
    }
  }

  corpus_stream* stream_ = nullptr;
  corpus_cancel* cancel_ = nullptr;
  corpus_run_options options_{};
  nb::object progress_, last_ = nb::none();
  std::vector<std::unique_ptr<Stage>> stages_;
};

// An exported Arrow stream keeps its Stream alive, and lets go of the GIL while it waits.
struct Exported {
  std::shared_ptr<Stream> stream;
  ArrowArrayStream inner{};
};

int exported_schema(ArrowArrayStream* self, ArrowSchema* out) {
  auto& inner = static_cast<Exported*>(self->private_data)->inner;
  return inner.get_schema(&inner, out);
}

int exported_next(ArrowArrayStream* self, ArrowArray* out) {
  auto& inner = static_cast<Exported*>(self->private_data)->inner;
  if (PyGILState_Check() == 0) return inner.get_next(&inner, out);
  nb::gil_scoped_release release;  // a Python stage of the chain needs it
  return inner.get_next(&inner, out);
}

const char* exported_error(ArrowArrayStream* self) {
  auto& inner = static_cast<Exported*>(self->private_data)->inner;
  return inner.get_last_error(&inner);
}

void exported_release(ArrowArrayStream* self) {
  auto* exported = static_cast<Exported*>(self->private_data);
  exported->inner.release(&exported->inner);
  {
    nb::gil_scoped_acquire gil;
    delete exported;
  }
  self->release = nullptr;
}

nb::object to_arrow(std::shared_ptr<Stream> stream) {
  auto exported = std::make_unique<Exported>();
  exported->stream = stream;
  check([&](corpus_error* e) {
    nb::gil_scoped_release release;
    return corpus_stream_to_arrow(stream->handle(), stream->options(), &exported->inner, e);
  });
  auto* out = new ArrowArrayStream{exported_schema, exported_next, exported_error, exported_release, exported.release()};
  return nb::steal(PyCapsule_New(out, "arrow_array_stream", [](PyObject* capsule) {
    auto* stream_of = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule, "arrow_array_stream"));
    if (stream_of->release != nullptr) stream_of->release(stream_of);
    delete stream_of;
  }));
}

}  // namespace

void raise(const corpus_error& error) {
  switch (error.code) {
    case CORPUS_INVALID_ARGUMENT: PyErr_SetString(PyExc_ValueError, error.message); break;
    case CORPUS_NOT_FOUND: PyErr_SetString(PyExc_FileNotFoundError, error.message); break;
    case CORPUS_CANCELLED: PyErr_SetString(PyExc_KeyboardInterrupt, error.message); break;
    case CORPUS_IO: PyErr_SetString(PyExc_OSError, error.message); break;
    default: PyErr_SetString(error_type->ptr(), error.message); break;
  }
  throw nb::python_error();
}

NB_MODULE(_libcorpus, m) {
  m.doc() = "The extension under libcorpus; use that.";
  error_type = new nb::object(nb::exception<std::runtime_error>(m, "Error"));
  nb::class_<Stream>(m, "Stream")
      .def(nb::init<const std::string&, int, std::uint64_t, bool, nb::object>(), nb::arg("recipe"),
           nb::arg("threads") = 0, nb::arg("memory") = 0, nb::arg("resume") = false, nb::arg("progress") = nb::none())
      .def("add_stage", &Stream::add_stage, nb::arg("behind"), nb::arg("name"), nb::arg("fn"))
      .def("from_arrow", &Stream::from_arrow, nb::arg("capsule"), nb::arg("name"))
      .def("start", &Stream::start)
      .def("next", &Stream::next, nb::sig("def next(self) -> Batch | None"))
      .def("finish", &Stream::finish);
  m.def("to_arrow", &to_arrow, nb::arg("stream"));
  bind_records(m);
  bind_calls(m);
}
