#include "provenance/aigc_label.h"

#include "json/escape.h"

namespace corpus::policy {
namespace {

// Behind the key: a colon, then an object, or a string that holds one. Its Label is looked for up
// to here.
constexpr std::size_t kNear = 400;

void skip(std::string_view& text, std::string_view what) {
  auto at = text.find_first_not_of(what);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at);
}

int label_behind(std::string_view text) {
  skip(text, " \t\r\n");
  if (!text.starts_with(':')) return 0;
  text = text.substr(1, kNear);
  skip(text, " \t\r\n\"");
  if (!text.starts_with('{')) return 0;
  text = text.substr(0, text.find('}'));
  auto at = text.find("Label");
  if (at == std::string_view::npos) return 0;
  text.remove_prefix(at + 5);
  skip(text, "\\\" \t\r\n:");
  return !text.empty() && text[0] >= '1' && text[0] <= '3' ? text[0] - '0' : 0;
}

}  // namespace

int read_aigc(std::string_view json) {
  // 'A' is rare enough for memchr, which is what find() steps by.
  static constexpr std::string_view kKey = "AIGC\"";
  for (std::size_t at = json.find(kKey); at != std::string_view::npos;
       at = json.find(kKey, at + 1)) {
    if (at == 0 || json[at - 1] != '"') continue;
    if (int label = label_behind(json.substr(at + kKey.size()))) return label;
  }
  return 0;
}

std::string write_aigc(std::string_view producer, std::string_view id) {
  std::string who, out;
  json::append_quoted(who, producer);
  out = "{\"Label\":\"1\",\"ContentProducer\":" + who + ",\"ProduceID\":\"";
  out.append(id).append("\",\"ReservedCode1\":\"\",\"ContentPropagator\":").append(who);
  out.append(",\"PropagateID\":\"").append(id).append("\",\"ReservedCode2\":\"\"}");
  return out;
}

std::string_view aigc_name(int label) {
  return label == 1 ? "is" : label == 2 ? "may_be" : "suspected";
}

}  // namespace corpus::policy
