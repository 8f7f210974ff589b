// Sequences of calls of the C API: bytes choose the calls, their handles (also none at all, and
// ones that have ended, failed or were used up), struct sizes, options and texts; the callbacks
// fail, throw and misuse what they are handed. Whatever the order: a status, a message exactly when
// it is no CORPUS_OK, and no crash.
//
// What the contract forbids is not done: handles are not used after they were freed or by two
// threads, and next is not waited for when nothing can come. Recipes that are made of the input's
// text are never run: they may name any file.
#include <corpus.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/arrow_abi.h"

namespace {

void require(bool held) {
  if (!held) std::abort();
}

constexpr std::string_view kRecipes[] = {
    "{corpus: 1}",
    "{corpus: 1, input: {batch: 64}, stages: [{filters.length: {min_chars: 3}}, tags.content_id]}",
    "{corpus: 1, input: {batch: 64}, stages: [dedup.exact]}",
    "{corpus: 1, stages: [dedup.minhash]}",
    "{corpus: 1, input: {batch: 64}, stages: [{select.head: {n: 1}}]}",
    "{corpus: 1, output: {null: true}}",
    "{corpus: 1, output: {convert: messages}}",
    "{corpus: 1, input: {format: csv}}",
    "{corpus: 1, input: {paths: /nonexistent}, output: {null: true}}",
    "{corpus: 1, input: {on_bad_record: fail}}",
};
constexpr std::string_view kOptions[] = {"",           "{}", "{\"n\": 2}", "{\"min_chars\": 4}",
                                         "{\"m\": 1}", "[",  "null"};
constexpr const char* kIds[] = {"filters.length", "select.head", "tags.content_id",
                                "dedup.simhash",  "no.such",     ""};
constexpr const char* kReasons[] = {"short", "Not A Reason", "", "a.b", nullptr};
constexpr std::string_view kTexts[] = {"", "\xff", "text", "{\"a\":1}", "1,\"b\":2", "{"};

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  bool empty() const { return at_ == size_; }
  std::uint8_t next() { return at_ < size_ ? data_[at_++] : 0; }
  // The next bytes, as many as the first of them says.
  std::string text() {
    std::size_t n = next();
    n = n < size_ - at_ ? n : size_ - at_;
    std::string out(reinterpret_cast<const char*>(data_) + at_, n);
    at_ += n;
    return out;
  }
  template <typename T, std::size_t N>
  const T& of(const T (&items)[N]) {
    return items[next() % N];
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_, at_ = 0;
};

// An error that must be filled exactly when the status says so.
class Checked {
 public:
  Checked() {
    error_.code = -7;
    std::memset(error_.message, 'x', sizeof error_.message);
  }
  operator corpus_error*() { return &error_; }
  corpus_status is(corpus_status status) const {
    if (status == CORPUS_OK) {
      require(error_.code == -7 && error_.message[0] == 'x');
    } else {
      const void* end = std::memchr(error_.message, '\0', sizeof error_.message);
      require(status > 0 && status < CORPUS_INTERNAL && error_.code == status && end != nullptr);
      require(error_.message[0] != '\0');
    }
    return status;
  }

 private:
  corpus_error error_;
};

template <typename F, typename... Arguments>
corpus_status checked(F f, Arguments... arguments) {
  Checked error;
  return error.is(f(arguments..., error));
}

// --- callbacks: `context` says what they do

using Plan = std::array<std::uint8_t, 4>;

int stage(void* context, corpus_batch* batch, char message[256]) {
  static const Plan kNothing{};
  const Plan& plan = context != nullptr ? *static_cast<const Plan*>(context) : kNothing;
  std::size_t index = plan[1] % 5, turn = plan[2] % 3;
  std::string_view text = kTexts[plan[3] % std::size(kTexts)];
  corpus_record record;
  corpus_turn out;
  checked(corpus_batch_record, batch, index, plan[2] % 7 == 6 ? nullptr : &record);
  checked(corpus_batch_turn, batch, index, turn, &out);
  switch (plan[0] % 10) {
    case 0:
      break;
    case 1:
      return 1;
    case 2:
      std::memset(message, 'm', 256);
      return -1;
    case 3:
      throw std::runtime_error("thrown");
    case 4:
      throw 4;
    case 5:
      checked(corpus_batch_drop, batch, index, kReasons[plan[3] % std::size(kReasons)]);
      break;
    case 6:
      checked(corpus_batch_tag, batch, index, plan[2] % 2 ? "k" : nullptr, text.data(),
              text.size());
      break;
    case 7:
      checked(corpus_batch_replace, batch, index, turn, text.data(), text.size());
      break;
    case 8:
      checked(corpus_batch_drop, nullptr, index, "short");
      break;
    default:
      require(corpus_batch_lines(batch).size == 0);
  }
  return 0;
}

void progress(void* context, const corpus_progress* at) {
  require(at->pass >= 1);
  std::uint8_t what =
      context != nullptr ? (*static_cast<const Plan*>(context))[0] : std::uint8_t{0};
  if (what % 4 == 1) throw std::runtime_error("thrown");
  if (what % 4 == 3) throw 4;
}

// --- the handles of one input

struct Recipe {
  corpus_recipe* handle = nullptr;
  bool tame = false;  // made of texts that stand above
};
struct Stream {
  corpus_stream* handle = nullptr;
  bool started = false, pushed = false, ended = false, waiting = false;
  bool can_take() const { return !started || !pushed || ended || waiting; }
};

class Session {
 public:
  explicit Session(Bytes bytes) : bytes_(bytes) {}
  ~Session() {
    for (auto& stream : streams_) corpus_stream_free(stream.handle);
    for (auto& recipe : recipes_) corpus_recipe_free(recipe.handle);
    for (auto* stages : stages_) corpus_stages_free(stages);
    corpus_cancel_free(cancel_);
  }
  void run() {
    for (int calls = 0; calls < 48 && !bytes_.empty(); ++calls) call();
  }

 private:
  Recipe& recipe() { return recipes_[bytes_.next() % 4]; }
  Stream& stream() { return streams_[bytes_.next() % 3]; }

  const corpus_run_options* options() {
    static constexpr std::size_t kSizes[] = {sizeof(corpus_run_options), sizeof(corpus_run_options),
                                             0, 8, SIZE_MAX};
    std::uint8_t which = bytes_.next();
    if (which % 4 == 0) return nullptr;
    options_ = {};
    options_.struct_size = kSizes[which % std::size(kSizes)];
    options_.threads = which % 16 == 7 ? -1 : 1 + which % 2;
    options_.memory = which % 16 == 11 ? 1 << 20 : 0;
    options_.resume = which % 16 == 13;
    options_.cancel = which % 3 == 0 ? cancel_ : nullptr;
    if (which % 5 == 1) options_.progress = progress;
    options_.context = plan();
    return &options_;
  }
  // Stages are called later: a plan stays where it is.
  void* plan() {
    std::uint8_t first = bytes_.next();
    if (first == 255 || used_ == plans_.size()) return nullptr;
    plans_[used_] = {first, bytes_.next(), bytes_.next(), bytes_.next()};
    return &plans_[used_++];
  }
  void take(char* text, std::size_t size) {
    require(text != nullptr && std::strlen(text) <= size);
    corpus_free(text);
  }

  void call() {
    Checked error;
    char* out = nullptr;
    std::size_t size = 0;
    switch (bytes_.next() % 22) {
      case 0: {
        Recipe& at = recipe();
        if (at.handle != nullptr) break;
        auto text = bytes_.of(kRecipes);
        at.tame = error.is(corpus_recipe_parse(text.data(), text.size(), nullptr, &at.handle,
                                               error)) == CORPUS_OK;
        require(at.tame);
        break;
      }
      case 1: {
        Recipe& at = recipe();
        if (at.handle != nullptr) break;
        std::string text = bytes_.text();
        error.is(corpus_recipe_parse(text.data(), text.size(), "fuzz", &at.handle, error));
        at.tame = false;
        break;
      }
      case 2: {
        Recipe& at = recipe();
        if (at.handle != nullptr) break;
        error.is(corpus_recipe_profile(bytes_.next() % 2 ? "sft" : bytes_.text().c_str(),
                                       &at.handle, error));
        at.tame = false;  // writes nowhere, but its stages take their time
        break;
      }
      case 3: {
        Recipe& at = recipe();
        std::string text = bytes_.text();
        at.tame &= error.is(corpus_recipe_set(at.handle, text.c_str(), error)) != CORPUS_OK;
        break;
      }
      case 4: {
        auto* handle = recipe().handle;
        const char* id = bytes_.of(kIds);
        auto text = bytes_.of(kOptions);
        error.is(corpus_recipe_add(handle, id, text.empty() ? nullptr : text.data(), text.size(),
                                   error));
        break;
      }
      case 5:
        if (error.is(corpus_recipe_json(recipe().handle, &out, &size, error)) == CORPUS_OK)
          take(out, size);
        break;
      case 6: {
        Recipe& at = recipe();
        corpus_recipe_free(at.handle);
        at = {};
        break;
      }
      case 7: {
        Recipe& at = recipe();
        if (at.handle != nullptr && !at.tame) break;
        if (error.is(corpus_run(at.handle, options(), &out, &size, error)) == CORPUS_OK)
          take(out, size);
        break;
      }
      case 8: {
        Stream& to = stream();
        Recipe& from = recipe();
        if (to.handle != nullptr || (from.handle != nullptr && !from.tame)) break;
        error.is(corpus_stream_create(from.handle, &to.handle, error));
        break;
      }
      case 9: {
        Stream& to = stream();
        auto add = bytes_.next() % 2 ? corpus_stream_add_map : corpus_stream_add_scan;
        std::size_t behind = bytes_.next() % 4 == 3 ? SIZE_MAX : bytes_.next() % 3;
        void* what = plan();
        error.is(add(to.handle, behind, what == nullptr ? nullptr : "own", stage, what, error));
        break;
      }
      case 10: {
        Stream& to = stream();
        to.pushed |= error.is(corpus_stream_pushed(to.handle, nullptr, error)) == CORPUS_OK;
        break;
      }
      case 11: {
        Stream& to = stream();
        if (to.handle != nullptr && !to.started &&
            !to.pushed) {  // else it may read what nobody pushes
          to.pushed = error.is(corpus_stream_pushed(to.handle, "fuzz", error)) == CORPUS_OK;
        }
        Checked other;
        to.started |= other.is(corpus_stream_start(to.handle, options(), other)) == CORPUS_OK;
        break;
      }
      case 12: {
        Stream& to = stream();
        std::string text = bytes_.text();
        std::size_t taken = 0;
        auto status =
            error.is(corpus_stream_push(to.handle, text.data(), text.size(), &taken, error));
        require(taken <= text.size());
        to.waiting = status == CORPUS_OK && taken < text.size();
        break;
      }
      case 13: {
        Stream& to = stream();
        to.ended |= error.is(corpus_stream_end(to.handle, error)) == CORPUS_OK;
        break;
      }
      case 14: {
        Stream& from = stream();
        if (!from.can_take()) break;
        const corpus_batch* batch = nullptr;
        error.is(corpus_stream_next(from.handle, &batch, error));
        from.waiting = false;
        if (batch != nullptr) look(batch);
        break;
      }
      case 15: {
        Stream& from = stream();
        if (error.is(corpus_stream_finish(from.handle, &out, &size, error)) == CORPUS_OK)
          take(out, size);
        from.ended |= from.started;
        break;
      }
      case 16: {
        Stream& from = stream();
        if (!from.started || !from.can_take()) break;
        ArrowArrayStream arrow;
        if (error.is(corpus_stream_to_arrow(from.handle, nullptr, &arrow, error)) != CORPUS_OK)
          break;
        if (bytes_.next() % 4 == 0) {
          corpus_stream_free(from.handle);
          from = {};
        }
        read(arrow);
        break;
      }
      case 17: {
        Stream& from = stream();
        corpus_stream_free(from.handle);
        from = {};
        break;
      }
      case 18: {
        corpus_stages*& to = stages_[bytes_.next() % 2];
        Recipe& from = recipe();
        if (to != nullptr || (from.handle != nullptr && !from.tame)) break;
        error.is(corpus_stages_create(from.handle, &to, error));
        break;
      }
      case 19: {
        corpus_stages* with = stages_[bytes_.next() % 2];
        std::string text = bytes_.text();
        char* lines = nullptr;
        auto status = error.is(corpus_stages_apply(with, text.data(), text.size(), &out, &size,
                                                   &lines, nullptr, error));
        require((status == CORPUS_OK) == (out != nullptr) &&
                (status == CORPUS_OK) == (lines != nullptr));
        corpus_free(out);
        corpus_free(lines);
        break;
      }
      case 20:
        if (bytes_.next() % 4 == 0) corpus_cancel_request(cancel_);
        plain();
        break;
      default:
        nothing();
    }
  }

  void look(const corpus_batch* batch) {
    std::size_t n = corpus_batch_size(batch);
    for (std::size_t i = 0; i < n + 1; ++i) {
      Checked error;
      corpus_record record;
      if (error.is(corpus_batch_record(batch, i, &record, error)) != CORPUS_OK) require(i == n);
    }
    Checked error;
    require(error.is(corpus_batch_drop(const_cast<corpus_batch*>(batch), 0, "short", error)) !=
            CORPUS_OK);
    (void)std::string(corpus_batch_lines(batch).size == 0 ? "" : corpus_batch_lines(batch).data,
                      corpus_batch_lines(batch).size);
  }

  static void read(ArrowArrayStream& arrow) {
    ArrowSchema schema;
    require(arrow.get_schema(&arrow, &schema) == 0);
    schema.release(&schema);
    for (;;) {
      ArrowArray array;
      if (arrow.get_next(&arrow, &array) != 0) {
        require(arrow.get_last_error(&arrow) != nullptr);
        break;
      }
      if (array.release == nullptr) break;
      array.release(&array);
    }
    arrow.release(&arrow);
  }

  void plain() {
    Checked error;
    char* out = nullptr;
    std::size_t size = 0;
    std::string text = bytes_.text();
    if (bytes_.next() % 2) {
      auto options = bytes_.of(kOptions);
      if (error.is(corpus_adapt(text.data(), text.size(), options.data(), options.size(), &out,
                                &size, error)) == 0) {
        take(out, size);
      }
    } else if (error.is(corpus_policy(text.data(), text.size(), &out, &size, error)) == CORPUS_OK) {
      take(out, size);
    }
  }

  // No handle, no place for the answer, nothing to read.
  void nothing() {
    corpus_reader* reader = nullptr;
    corpus_tokenizer* tokenizer = nullptr;
    require(checked(corpus_recipe_parse, nullptr, 3, nullptr, nullptr) != CORPUS_OK);
    require(checked(corpus_recipe_json, nullptr, nullptr, nullptr) != CORPUS_OK);
    require(checked(corpus_reader_open, "/nonexistent", &reader) != CORPUS_OK);
    require(checked(corpus_reader_get, nullptr, 0, nullptr, nullptr) != CORPUS_OK);
    require(checked(corpus_tokenizer_open, nullptr, nullptr, &tokenizer) != CORPUS_OK);
    require(checked(corpus_tokenizer_encode, nullptr, "a", 1, 0, nullptr, nullptr) != CORPUS_OK);
    require(checked(corpus_tokenizer_decode, nullptr, nullptr, 1, 0, nullptr, nullptr) !=
            CORPUS_OK);
    require(checked(corpus_verify, nullptr, 1, nullptr, nullptr) != CORPUS_OK);
    require(checked(corpus_stream_from_arrow, nullptr, nullptr, nullptr) != CORPUS_OK);
    require(checked(corpus_stream_to_arrow, nullptr, nullptr, nullptr) != CORPUS_OK);
    require(checked(corpus_stream_push, streams_[0].handle, nullptr, 1, nullptr) != CORPUS_OK);
    require(corpus_recipe_set(nullptr, nullptr, nullptr) != CORPUS_OK);  // nobody wants the message
    require(corpus_batch_size(nullptr) == 0 && corpus_reader_size(nullptr) == 0);
    require(corpus_tokenizer_vocab(nullptr) <= 0);
    corpus_reader_free(nullptr);
    corpus_tokenizer_free(nullptr);
  }

  Bytes bytes_;
  std::array<Recipe, 4> recipes_;
  std::array<Stream, 3> streams_;
  std::array<corpus_stages*, 2> stages_{};
  corpus_cancel* cancel_ = corpus_cancel_create();
  corpus_run_options options_{};
  std::array<Plan, 32> plans_;
  std::size_t used_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Session(Bytes(data, size)).run();
  return 0;
}
