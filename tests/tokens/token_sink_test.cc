// corpus tokenize: what is written, that it can be read back, and that threads do not matter.
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>

#include "corpus/pipeline.h"
#include "corpus/token_file.h"
#include "json/value.h"
#include "support/folder.h"
#include "tokens/packer.h"
#include "tokens/tiny_tokenizer.h"

namespace corpus::tokens {
namespace {

using Ids = std::vector<TokenId>;

std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class TokenSinkTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_.write("tokenizer.json",
                  tiny_json({.specials = {"<|endoftext|>", "<|im_start|>", "<|im_end|>"}}));
  }

  Result<Report> tokenize(const std::string& name, Value options, int threads = 1,
                          std::int64_t batch = 1 << 20) {
    Recipe recipe;
    recipe.input.set("paths", Value::Array{Value(folder_ / "in.jsonl")});
    recipe.input.set("batch", batch);
    options.set("tokenizer", folder_ / "tokenizer.json");
    recipe.output.set("dir", folder_ / name);
    recipe.output.set("tokens", std::move(options));
    return run(recipe, {.threads = threads});
  }

  test::Folder folder_;
};

Value options(std::int64_t length, const char* format = "corpus") {
  Value out;
  out.set("length", length);
  out.set("format", format);
  return out;
}

std::string conversation(const std::string& question, const std::string& answer) {
  return R"({"messages":[{"role":"user","content":)" + json_string(question) +
         R"(},{"role":"assistant","content":)" + json_string(answer) + "}]}\n";
}

std::string random_corpus(unsigned seed, int records) {
  std::mt19937 rng(seed);
  std::string out;
  for (int i = 0; i < records; ++i) {
    auto text = [&] {
      std::string s;
      for (unsigned n = rng() % 40 + 1; n > 0; --n)
        s += rng() % 3 == 0 ? " world" : rng() % 2 == 0 ? "hello " : "x";
      return s;
    };
    out += conversation(text(), text());
  }
  return out;
}

TEST_F(TokenSinkTest, ConversationsAndTextReadBack) {
  folder_.write("in.jsonl", conversation("hello", "hello world") + "{\"text\":\"hell\"}\n" +
                                conversation("x", "") +
                                R"({"messages":[{"role":"user","content":"nobody answers"}]})"
                                "\n" +
                                conversation("long", std::string(200, 'x')) + "not json\n");
  auto report = tokenize("out", options(40));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->summary.kept, 3u);
  EXPECT_EQ(report->summary.malformed, 1u);
  EXPECT_EQ(report->summary.dropped,
            (std::vector<std::pair<std::string, std::uint64_t>>{{"malformed.not_object", 1},
                                                                {"output.tokens.too_long", 1},
                                                                {"output.tokens.unanswered", 1}}));
  auto file = TokenFile::open(folder_ / "out/tokens.tok");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_TRUE(file->verify());
  auto t = *Tokenizer::open(folder_ / "tokenizer.json");
  EXPECT_EQ(file->fingerprint(), t->fingerprint());
  EXPECT_EQ(file->template_name(), "chatml");
  EXPECT_EQ(file->length(), 40u);
  EXPECT_EQ(file->documents(), 3u);
  std::vector<std::string> texts, learned;
  std::uint64_t at = 0;
  for (std::uint64_t end : file->document_ends()) {
    Ids ids, learn;
    for (; at < end; ++at) {
      ids.push_back(file->id(at));
      if (file->learn(at)) learn.push_back(file->id(at));
    }
    texts.push_back(t->decode(ids));
    learned.push_back(t->decode(learn));
  }
  std::sort(texts.begin(), texts.end());
  EXPECT_EQ(texts,
            (std::vector<std::string>{
                "<|im_start|>user\nhello<|im_end|>\n<|im_start|>assistant\nhello world<|im_end|>\n",
                "<|im_start|>user\nx<|im_end|>\n<|im_start|>assistant\n<|im_end|>\n",
                "hell<|endoftext|>"}));
  std::sort(learned.begin(), learned.end());
  EXPECT_EQ(learned,
            (std::vector<std::string>{"<|im_end|>", "hell<|endoftext|>", "hello world<|im_end|>"}));
  auto about = json::parse_value(slurp(folder_ / "out/tokens.json"));
  ASSERT_TRUE(about);
  EXPECT_EQ(about->get("documents", 0), 3);
  EXPECT_EQ(about->get("tokens", 0), static_cast<std::int64_t>(file->tokens()));
}

TEST_F(TokenSinkTest, LongTextIsCutAndNothingIsLost) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "hello world " + std::to_string(i);
  folder_.write("in.jsonl", "{\"text\":" + json_string(text) + "}\n");
  ASSERT_TRUE(tokenize("out", options(32)));
  auto file = *TokenFile::open(folder_ / "out/tokens.tok");
  ASSERT_TRUE(file.verify());
  auto t = *Tokenizer::open(folder_ / "tokenizer.json");
  Ids ids;
  for (std::uint64_t i = 0; i < file.tokens(); ++i) ids.push_back(file.id(i));
  EXPECT_EQ(t->decode(ids), text + "<|endoftext|>");
}

TEST_F(TokenSinkTest, SameBytesForAnyThreadsAndBatches) {
  folder_.write("in.jsonl", random_corpus(1, 3000));
  for (const char* format : {"corpus", "megatron"}) {
    std::map<std::string, std::string> first;
    int n = 0;
    for (auto [threads, batch] : {std::pair{1, 1 << 20}, {2, 1 << 12}, {4, 1 << 15}}) {
      std::string out = std::string(format) + std::to_string(n++);
      auto report = tokenize(out, options(128, format), threads, batch);
      ASSERT_TRUE(report) << report.error().message;
      std::map<std::string, std::string> files;
      for (const auto& entry : std::filesystem::directory_iterator(folder_ / out)) {
        files[entry.path().filename()] = slurp(entry.path());
      }
      EXPECT_EQ(files.size(), std::string_view(format) == "corpus" ? 2u : 5u);
      if (n == 1) first = files;
      EXPECT_EQ(files, first);
    }
  }
}

TEST_F(TokenSinkTest, MegatronIndexReadsBackToTheSameTokens) {
  folder_.write("in.jsonl", random_corpus(2, 200));
  ASSERT_TRUE(tokenize("a", options(128)));
  ASSERT_TRUE(tokenize("b", options(128, "megatron")));
  auto file = *TokenFile::open(folder_ / "a/tokens.tok");
  std::string bin = slurp(folder_ / "b/tokens.bin"), idx = slurp(folder_ / "b/tokens.idx");
  std::string learn = slurp(folder_ / "b/learn.bin"), learn_idx = slurp(folder_ / "b/learn.idx");
  // The layout of Megatron-LM's IndexedDataset: magic, version, type, counts, sizes, pointers,
  // documents.
  auto read = [&](const std::string& s, std::size_t at, auto value) {
    std::memcpy(&value, s.data() + at, sizeof value);
    return value;
  };
  ASSERT_EQ(idx.substr(0, 9), std::string("MMIDIDX\0\0", 9));
  EXPECT_EQ(read(idx, 9, std::uint64_t{}), 1u);
  EXPECT_EQ(idx[17], 8);  // uint16
  auto sequences = read(idx, 18, std::uint64_t{}), documents = read(idx, 26, std::uint64_t{});
  ASSERT_EQ(sequences, file.documents());
  ASSERT_EQ(documents, file.sequences() + 1);
  ASSERT_EQ(idx.size(), 34 + sequences * 12 + documents * 8);
  ASSERT_EQ(bin.size(), file.tokens() * 2);
  ASSERT_EQ(learn.size(), file.tokens());
  EXPECT_EQ(learn_idx[17], 1);  // uint8
  std::uint64_t begin = 0;
  for (std::uint64_t i = 0; i < sequences; ++i) {
    auto size = static_cast<std::uint64_t>(read(idx, 34 + i * 4, std::int32_t{}));
    ASSERT_EQ(read(idx, 34 + sequences * 4 + i * 8, std::int64_t{}),
              static_cast<std::int64_t>(begin * 2));
    ASSERT_EQ(read(learn_idx, 34 + sequences * 4 + i * 8, std::int64_t{}),
              static_cast<std::int64_t>(begin));
    begin += size;
    ASSERT_EQ(begin, file.document_ends()[i]);
  }
  for (std::uint64_t i = 0; i < file.sequences(); ++i) {
    auto document =
        static_cast<std::uint64_t>(read(idx, 34 + sequences * 12 + (i + 1) * 8, std::int64_t{}));
    ASSERT_EQ(file.document_ends()[document - 1], file.sequence_ends()[i]);
  }
  for (std::uint64_t i = 0; i < file.tokens(); ++i) {
    ASSERT_EQ(read(bin, i * 2, std::uint16_t{}), file.id(i));
    ASSERT_EQ(learn[i] != 0, file.learn(i));
  }
}

TEST_F(TokenSinkTest, RefusesWhatWouldMislead) {
  folder_.write("in.jsonl", conversation("a", "b"));
  std::filesystem::create_directories(folder_ / "full");
  folder_.write("full/x", "x");
  auto full = tokenize("full", options(64));
  ASSERT_FALSE(full);
  EXPECT_NE(full.error().message.find("is not empty"), std::string::npos);
  Value wrong = options(64);
  wrong.set("template", "llama3");
  auto chat = tokenize("out", std::move(wrong));
  ASSERT_FALSE(chat);
  EXPECT_NE(chat.error().message.find("<|start_header_id|>"), std::string::npos);
}

TEST(TokenFile, DamageIsFound) {
  test::Folder folder;
  std::vector<TokenId> ids{1, 70000, 3, 4, 5};
  std::vector<std::uint8_t> learn{0, 1, 1, 0, 1};
  auto writer = make_token_file_writer({folder.path(), 8, 100000, std::string(64, 'f'), "chatml"});
  ASSERT_TRUE(writer->open());
  Document whole[]{{std::span(ids).first(3), std::span(learn).first(3)},
                   {std::span(ids).subspan(3), std::span(learn).subspan(3)}};
  ASSERT_TRUE(writer->write(whole));
  ASSERT_TRUE(writer->close());
  auto good = TokenFile::open(folder / "tokens.tok");
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_TRUE(good->verify());
  EXPECT_EQ(good->id(1), 70000);
  EXPECT_EQ(good->sequences(), 1u);
  std::string bytes = slurp(folder / "tokens.tok");
  int opened = 0, unnoticed = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string bad = bytes;
    bad[i] = static_cast<char>(bad[i] ^ 0x40);
    auto file = TokenFile::open(folder.write("bad.tok", bad));
    opened += file.has_value();
    // Padding and the reserved bytes of the head are nobody's.
    bool nobody = bad[i] == 0x40 && bytes[i] == 0;
    if (file && file->verify() && !nobody) ++unnoticed;
  }
  EXPECT_GT(opened, 0);
  EXPECT_EQ(unnoticed, 0);
  for (std::size_t n = 0; n < bytes.size(); n += 7) {
    EXPECT_FALSE(TokenFile::open(folder.write("cut.tok", bytes.substr(0, n)))) << n;
  }
}

// The format as it was first written; kept for ever.
TEST(TokenFile, GoldenVersion1) {
  auto file = TokenFile::open(CORPUS_SOURCE_DIR "/tests/data/golden/tokens-v1/tokens.tok");
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_TRUE(file->verify());
  EXPECT_EQ(file->documents(), 3u);
  EXPECT_EQ(file->length(), 64u);
  EXPECT_EQ(file->template_name(), "chatml");
  Ids ids;
  for (std::uint64_t i = 0; i < file->document_ends()[0]; ++i) ids.push_back(file->id(i));
  EXPECT_EQ(tiny({.specials = {"<|endoftext|>", "<|im_start|>", "<|im_end|>"}})->decode(ids),
            "<|im_start|>user\nhello<|im_end|>\n<|im_start|>assistant\nhello world<|im_end|>\n");
}

TEST(Packer, KeepsDocumentsWholeAndSequencesFull) {
  std::mt19937 rng(4);
  for (std::uint64_t window : {100u, 1000u, 1u << 20}) {
    std::vector<TokenId> seen(2000);
    std::uint64_t tokens = 0, sequences = 0;
    Packer packer(64, window, [&](std::span<const Document> sequence) -> Result<void> {
      std::size_t size = 0;
      for (const Document& d : sequence) {
        size += d.ids.size();
        for (std::size_t i = 0; i < d.ids.size(); ++i) {
          EXPECT_EQ(d.ids[i], d.ids[0]);
          EXPECT_EQ(d.learn[i], d.ids[0] % 2);
        }
        seen[static_cast<std::size_t>(d.ids[0])] += static_cast<TokenId>(d.ids.size());
      }
      EXPECT_LE(size, 64u);
      tokens += size;
      ++sequences;
      return {};
    });
    std::vector<TokenId> sizes;
    for (TokenId i = 0; i < 2000; ++i) {
      sizes.push_back(static_cast<TokenId>(rng() % 64 + 1));
      std::vector<TokenId> ids(static_cast<std::size_t>(sizes.back()), i);
      std::vector<std::uint8_t> learn(ids.size(), static_cast<std::uint8_t>(i % 2));
      ASSERT_TRUE(packer.add({ids, learn}));
    }
    ASSERT_TRUE(packer.finish());
    EXPECT_EQ(seen, sizes);
    if (window > 1000) {
      EXPECT_GT(static_cast<double>(tokens) / (static_cast<double>(sequences) * 64), 0.97);
    }
  }
}

}  // namespace
}  // namespace corpus::tokens
