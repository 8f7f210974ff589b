// Tokenizer files: what is read, what is refused and how.
#include <gtest/gtest.h>

#include <string>

#include "support/folder.h"
#include "tokens/loaders.h"
#include "tokens/text_tokenizer.h"
#include "tokens/tiny_tokenizer.h"

namespace corpus::tokens {
namespace {

using Ids = std::vector<TokenId>;

std::string refusal(std::string_view json) {
  auto made = Tokenizer::from_json(json, "t.json");
  return made ? "" : made.error().message;
}

std::string replaced(std::string s, std::string_view from, std::string_view to) {
  return s.replace(s.find(from), from.size(), to);
}

TEST(TokenizerJson, EncodesAndDecodes) {
  auto t = tiny({.specials = {"<|end|>"}});
  EXPECT_EQ(t->encode("hello world"), (Ids{259, 264}));
  EXPECT_EQ(t->encode("hello  world"), (Ids{259, ' ', 264}));
  EXPECT_EQ(t->encode("hell"), (Ids{258}));
  EXPECT_EQ(t->decode(t->encode("hello \u00e9\u4e2d\n\n\x01")), "hello \u00e9\u4e2d\n\n\x01");
  EXPECT_EQ(t->vocab_size(), 269);
  EXPECT_EQ(t->piece(264), " world");
  EXPECT_EQ(t->piece(-1), "");
  EXPECT_EQ(t->piece(1 << 30), "");
  EXPECT_EQ(t->id_of("hello"), 259);
  EXPECT_EQ(t->id_of("nothing"), -1);
  EXPECT_EQ(t->decode(Ids{259, 99999, -5, 268}), "hello<|end|>");
  EXPECT_EQ(t->decode(Ids{259, 268}, true), "hello");
}

TEST(TokenizerJson, SpecialsInTextOnlyWhereAllowed) {
  auto t = tiny({.specials = {"<|end|>", "<|end|>er"}});
  EXPECT_EQ(t->encode("hell<|end|>hell", true), (Ids{258, 268, 258}));
  EXPECT_EQ(t->encode("<|end|>er", true), (Ids{269}));  // the longest
  EXPECT_EQ(t->encode("<|end|", true), t->encode("<|end|", false));
  auto plain = t->encode("<|end|>", false);
  EXPECT_GT(plain.size(), 1u);
  EXPECT_EQ(t->decode(plain), "<|end|>");
  EXPECT_TRUE(t->is_special(268));
  EXPECT_FALSE(t->is_special(258));
}

TEST(TokenizerJson, FlagsOfAddedTokens) {
  auto with = [](const std::string& flags) {
    return *Tokenizer::from_json(
        replaced(tiny_json(), "\"added_tokens\":[]",
                 "\"added_tokens\":[{\"id\":300,\"content\":\"ab\"," + flags + "}]"),
        "t");
  };
  EXPECT_EQ(with("\"special\":false,\"normalized\":false")->encode("xab ", false),
            (Ids{'x', 300, ' '}));
  EXPECT_EQ(with("\"special\":false,\"lstrip\":true")->encode("x \n ab c", false),
            (Ids{'x', 300, ' ', 'c'}));
  EXPECT_EQ(with("\"special\":false,\"rstrip\":true")->encode("xab \n c", false),
            (Ids{'x', 300, 'c'}));
  EXPECT_EQ(with("\"special\":false,\"single_word\":true")->encode("xab ab", false),
            (Ids{'x', 'a', 'b', ' ', 300}));
}

TEST(TokenizerJson, InvalidUtf8BecomesReplacementCharacters) {
  auto t = tiny();
  const std::pair<std::string, std::string> cases[] = {
      {"a\xff z", "a\ufffd z"},
      {"\xc3", "\ufffd"},
      {"\xe4\xb8", "\ufffd"},
      {"\xe4\xb8x", "\ufffdx"},
      {"\xed\xa0\x80", "\ufffd\ufffd\ufffd"},
      {"\xf0\x9f\x98", "\ufffd"},
      {"\xc0\xaf", "\ufffd\ufffd"},
      {"\x80\x80", "\ufffd\ufffd"},
      {"\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(t->encode(bytes), t->encode(text)) << json_string(text);
    std::string buffer;
    EXPECT_EQ(replace_invalid(bytes, buffer), text);
  }
}

TEST(TokenizerJson, EqualTokenizersHaveEqualFingerprints) {
  EXPECT_EQ(tiny()->fingerprint(), tiny()->fingerprint());
  EXPECT_EQ(tiny()->fingerprint().size(), 64u);
  EXPECT_NE(tiny()->fingerprint(), tiny({.specials = {"<s>"}})->fingerprint());
  EXPECT_NE(tiny()->fingerprint(),
            tiny({.specials = {}, .model_extra = ",\"ignore_merges\":true"})->fingerprint());
  auto changed =
      Tokenizer::from_json(replaced(tiny_json(), "\"h e\"", "\"l l\""), "t");  // a merge less
  ASSERT_TRUE(changed);
  EXPECT_NE(tiny()->fingerprint(), (*changed)->fingerprint());
}

TEST(TokenizerJson, WholeWordsIgnoreMerges) {
  std::string json =
      replaced(tiny_json({.model_extra = ",\"ignore_merges\":true"}), "\"h e\",", "");
  // Without the merge "h e" nothing leads to "hello" but the vocabulary itself.
  EXPECT_EQ((*Tokenizer::from_json(json, "t"))->encode("hello"), (Ids{259}));
}

TEST(TokenizerJson, RefusesByName) {
  EXPECT_EQ(refusal("{}"), "t.json: no \"model\"");
  EXPECT_EQ(refusal(R"({"model":{"type":"WordPiece","vocab":{}}})"),
            "t.json: model type 'WordPiece' is not known (BPE and Unigram are)");
  EXPECT_EQ(refusal(tiny_json({.pre_tokenizer = R"({"type":"UnicodeScripts"})"})),
            "t.json: pre_tokenizer: type 'UnicodeScripts' is not known");
  EXPECT_EQ(refusal(tiny_json({.extra = R"(,"normalizer":{"type":"BertNormalizer"})"})),
            "t.json: normalizer 'BertNormalizer' is not known");
  EXPECT_EQ(refusal(tiny_json({.model_extra = R"(,"dropout":0.1)"})),
            "t.json: model: dropout makes ids random; set it to null");
  EXPECT_EQ(refusal(tiny_json({.model_extra = R"(,"end_of_word_suffix":"</w>")"})),
            "t.json: model: end_of_word_suffix is not supported");
  EXPECT_EQ(refusal(replaced(tiny_json(), "\"h e\"", "\"h zz\"")),
            "t.json: model: merge 0 has a token that is not in vocab");
  EXPECT_EQ(refusal(replaced(tiny_json(), "\"h e\"", "\"he\"")),
            "t.json: model: a merge is no pair of tokens");
  EXPECT_EQ(refusal(replaced(tiny_json(), "\"a\":97", "\"a\":98")),
            "t.json: token id 98 stands for two tokens");
  EXPECT_EQ(refusal(replaced(tiny_json(), "\"a\":97", "\"a\":99999999")),
            "t.json: token id 99999999 is outside 0..4194303");
  EXPECT_EQ(
      refusal(tiny_json({.pre_tokenizer =
                             R"({"type":"Split","pattern":{"Regex":"(a"},"behavior":"Isolated"})"}))
          .substr(0, 20),
      "t.json: pattern '(a'");
  EXPECT_NE(refusal("{\"model\":"), "");
}

TEST(TokenizerJson, MetaspaceAndByteFallback) {
  std::string json =
      R"({"normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"\u2581"},)"
      R"({"type":"Replace","pattern":{"String":" "},"content":"\u2581"}]},"pre_tokenizer":null,)"
      R"("model":{"type":"BPE","unk_token":"<unk>","fuse_unk":true,"byte_fallback":true,"vocab":{"<unk>":0,"<0xC3>":1,)"
      R"("<0xA9>":2,"\u2581":3,"a":4,"b":5,"\u2581a":6},"merges":["\u2581 a"]}})";
  auto made = Tokenizer::from_json(json, "t");
  ASSERT_TRUE(made) << made.error().message;
  auto& t = **made;
  EXPECT_EQ(t.encode("a ab"), (Ids{6, 6, 5}));
  EXPECT_EQ(t.encode("b\u00e9"), (Ids{3, 5, 1, 2}));
  EXPECT_EQ(t.encode("xyb"), (Ids{3, 0, 5}));
  EXPECT_EQ(t.decode(t.encode("a ab")), "a ab");
  EXPECT_EQ(t.decode(t.encode("b\u00e9")), "b\u00e9");
  EXPECT_EQ(t.piece(6), " a");
}

TEST(TokenizerJson, Unigram) {
  std::string json =
      R"({"pre_tokenizer":{"type":"Metaspace","replacement":"\u2581","prepend_scheme":"always"},)"
      R"("model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0.0],["\u2581",-3.0],["a",-2.0],["b",-2.5],)"
      R"(["ab",-3.0],["\u2581a",-4.0],["\u2581ab",-9.0]]}})";
  auto made = Tokenizer::from_json(json, "t");
  ASSERT_TRUE(made) << made.error().message;
  auto& t = **made;
  EXPECT_EQ(t.encode("ab"), (Ids{1, 4}));        // -6 beats -6.5 and -9
  EXPECT_EQ(t.encode("a"), (Ids{5}));            // -4 beats -5
  EXPECT_EQ(t.encode("xyz a"), (Ids{1, 0, 5}));  // unknown characters side by side are one
}

TEST(Tiktoken, ReadsRanksAndNeedsAPattern) {
  std::string file;
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  auto add = [&](std::string_view s, int rank) {
    for (std::size_t i = 0; i < s.size(); i += 3) {
      unsigned n = 0;
      for (std::size_t k = 0; k < 3; ++k)
        n = n << 8 | (i + k < s.size() ? static_cast<unsigned char>(s[i + k]) : 0u);
      std::size_t have = std::min<std::size_t>(3, s.size() - i) + 1;
      for (std::size_t k = 0; k < 4; ++k) file += k < have ? kDigits[n >> (18 - 6 * k) & 63] : '=';
    }
    file += " " + std::to_string(rank) + "\n";
  };
  for (int b = 0; b < 256; ++b) {
    char byte = static_cast<char>(b);
    add({&byte, 1}, b);
  }
  add("he", 256);
  add("hello", 257);  // no way leads here by merges, but the word is a token
  add("lo", 258);
  auto t = load_tiktoken(file, "cl100k");
  ASSERT_TRUE(t) << t.error().message;
  EXPECT_EQ((*t)->encode("hello"), (Ids{257}));
  EXPECT_EQ((*t)->encode("helloo"), (Ids{256, 'l', 258, 'o'}));
  EXPECT_EQ((*t)->encode("<|endoftext|>", true), (Ids{100257}));
  EXPECT_GT((*t)->encode("<|endoftext|>", false).size(), 1u);
  auto own = load_tiktoken(file, "[a-z]+|.");
  ASSERT_TRUE(own);
  EXPECT_EQ((*own)->encode("hello1"), (Ids{257, '1'}));
  EXPECT_NE((*own)->fingerprint(), (*t)->fingerprint());
  auto none = load_tiktoken(file, "");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::kInvalidArgument);
  EXPECT_EQ(load_tiktoken("YQ== x\n", "gpt2").error().message, "line 1: no base64 token and rank");
  EXPECT_EQ(load_tiktoken("YQ== 0\n", "gpt2").error().message, "byte 0 has no token");
}

TEST(Open, ByNameAndContent) {
  test::Folder folder;
  std::string json = tiny_json();
  folder.write("tokenizer.json", json);
  EXPECT_TRUE(Tokenizer::open(folder.path()));
  EXPECT_TRUE(Tokenizer::open(folder / "tokenizer.json"));
  auto missing = Tokenizer::open(folder / "no.json");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("no.json"), std::string::npos);
  auto model = Tokenizer::open(folder.write("bad.model", "\nnot a model"));
  ASSERT_FALSE(model);
  EXPECT_NE(model.error().message.find("bad.model: SentencePiece model"), std::string::npos);
  auto other = Tokenizer::open(folder.write("x.bin", "abc"));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::kUnsupported);
}

}  // namespace
}  // namespace corpus::tokens
