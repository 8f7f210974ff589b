// Writes GGUF by hand, so that each part of it can be broken.
#ifndef CORPUS_TESTS_STUDENT_SUPPORT_GGUF_WRITER_H_
#define CORPUS_TESTS_STUDENT_SUPPORT_GGUF_WRITER_H_

#include <cstdint>
#include <string>
#include <vector>

namespace student::test {

struct Writer {
  std::string out;
  template <typename T>
  Writer& put(T x) {
    out.append(reinterpret_cast<const char*>(&x), sizeof(x));
    return *this;
  }
  Writer& text(const std::string& s) {
    put<std::uint64_t>(s.size());
    out += s;
    return *this;
  }
  Writer& number(const std::string& key, std::uint32_t x) { return text(key).put<std::uint32_t>(4).put(x); }
  Writer& word(const std::string& key, const std::string& x) { return text(key).put<std::uint32_t>(8).text(x); }
  Writer& words(const std::string& key, const std::vector<std::string>& x) {
    text(key).put<std::uint32_t>(9).put<std::uint32_t>(8).put<std::uint64_t>(x.size());
    for (const auto& s : x) text(s);
    return *this;
  }
  Writer& tensor(const std::string& name, std::vector<std::uint64_t> fastest_first, std::uint32_t type,
                 std::uint64_t offset) {
    text(name).put<std::uint32_t>(static_cast<std::uint32_t>(fastest_first.size()));
    for (const auto d : fastest_first) put(d);
    return put(type).put(offset);
  }
};

inline Writer head(std::uint64_t tensors, std::uint64_t entries) {
  Writer w;
  return w.put<std::uint32_t>(0x46554747u).put<std::uint32_t>(3).put(tensors).put(entries);
}

}  // namespace student::test

#endif  // CORPUS_TESTS_STUDENT_SUPPORT_GGUF_WRITER_H_
