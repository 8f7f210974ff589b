// Decisions as JSON, for tags, reports and `--json`.
#include "corpus/policy.h"
#include "json/escape.h"

namespace corpus::policy {
namespace {

class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_ += '{'; }
  ~Object() { out_ += '}'; }
  void key(std::string_view name) {
    if (out_.back() != '{') out_ += ',';
    json::append_quoted(out_, name);
    out_ += ':';
  }
  // Left out when empty.
  void text(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    key(name);
    json::append_quoted(out_, value);
  }
  template <typename List, typename Print>
  void list(std::string_view name, const List& items, Print print) {
    if (items.empty()) return;
    key(name);
    out_ += '[';
    for (const auto& item : items) {
      if (&item != &*items.begin()) out_ += ',';
      print(item);
    }
    out_ += ']';
  }

 private:
  std::string& out_;
};

}  // namespace

std::string to_json(const Decision& d) {
  std::string out;
  auto quoted = [&](const std::string& s) { json::append_quoted(out, s); };
  auto duty = [&](const Duty& x) {
    Object o(out);
    o.text("type", x.type);
    o.text("value", x.value);
    o.text("rule", x.rule);
    o.text("how", x.how);
  };
  {
    Object o(out);
    o.text("verdict", d.allowed ? "allow" : "deny");
    o.text("rule", d.rule);
    o.text("effect", name(d.effect));
    o.text("why", d.why);
    o.text("quote", d.quote);
    o.text("section", d.section);
    o.text("title", d.title);
    o.text("url", d.url);
    o.text("version", d.version);
    o.text("reviewed", d.reviewed);
    o.text("subject", d.subject);
    o.list("unmet", d.unmet, duty);
    o.list("duties", d.duties, duty);
    o.list("how", d.how, quoted);
    o.list("lifted_by", d.lifted_by, quoted);
    o.list("rules", d.rules, quoted);
  }
  return out;
}

}  // namespace corpus::policy
