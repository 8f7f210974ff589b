#include "io/gguf.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "io/load.h"
#include "student/support/gguf_writer.h"

namespace student {
namespace {

using test::head;
using test::Writer;

std::string error_of(const Writer& w) {
  const auto parsed = parse_gguf(w.out, "f");
  return parsed ? "none" : parsed.error().message;
}

TEST(Gguf, BlocksOfEachType) {
  Writer w = head(4, 0);
  w.tensor("f32", {2}, 0, 0).tensor("f16", {2}, 1, 32).tensor("q4", {32}, 3, 64).tensor("q8", {32}, 8, 96);
  w.out.resize((w.out.size() + 31) / 32 * 32);
  w.put(1.5f).put(-2.0f);
  w.out.resize(w.out.size() + 24);
  w.put<std::uint16_t>(0x3c00).put<std::uint16_t>(0xc000);
  w.out.resize(w.out.size() + 28);
  w.put<std::uint16_t>(0x3800).put<std::uint16_t>(0xbc00);  // 0.5, -1
  for (int i = 0; i < 16; ++i) w.put(static_cast<std::uint8_t>(i | (15 - i) << 4));
  w.out.resize(w.out.size() + 12);
  w.put<std::uint16_t>(0x4000);  // 2
  for (int i = 0; i < 32; ++i) w.put(static_cast<std::int8_t>(i - 16));
  const auto parts = parse_gguf(w.out, "f");
  ASSERT_TRUE(parts) << parts.error().message;
  const auto values = [&](const char* name) { return *gguf_values(parts->tensors.find(name)->second, "f"); };
  EXPECT_EQ(values("f32"), (std::vector<float>{1.5f, -2}));
  EXPECT_EQ(values("f16"), (std::vector<float>{1, -2}));
  for (std::size_t i = 0; i < 16; ++i) {
    EXPECT_EQ(values("q4")[i], 0.5f * static_cast<float>(i) - 1);
    EXPECT_EQ(values("q4")[i + 16], 0.5f * static_cast<float>(15 - i) - 1);
  }
  for (std::size_t i = 0; i < 32; ++i) EXPECT_EQ(values("q8")[i], 2 * (static_cast<float>(i) - 16));
}

TEST(Gguf, RowsOfHeadsArePutBack) {
  // Two heads of four rows: pairs (0,2) and (1,3) of each head lie side by side in the file.
  const float rows[] = {0, 2, 1, 3, 4, 6, 5, 7};
  GgufTensor t{"blk.0.attn_q.weight", {8, 1}, 0, {reinterpret_cast<const char*>(rows), sizeof(rows)}, 2};
  EXPECT_EQ(*gguf_values(t, "f"), (std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7}));
  t.interleaved_heads = 3;
  EXPECT_FALSE(gguf_values(t, "f"));

  Writer blocks;  // rows of one block, whose values are the row's number
  for (const float row : rows) {
    blocks.put<std::uint16_t>(0x3c00);
    for (int i = 0; i < 32; ++i) blocks.put(static_cast<std::int8_t>(row));
  }
  const GgufTensor stored{"blk.0.attn_q.weight", {8, 32}, 8, blocks.out, 2};
  const auto values = *gguf_values(stored, "f");
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(values[i], static_cast<float>(i / 32));
}

TEST(Gguf, EachKindOfDamageIsNamed) {
  EXPECT_EQ(error_of(Writer{"GGU"}), "f: byte 0: the file is cut off or damaged");
  EXPECT_EQ(error_of(Writer{"GGML1234"}), "f: byte 4: not a GGUF file");
  Writer old;
  old.put<std::uint32_t>(0x46554747u).put<std::uint32_t>(1);
  EXPECT_EQ(error_of(old), "f: GGUF version 1; 2 and 3 are read");
  EXPECT_EQ(error_of(head(1ull << 40, 0)), "f: byte 24: too many tensors or metadata entries");
  EXPECT_EQ(error_of(head(0, 1).put<std::uint64_t>(~0ull)), "f: byte 32: the file is cut off or damaged");
  EXPECT_EQ(error_of(head(0, 1).text("k").put<std::uint32_t>(99)), "f: byte 37: a value of kind 99");
  EXPECT_EQ(error_of(head(0, 1).text("k").put<std::uint32_t>(9).put<std::uint32_t>(9).put<std::uint64_t>(1)),
            "f: byte 49: an array of arrays or of too many values");
  EXPECT_EQ(error_of(head(0, 2).number("k", 1).number("k", 1)), "f: byte 58: metadata k is there twice");
  EXPECT_EQ(error_of(head(1, 0).tensor("t", {2}, 0, 0)),
            "f: tensor t: 8 bytes at offset 0 of 0; the file is cut off or damaged");
  EXPECT_EQ(error_of(head(1, 0).tensor("t", {1ull << 32, 1ull << 32}, 0, 0)),
            "f: byte 53: tensor t has an impossible shape");
  EXPECT_EQ(error_of(head(1, 0).tensor("t", {2}, 12, 0)),
            "f: tensor t is of GGUF type 12; F32, F16, Q8_0 and Q4_1 are read");
  EXPECT_EQ(error_of(head(1, 0).tensor("t", {33}, 8, 0)), "f: byte 49: tensor t: rows are not whole blocks of Q8_0");
  Writer twice = head(2, 0).tensor("a", {8}, 0, 0).tensor("b", {8}, 0, 16);
  twice.out.resize(256);
  EXPECT_EQ(error_of(twice), "f: tensor b: offset 16 lies inside the tensor before it, which ends at 32");
}

TEST(Gguf, ConfigAndTokenizer) {
  Writer w = head(1, 10);
  w.word("general.architecture", "llama").number("llama.block_count", 2).number("llama.embedding_length", 64);
  w.number("llama.attention.head_count", 4).number("llama.attention.head_count_kv", 2);
  w.number("llama.feed_forward_length", 96).word("tokenizer.ggml.model", "gpt2").word("tokenizer.ggml.pre", "smollm");
  w.words("tokenizer.ggml.tokens", {"a", "b", "ab"}).words("tokenizer.ggml.merges", {"a b"});
  w.tensor("token_embd.weight", {64, 3}, 0, 0);
  w.out.resize(4096);
  const auto parts = parse_gguf(w.out, "f");
  ASSERT_TRUE(parts) << parts.error().message;
  const auto c = gguf_config(*parts, "f");
  ASSERT_TRUE(c) << c.error().message;
  EXPECT_EQ(c->head_dim, 16);
  EXPECT_EQ(c->kv_heads, 2);
  EXPECT_EQ(c->vocab, 3);
  EXPECT_TRUE(c->tied);
  const auto json = gguf_tokenizer_json(*parts, "f");
  ASSERT_TRUE(json);
  EXPECT_NE(json->find("\"individual_digits\":true"), std::string::npos);
  EXPECT_NE(json->find("\"merges\":[\"a b\"]"), std::string::npos);

  Writer other = head(0, 1);
  other.word("general.architecture", "gemma3");
  EXPECT_EQ(gguf_config(*parse_gguf(other.out, "f"), "f").error().message,
            "f: architecture 'gemma3'; only llama is read from GGUF");
}

}  // namespace
}  // namespace student
