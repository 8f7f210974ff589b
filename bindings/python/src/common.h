// Shared by the files of the extension module: errors, text, and waiting that Ctrl-C can end.
#ifndef CORPUS_PYTHON_COMMON_H_
#define CORPUS_PYTHON_COMMON_H_

#include <corpus.h>
#include <corpus/arrow_abi.h>
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <chrono>
#include <future>
#include <string>
#include <string_view>

namespace nb = nanobind;

// What corpus_error says, as a Python exception: libcorpus.Error with .code, or what fits better.
[[noreturn]] void raise(const corpus_error& error);

template <typename F>
void check(F&& call) {
  corpus_error error{};
  if (call(&error) != CORPUS_OK) raise(error);
}

inline std::string taken(char* text, std::size_t size) {
  std::string out(text, size);
  corpus_free(text);
  return out;
}

inline nb::str str_of(corpus_text text) {
  return nb::steal<nb::str>(PyUnicode_DecodeUTF8(text.data, static_cast<Py_ssize_t>(text.size), "replace"));
}

// Runs f without the GIL on another thread; signals are looked at meanwhile. On Ctrl-C, `cancel` is called and f is
// waited for before KeyboardInterrupt is raised.
template <typename F, typename Cancel>
auto interruptible(F&& f, Cancel&& cancel) {
  auto future = std::async(std::launch::async, std::forward<F>(f));
  for (;;) {
    {
      nb::gil_scoped_release release;
      if (future.wait_for(std::chrono::milliseconds(50)) == std::future_status::ready) break;
    }
    if (PyErr_CheckSignals() != 0) {
      cancel();
      nb::gil_scoped_release release;
      future.wait();
      break;
    }
  }
  if (PyErr_Occurred()) throw nb::python_error();
  return future.get();
}

// A recipe for the length of a call.
class Recipe {
 public:
  explicit Recipe(const std::string& json) {
    check([&](corpus_error* e) { return corpus_recipe_parse(json.data(), json.size(), "chain", &handle_, e); });
  }
  Recipe(const Recipe&) = delete;
  Recipe& operator=(const Recipe&) = delete;
  ~Recipe() { corpus_recipe_free(handle_); }
  const corpus_recipe* get() const { return handle_; }

 private:
  corpus_recipe* handle_ = nullptr;
};

// What a dedup stage compares of a record; see corpus_keys.
struct Keys {
  corpus_keys* handle = nullptr;
  explicit Keys(const std::string& recipe_json) {
    Recipe recipe(recipe_json);
    check([&](corpus_error* e) { return corpus_keys_create(recipe.get(), &handle, e); });
  }
  Keys(const Keys&) = delete;
  Keys& operator=(const Keys&) = delete;
  ~Keys() { corpus_keys_free(handle); }
};

void bind_records(nb::module_& m);
void bind_calls(nb::module_& m);

#endif  // CORPUS_PYTHON_COMMON_H_
