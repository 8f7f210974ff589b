#include "dedup/compat.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "corpus/registry.h"
#include "dedup/sha1.h"
#include "support/batch.h"

namespace corpus {
namespace {

// NumPy 2.4: RandomState(1).randint(1, 2**61 - 1, dtype=uint64, size=112), then the same from 0;
// RandomState(42) both ways.
TEST(Compat, PermutationsAreNumpys) {
  auto blocks = draw_permutations(1, 112, true);
  EXPECT_EQ(blocks.a[0], 775169054918279404U);
  EXPECT_EQ(blocks.a[1], 1758426461858698313U);
  EXPECT_EQ(blocks.a[2], 2109959069025162U);
  EXPECT_EQ(blocks.b[0], 1062448801025099917U);
  EXPECT_EQ(blocks.b[1], 1324811268927594100U);
  EXPECT_EQ(blocks.b[2], 1217488311597731462U);
  auto turns = draw_permutations(42, 2, false);
  EXPECT_EQ(turns.a[0], 2297359619001564596U);
  EXPECT_EQ(turns.b[0], 1396682528897996046U);
  auto block42 = draw_permutations(42, 3, true);
  EXPECT_EQ(block42.a[0], 2297359619001564596U);
  EXPECT_EQ(block42.a[1], 1396682528897996047U);
  EXPECT_EQ(block42.a[2], 1973689801170867272U);
}

// FIPS 180-4's examples, and lengths around a block.
TEST(Compat, Sha1) {
  using Words = std::array<std::uint32_t, 5>;
  EXPECT_EQ(sha1("abc"), (Words{0xA9993E36, 0x4706816A, 0xBA3E2571, 0x7850C26C, 0x9CD0D89D}));
  EXPECT_EQ(sha1(""), (Words{0xDA39A3EE, 0x5E6B4B0D, 0x3255BFEF, 0x95601890, 0xAFD80709}));
  EXPECT_EQ(sha1("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            (Words{0x84983E44, 0x1C3BD26E, 0xBAAE4AA1, 0xF95129E5, 0xE54670F1}));
  EXPECT_EQ(sha1(std::string(1000000, 'a')),
            (Words{0x34AA973C, 0xD4C4DAA4, 0xF61EEB2B, 0xDBAD2731, 0x6534016F}));
}

constexpr const char* kText =
    "The teacher's answer in 3.14 ways: na\u00EFve caf\u00E9s, \u4ECA\u5929 and one, two, three "
    "more words "
    "so that thirteen of them make one shingle at least.";

// Made by the tools themselves (tests/parity/peer_signatures.py): the first minima, and all of them
// as digits to the base 31 mod 2^64.
TEST(Compat, SignaturesOfOneText) {
  struct Golden {
    Peer peer;
    std::vector<std::uint64_t> first;
    std::uint64_t all;
  };
  for (const Golden& golden : {
           Golden{Peer::kDatatrove,
                  {5863769268698442U, 13222717359547041U, 156325098383539154U},
                  13924966214643692186U},
           Golden{Peer::kTextDedup, {159226213U, 189479082U, 7893339U}, 6734457971317138463U},
           Golden{Peer::kDataJuicer, {49156607U, 147891061U, 160103655U}, 6555222603619677898U},
           Golden{Peer::kRedPajama, {535505307U, 831890992U, 417737627U}, 6104371866787903200U},
       }) {
    PeerDefaults d = defaults_of(golden.peer);
    CompatScheme scheme({golden.peer, d.shingle, 1, d.hashes, d.hashes, d.seed});
    CompatSigner signer(scheme);
    Turn turn{.text = kText};
    ASSERT_TRUE(signer.read({&turn, 1}, Scope::kText));
    std::uint64_t all = 0;
    for (auto minimum : signer.minima()) all = all * 31 + minimum;
    EXPECT_EQ(all, golden.all);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(signer.minima()[i], golden.first[i]);
  }
}

TEST(Compat, Tokens) {
  auto tokens = [](Peer peer, std::string_view text) {
    PeerTokens out;
    tokenize(peer, text, out);
    std::string all;
    for (std::size_t i = 0; i < out.begins.size(); ++i) all += std::string(out.shingle(i, 1)) + "|";
    return all;
  };
  constexpr const char* kOdd = "A-b  3.5,7 1,\u00C9\t_x\n";
  EXPECT_EQ(tokens(Peer::kDatatrove, kOdd), "a|b|0|0|0|e|x|");
  EXPECT_EQ(tokens(Peer::kTextDedup, kOdd), "a|b||3|5|7|1|\u00E9|_x||");
  EXPECT_EQ(tokens(Peer::kDataJuicer, kOdd), "a-b|3.5,7|1,\u00E9\t_x\n|");
  EXPECT_EQ(tokens(Peer::kRedPajama, kOdd), "ab|357|1e\u0301|x|");
  EXPECT_EQ(tokens(Peer::kTextDedup, ""), "|");
  EXPECT_EQ(tokens(Peer::kDatatrove, " .\u0301 "), "");
  EXPECT_EQ(
      tokens(Peer::kDatatrove, "I'd don't dont cannot theyll couldntve Ima well its 5km x7gb 3kmx"),
      "i|d|don|t|do|nt|can|not|they|ll|could|nt|ve|i|m|a|well|its|0|km|x0|gb|0kmx|");
}

TEST(Compat, AsAnOptionOfTheStage) {
  for (const char* name : {"datatrove", "text-dedup", "data-juicer", "redpajama"}) {
    MemoryBudget memory;
    BuildContext context{.memory = &memory};
    Value options;
    options.set("compat", name);
    auto made = find_component("dedup.minhash")->make(options, context);
    ASSERT_TRUE(made) << name;
    auto& fold = *std::get<std::unique_ptr<Fold>>(made->at(0));
    Batch batch;
    test::add_chat(batch, "What is it?", kText);
    test::add_chat(batch, "What is something else entirely?",
                   "It is another thing, as everybody knows by now.");
    test::add_chat(batch, "What is it?", kText);
    auto state = fold.partial();
    ASSERT_TRUE(fold.observe(batch, *state));
    ASSERT_TRUE(fold.merge(std::move(state)));
    auto map = fold.finish();
    ASSERT_TRUE(map);
    auto scratch = (*map)->scratch();
    ASSERT_TRUE((*map)->run(batch, scratch.get()));
    EXPECT_FALSE(batch.records[0].drop || batch.records[1].drop) << name;
    EXPECT_TRUE(batch.records[2].drop) << name;
  }
  MemoryBudget memory;
  BuildContext context{.memory = &memory};
  Value characters;
  characters.set("compat", "datatrove");
  characters.set("shingle", "24 characters");
  EXPECT_FALSE(find_component("dedup.minhash")->make(characters, context));
}

}  // namespace
}  // namespace corpus
