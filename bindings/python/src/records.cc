// Batch and Record: what a Python stage is given, and what iterating over a stream gives.
#include <nanobind/stl/optional.h>

#include <memory>
#include <vector>

#include "common.h"

namespace {

// Shared by a Batch and its Records: emptied when the batch goes, so that a record kept too long is an exception.
struct Held {
  const corpus_batch* batch = nullptr;
  corpus_batch* changing = nullptr;
};

const corpus_batch* alive(const Held& held) {
  if (held.batch == nullptr) throw nb::value_error("this batch is gone: use a record only while its batch is at hand");
  return held.batch;
}

corpus_batch* changeable(const Held& held) {
  alive(held);
  if (held.changing == nullptr) throw nb::value_error("records can be changed in a stage only: use Chain.map");
  return held.changing;
}

struct Record {
  std::shared_ptr<Held> held;
  std::size_t index = 0;

  corpus_record view() const {
    corpus_record out;
    check([&](corpus_error* e) { return corpus_batch_record(alive(*held), index, &out, e); });
    return out;
  }
  corpus_turn turn(std::size_t t) const {
    corpus_turn out;
    check([&](corpus_error* e) { return corpus_batch_turn(alive(*held), index, t, &out, e); });
    return out;
  }
};

std::string text_of_roles(const Record& record, bool answers) {
  std::string out;
  auto count = record.view().turns;
  for (std::uint32_t t = 0; t < count; ++t) {
    corpus_turn turn = record.turn(t);
    std::string_view role = turn.role;
    bool answer = role == "assistant" || role == "text";
    if (answer != answers || role == "reasoning" || role == "call") continue;
    if (!out.empty()) out += '\n';
    out.append(turn.text.data, turn.text.size);
  }
  return out;
}

}  // namespace

struct Batch {
  std::shared_ptr<Held> held = std::make_shared<Held>();
  Batch(const corpus_batch* batch, corpus_batch* changing) { *held = {batch, changing}; }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;
  ~Batch() { *held = {}; }
};

nb::object make_batch(const corpus_batch* batch, corpus_batch* changing) {
  return nb::cast(new Batch(batch, changing), nb::rv_policy::take_ownership);
}

// The stage is over: whatever still refers to the batch finds it gone.
void end_batch(nb::handle batch) { *nb::cast<Batch&>(batch).held = {}; }

void bind_records(nb::module_& m) {
  nb::class_<Record>(m, "Record", "One conversation. Valid only while its batch is at hand.")
      .def_prop_ro("json", [](const Record& r) { return str_of(r.view().json); }, "The record as it was read.")
      .def_prop_ro("id", [](const Record& r) { return str_of(r.view().id); })
      .def_prop_ro("teacher", [](const Record& r) { return str_of(r.view().teacher); })
      .def_prop_ro("finish_reason", [](const Record& r) { return str_of(r.view().finish_reason); })
      .def_prop_ro("shape", [](const Record& r) { return nb::str(r.view().shape); })
      .def_prop_ro("dropped", [](const Record& r) { return str_of(r.view().drop_reason); },
                   "Why it was dropped, or ''.")
      .def_prop_ro("position", [](const Record& r) {
        auto v = r.view();
        return nb::make_tuple(v.input, v.offset);
      }, "(number of the input, byte offset in it)")
      .def_prop_ro("turns", [](const Record& r) {
        nb::list out;
        auto count = r.view().turns;
        for (std::uint32_t t = 0; t < count; ++t) {
          corpus_turn turn = r.turn(t);
          out.append(nb::make_tuple(nb::str(turn.role), str_of(turn.text)));
        }
        return out;
      }, "[(role, text), ...]")
      .def_prop_ro("prompt", [](const Record& r) { return text_of_roles(r, false); }, "Text of system, user and tools.")
      .def_prop_ro("response", [](const Record& r) { return text_of_roles(r, true); }, "Text of the assistant.")
      .def("drop", [](const Record& r, const std::string& reason) {
        check([&](corpus_error* e) { return corpus_batch_drop(changeable(*r.held), r.index, reason.c_str(), e); });
      }, nb::arg("reason"), "Drop it; it goes to the rejects with '<stage>.<reason>'.")
      .def("tag", [](const Record& r, const std::string& key, const std::string& json) {
        check([&](corpus_error* e) {
          return corpus_batch_tag(changeable(*r.held), r.index, key.c_str(), json.data(), json.size(), e);
        });
      }, nb::arg("key"), nb::arg("json"), "Write \"key\": json under \"corpus\".")
      .def("replace", [](const Record& r, std::size_t turn, const std::string& text) {
        check([&](corpus_error* e) {
          return corpus_batch_replace(changeable(*r.held), r.index, turn, text.data(), text.size(), e);
        });
      }, nb::arg("turn"), nb::arg("text"), "Replace the text of a turn.");

  nb::class_<Batch>(m, "Batch", "Consecutive records.")
      .def("__len__", [](const Batch& b) { return corpus_batch_size(alive(*b.held)); })
      .def("__getitem__", [](const Batch& b, std::ptrdiff_t i) {
        auto size = static_cast<std::ptrdiff_t>(corpus_batch_size(alive(*b.held)));
        if (i < 0) i += size;
        if (i < 0 || i >= size) throw nb::index_error();
        return Record{b.held, static_cast<std::size_t>(i)};
      })
      .def("keys", [](const Batch& b, const Keys& keys) {
        std::uint64_t* rows = nullptr;
        std::size_t count = 0;
        const corpus_batch* batch = alive(*b.held);
        check([&](corpus_error* e) {
          nb::gil_scoped_release release;
          return corpus_keys_of(keys.handle, batch, &rows, &count, e);
        });
        nb::bytes out(rows, count * (1 + corpus_keys_words(keys.handle)) * sizeof *rows);
        corpus_free(rows);
        return out;
      }, nb::arg("keys"), "For each kept record with something to compare its byte offset and its keys, 64 bits each.")
      .def_prop_ro("lines", [](const Batch& b) {
        corpus_text lines = corpus_batch_lines(alive(*b.held));
        return nb::bytes(lines.data, lines.size);
      }, "The kept records as JSON Lines (bytes).");
}
