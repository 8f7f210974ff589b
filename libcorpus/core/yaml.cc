// YAML 1.2 text to Value, by yaml-cpp's events: the only file that knows yaml-cpp.
//
// Plain scalars get a type by the core schema (without .inf and .nan, which JSON cannot hold);
// quoted ones are text. Not accepted: tags, keys that are not text, equal keys, a second document.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <charconv>
#include <istream>
#include <map>
#include <optional>
#include <streambuf>
#include <unordered_map>

#include "corpus/recipe.h"

namespace corpus {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{4} << 20;
constexpr int kMaxDepth = 64;
// What anchors and aliases may copy, in bytes of the tree: "billion laughs" stops here.
constexpr std::size_t kMaxExpansion = std::size_t{16} << 20;

// Thrown through yaml-cpp, caught in parse_yaml.
struct Refused {
  int line;
  std::string what;
};

bool is_digits(std::string_view s) {
  return !s.empty() && s.find_first_not_of("0123456789") == std::string_view::npos;
}

// [-+]? ( . [0-9]+ | [0-9]+ ( . [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_float(std::string_view s) {
  if (!s.empty() && (s[0] == '-' || s[0] == '+')) s.remove_prefix(1);
  if (auto e = s.find_first_of("eE"); e != std::string_view::npos) {
    std::string_view power = s.substr(e + 1);
    if (!power.empty() && (power[0] == '-' || power[0] == '+')) power.remove_prefix(1);
    if (!is_digits(power)) return false;
    s = s.substr(0, e);
  }
  auto dot = s.find('.');
  if (dot == std::string_view::npos) return is_digits(s);
  std::string_view whole = s.substr(0, dot), part = s.substr(dot + 1);
  return (is_digits(whole) && (part.empty() || is_digits(part))) ||
         (whole.empty() && is_digits(part));
}

template <typename T>
std::optional<T> parse_number(std::string_view s, int base) {
  T out{};
  const char* end = s.data() + s.size();
  std::from_chars_result got;
  if constexpr (std::is_floating_point_v<T>) {
    got = std::from_chars(s.data(), end, out);
  } else {
    got = std::from_chars(s.data(), end, out, base);
  }
  if (got.ec != std::errc() || got.ptr != end) return std::nullopt;
  return out;
}

Value plain_scalar(const std::string& text) {
  std::string_view s = text;
  if (s == "true" || s == "True" || s == "TRUE") return true;
  if (s == "false" || s == "False" || s == "FALSE") return false;
  if (s.starts_with("0x") || s.starts_with("0o")) {
    auto n = parse_number<std::int64_t>(s.substr(2), s[1] == 'x' ? 16 : 8);
    if (n && *n >= 0) return *n;
    return text;
  }
  if (!is_float(s)) return text;
  if (s[0] == '+') s.remove_prefix(1);
  if (auto n = parse_number<std::int64_t>(s, 10)) return *n;
  if (auto d = parse_number<double>(s, 10)) return *d;
  return text;
}

struct Weight {
  std::size_t bytes = 0;
  int depth = 0;
};

// Stops early once over the limit, so that many aliases of one large node cost no more than it.
void weigh(const Value& v, int depth, Weight& out) {
  out.bytes += sizeof(Value);
  out.depth = std::max(out.depth, depth);
  if (out.bytes > kMaxExpansion) return;
  if (auto* s = v.if_string()) out.bytes += s->size();
  if (auto* a = v.if_array()) {
    for (const auto& item : *a) weigh(item, depth + 1, out);
  }
  if (auto* o = v.if_object()) {
    for (const auto& [key, item] : *o) {
      out.bytes += key.size();
      weigh(item, depth + 1, out);
    }
  }
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  Value take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (!frames_.empty() && frames_.back().is_map && !frames_.back().key) {
      set_key(mark, "null");  // `output: {null: true}`: the parser has lost how it was spelled
      return;
    }
    add(mark, anchor, Value());
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw Refused{line(mark), "an alias to the node that holds it"};
    if (account(mark, found->second) > kMaxDepth) too_deep(mark);
    add(mark, 0, found->second);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    bool plain = tag == "?";
    if (!plain && tag != "!" && tag != "tag:yaml.org,2002:str") bad_tag(mark, tag);
    if (!frames_.empty() && frames_.back().is_map && !frames_.back().key) {
      set_key(mark, text);
      if (anchor != 0) anchors_[anchor] = text;
      return;
    }
    add(mark, anchor, plain ? plain_scalar(text) : Value(text));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    start(mark, tag, "tag:yaml.org,2002:seq", anchor, false);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    start(mark, tag, "tag:yaml.org,2002:map", anchor, true);
  }
  void OnMapEnd() override { end(); }

 private:
  struct Frame {
    bool is_map;
    YAML::Mark mark;
    YAML::anchor_t anchor;
    Value::Array items;
    Value::Object members;
    std::optional<std::string> key;
    int key_line = 0;
    std::unordered_map<std::string, int> seen;  // key, its line
  };

  static int line(const YAML::Mark& mark) { return mark.line + 1; }
  [[noreturn]] static void too_deep(const YAML::Mark& mark) {
    throw Refused{line(mark), "nested deeper than " + std::to_string(kMaxDepth) + " levels"};
  }
  [[noreturn]] static void bad_tag(const YAML::Mark& mark, const std::string& tag) {
    throw Refused{line(mark), "the tag '" + tag + "' is not supported; leave it out"};
  }

  // Counts one more copy of `value`; returns how deep it would reach here.
  int account(const YAML::Mark& mark, const Value& value) {
    Weight weight;
    weigh(value, static_cast<int>(frames_.size()) + 1, weight);
    expanded_ += weight.bytes;
    if (expanded_ > kMaxExpansion) {
      throw Refused{line(mark), "anchors and aliases expand to more than 16 MiB"};
    }
    return weight.depth;
  }

  void set_key(const YAML::Mark& mark, const std::string& text) {
    Frame& top = frames_.back();
    auto [at, fresh] = top.seen.emplace(text, line(mark));
    if (!fresh) {
      throw Refused{line(mark), "key '" + text + "' was already given in line " +
                                    std::to_string(at->second) + "; remove one of them"};
    }
    top.key = text;
    top.key_line = line(mark);
  }

  void add(const YAML::Mark& mark, YAML::anchor_t anchor, Value value) {
    if (anchor != 0) {
      account(mark, value);
      anchors_[anchor] = value;
    }
    if (frames_.empty()) {
      value.set_line(line(mark));
      root_ = std::move(value);
      return;
    }
    Frame& top = frames_.back();
    if (!top.is_map) {
      value.set_line(line(mark));
      top.items.push_back(std::move(value));
      return;
    }
    if (!top.key) throw Refused{line(mark), "a key has to be text"};
    value.set_line(top.key_line);  // where the reader of a message will look
    top.members.emplace_back(std::move(*top.key), std::move(value));
    top.key.reset();
  }

  void start(const YAML::Mark& mark, const std::string& tag, std::string_view usual,
             YAML::anchor_t anchor, bool is_map) {
    if (tag != "?" && tag != "!" && tag != usual) bad_tag(mark, tag);
    if (frames_.size() >= kMaxDepth) too_deep(mark);
    if (!frames_.empty() && frames_.back().is_map && !frames_.back().key) {
      throw Refused{line(mark), "a key has to be text"};
    }
    frames_.push_back({.is_map = is_map, .mark = mark, .anchor = anchor});
  }

  void end() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    Value value = frame.is_map ? Value(std::move(frame.members)) : Value(std::move(frame.items));
    add(frame.mark, frame.anchor, std::move(value));
  }

  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Value> anchors_;
  std::size_t expanded_ = 0;
  Value root_;
};

// A stream over bytes that stay where they are.
struct ViewBuffer final : std::streambuf {
  explicit ViewBuffer(std::string_view s) {
    char* begin = const_cast<char*>(s.data());  // the get area is never written to
    setg(begin, begin, begin + s.size());
  }
};

Error refused(std::string_view name, int line, std::string_view what) {
  std::string message(name);
  if (line > 0) message += ':' + std::to_string(line);
  return {Code::kInvalidArgument, message + ": " + std::string(what)};
}

}  // namespace

Result<Value> parse_yaml(std::string_view yaml, std::string_view name) {
  if (yaml.size() > kMaxBytes) return refused(name, 0, "larger than 4 MiB; that is no recipe");
  TreeBuilder tree, next;
  try {
    ViewBuffer buffer(yaml);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    if (parser.HandleNextDocument(tree) && parser.HandleNextDocument(next)) {
      return refused(name, 0, "holds more than one YAML document");
    }
  } catch (const Refused& e) {
    return refused(name, e.line, e.what);
  } catch (const YAML::Exception& e) {
    return refused(name, e.mark.is_null() ? 0 : e.mark.line + 1, e.msg);
  } catch (const std::exception& e) {
    return refused(name, 0, e.what());
  }
  return tree.take();
}

}  // namespace corpus
