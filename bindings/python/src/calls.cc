// Plain calls: what the library is, one record, a folder, terms, tokens.
#include <nanobind/stl/vector.h>

#include <vector>

#include "common.h"

namespace {

struct Reader {
  corpus_reader* handle = nullptr;
  explicit Reader(const std::string& dir) {
    check([&](corpus_error* e) { return corpus_reader_open(dir.c_str(), &handle, e); });
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { corpus_reader_free(handle); }
};

struct Tokenizer {
  corpus_tokenizer* handle = nullptr;
  Tokenizer(const std::string& path, const std::string& pattern) {
    check([&](corpus_error* e) {
      return corpus_tokenizer_open(path.c_str(), pattern.empty() ? nullptr : pattern.c_str(), &handle, e);
    });
  }
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;
  ~Tokenizer() { corpus_tokenizer_free(handle); }
};

}  // namespace

void bind_calls(nb::module_& m) {
  m.def("version", [] { return std::string(corpus_version()); });
  m.def("has", [](const std::string& feature) { return corpus_has(feature.c_str()) != 0; }, nb::arg("feature"));
  m.def("components_json", [] {
    char* out = nullptr;
    std::size_t size = 0;
    check([&](corpus_error* e) { return corpus_components(&out, &size, e); });
    return taken(out, size);
  });
  m.def("profile_json", [](const std::string& name) {
    corpus_recipe* recipe = nullptr;
    check([&](corpus_error* e) { return corpus_recipe_profile(name.c_str(), &recipe, e); });
    char* out = nullptr;
    std::size_t size = 0;
    corpus_error error{};
    auto status = corpus_recipe_json(recipe, &out, &size, &error);
    corpus_recipe_free(recipe);
    if (status != CORPUS_OK) raise(error);
    return taken(out, size);
  }, nb::arg("name"));
  m.def("adapt_json", [](const std::string& json, const std::string& options) {
    char* out = nullptr;
    std::size_t size = 0;
    check([&](corpus_error* e) {
      return corpus_adapt(json.data(), json.size(), options.data(), options.size(), &out, &size, e);
    });
    return taken(out, size);
  }, nb::arg("json"), nb::arg("options") = "");
  m.def("verify_json", [](const std::string& dir, int threads) {
    char* out = nullptr;
    std::size_t size = 0;
    check([&](corpus_error* e) {
      nb::gil_scoped_release release;
      return corpus_verify(dir.c_str(), threads, &out, &size, e);
    });
    return taken(out, size);
  }, nb::arg("dir"), nb::arg("threads") = 1);
  m.def("policy_json", [](const std::string& query) {
    char* out = nullptr;
    std::size_t size = 0;
    check([&](corpus_error* e) { return corpus_policy(query.data(), query.size(), &out, &size, e); });
    return taken(out, size);
  }, nb::arg("query"));

  // Raises when a stage does not look at each record on its own.
  m.def("check_stages", [](const std::string& recipe_json) {
    Recipe recipe(recipe_json);
    corpus_stages* stages = nullptr;
    check([&](corpus_error* e) { return corpus_stages_create(recipe.get(), &stages, e); });
    corpus_stages_free(stages);
  }, nb::arg("recipe"));
  nb::class_<Keys>(m, "Keys", "What the one dedup stage of a recipe compares of a record.")
      .def(nb::init<const std::string&>(), nb::arg("recipe"))
      .def_prop_ro("words", [](const Keys& k) { return corpus_keys_words(k.handle); }, "64-bit numbers of a record.");

  nb::class_<Reader>(m, "Reader", "A corpus folder at random: len(r), r[5], r.find(id).")
      .def(nb::init<const std::string&>(), nb::arg("dir"))
      .def("__len__", [](const Reader& r) { return corpus_reader_size(r.handle); })
      .def("__getitem__", [](const Reader& r, std::int64_t i) {
        auto size = static_cast<std::int64_t>(corpus_reader_size(r.handle));
        if (i < 0) i += size;
        if (i < 0 || i >= size) throw nb::index_error();
        char* out = nullptr;
        std::size_t n = 0;
        check([&](corpus_error* e) { return corpus_reader_get(r.handle, static_cast<std::uint64_t>(i), &out, &n, e); });
        return taken(out, n);
      })
      .def("find", [](const Reader& r, const std::string& id) {
        std::uint64_t number = 0;
        check([&](corpus_error* e) { return corpus_reader_find(r.handle, id.c_str(), &number, e); });
        return number;
      }, nb::arg("id"));

  nb::class_<Tokenizer>(m, "Tokenizer", "Text to token ids and back: tokenizer.json, tiktoken, SentencePiece.")
      .def(nb::init<const std::string&, const std::string&>(), nb::arg("path"), nb::arg("pattern") = "")
      .def("__len__", [](const Tokenizer& t) { return corpus_tokenizer_vocab(t.handle); })
      .def("encode", [](const Tokenizer& t, const std::string& text, bool specials) {
        std::int32_t* ids = nullptr;
        std::size_t count = 0;
        check([&](corpus_error* e) {
          return corpus_tokenizer_encode(t.handle, text.data(), text.size(), specials, &ids, &count, e);
        });
        std::vector<std::int32_t> out(ids, ids + count);
        corpus_free(ids);
        return out;
      }, nb::arg("text"), nb::arg("specials") = false)
      .def("decode", [](const Tokenizer& t, const std::vector<std::int32_t>& ids, bool skip_specials) {
        char* out = nullptr;
        std::size_t size = 0;
        check([&](corpus_error* e) {
          return corpus_tokenizer_decode(t.handle, ids.data(), ids.size(), skip_specials, &out, &size, e);
        });
        std::string bytes = taken(out, size);
        return nb::steal<nb::str>(PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "replace"));
      }, nb::arg("ids"), nb::arg("skip_specials") = false);
}
