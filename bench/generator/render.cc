#include "render.h"

#include <array>

#include "damage.h"

namespace corpus::demo {
namespace {

constexpr std::array<bool, 256> kEscaped = [] {
  std::array<bool, 256> table{};
  for (int i = 0; i < 32; ++i) table[static_cast<std::size_t>(i)] = true;
  table['"'] = table['\\'] = table[static_cast<unsigned char>(kLoneSurrogate)] = true;
  return table;
}();

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case kLoneSurrogate:
      out += "\\ud83d";
      return;
    default:
      out += "\\u00";
      out += static_cast<char>('0' + (c >> 4));
      out += "0123456789abcdef"[c & 15];
  }
}

// RFC 4180. CSV has no escapes, so what no CSV reader takes becomes something nearby.
void append_csv(std::string& out, std::string_view text) {
  out += '"';
  for (char c : text) {
    if (c == '"')
      out += "\"\"";
    else if (c == '\0')
      out += '\x07';
    else if (c == kLoneSurrogate)
      out += "\xef\xbf\xbd";
    else
      out += c;
  }
  out += '"';
}

void member(std::string& out, std::string_view key, std::string_view text) {
  out += ", \"";
  out += key;
  out += "\": ";
  append_json(out, text);
}

void chat(std::string& out, const Conversation& c, std::string_view list, std::string_view role,
          std::string_view text, const std::array<std::string_view, 3>& speakers) {
  out.append(", \"").append(list).append("\": [");
  for (std::size_t i = 0; i < c.count; ++i) {
    if (i) out += ", ";
    out.append("{\"").append(role).append("\": \"");
    out.append(speakers[static_cast<std::size_t>(c.turns[i].speaker)]).append("\", \"");
    out.append(text).append("\": ");
    append_json(out, c.turns[i].text);
    out += '}';
  }
  out += ']';
}

}  // namespace

void append_json(std::string& out, std::string_view text) {
  out += '"';
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!kEscaped[static_cast<unsigned char>(text[at])]) continue;
    out.append(text, from, at - from);
    append_escape(out, text[at]);
    from = at + 1;
  }
  out.append(text, from, std::string_view::npos);
  out += '"';
}

std::string_view header(Form form) {
  return form == Form::kAlpacaArray ? "[\n"
         : form == Form::kCsv       ? "id,prompt,response,model\n"
                                    : "";
}

void render(Form form, std::string_view id, const Conversation& c, std::string& out) {
  std::string_view question = c.turns[c.count - 2].text, answer = c.turns[c.count - 1].text;
  std::string_view finish = c.cut_by_length ? "length" : "stop";
  if (form == Form::kCsv) {
    out += id;
    out += ',';
    append_csv(out, question);
    out += ',';
    append_csv(out, answer);
    out += ',';
    out += c.teacher;
    out += '\n';
    return;
  }
  out += "{\"id\": ";
  append_json(out, id);
  switch (form) {
    case Form::kAlpacaArray:
      member(out, "instruction", question);
      member(out, "input", c.input);
      member(out, "output", answer);
      member(out, "generator", c.teacher);
      out += "},\n";
      return;
    case Form::kShareGpt:
      chat(out, c, "conversations", "from", "value", {"system", "human", "gpt"});
      member(out, "model", c.teacher);
      break;
    case Form::kMessagesZst:
      member(out, "model", c.teacher);
      chat(out, c, "messages", "role", "content", {"system", "user", "assistant"});
      member(out, "finish_reason", finish);
      break;
    case Form::kPromptGz:
      member(out, "prompt", question);
      member(out, "response", answer);
      member(out, "model", c.teacher);
      member(out, "finish_reason", finish);
      break;
    case Form::kCsv:
      break;
  }
  out += "}\n";
}

void break_json(Rng& rng, std::size_t begin, std::string& out) {
  std::size_t size = out.size() - 1 - begin;  // without the newline
  std::size_t middle = begin + size / 2 + rng.below(size / 4);
  // Not behind a backslash, where a quote would be escaped.
  while (out[middle - 1] == '\\') ++middle;
  switch (rng.below(5)) {
    case 0:  // cut off
      out.resize(middle);
      break;
    case 1:  // no closing brace
      out.resize(begin + size - 1);
      break;
    case 2:  // a bare quote
      out.insert(middle, "\" \"");
      out.pop_back();
      break;
    case 3:  // an escape that JSON does not have
      out.insert(middle, "\\x ");
      out.pop_back();
      break;
    default:  // something behind the end
      out.back() = ']';
  }
  out += '\n';
}

}  // namespace corpus::demo
