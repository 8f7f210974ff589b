#include <gtest/gtest.h>

#include <map>

#include "corpus/provenance.h"

namespace corpus::provenance {
namespace {

// The leaves of Certificate Transparency's reference tests and the roots over the first n of them.
std::vector<std::string> ct_leaves() {
  auto bytes = [](std::initializer_list<int> list) {
    std::string s;
    for (int b : list) s += static_cast<char>(b);
    return s;
  };
  return {"",
          bytes({0x00}),
          bytes({0x10}),
          bytes({0x20, 0x21}),
          bytes({0x30, 0x31}),
          bytes({0x40, 0x41, 0x42, 0x43}),
          bytes({0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57}),
          bytes({0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d,
                 0x6e, 0x6f})};
}

constexpr std::string_view kRoots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

TEST(Merkle, RootsOfRfc6962Vectors) {
  auto leaves = ct_leaves();
  for (std::size_t n = 0; n <= leaves.size(); ++n) {
    MerkleRoot tree;
    MemoryHashes hashes;
    for (std::size_t i = 0; i < n; ++i) {
      tree.add(leaves[i]);
      hashes.add_hash(leaf_hash(leaves[i]));
    }
    EXPECT_EQ(hex(tree.root()), kRoots[n]) << n;
    EXPECT_EQ(*root_of(hashes, n), tree.root()) << n;
  }
}

std::string leaf_text(std::uint64_t i) { return "leaf " + std::to_string(i); }

// The definition, as the RFC writes it.
Digest naive_root(std::uint64_t begin, std::uint64_t end) {
  if (begin == end) return sha256({});
  if (end - begin == 1) return leaf_hash(leaf_text(begin));
  std::uint64_t k = 1;
  while (2 * k < end - begin) k *= 2;
  return node_hash(naive_root(begin, begin + k), naive_root(begin + k, end));
}

TEST(Merkle, StreamingRootIsTheDefinition) {
  MerkleRoot tree;
  for (std::uint64_t n = 0; n <= 130; ++n) {
    ASSERT_EQ(tree.root(), naive_root(0, n)) << n;
    tree.add(leaf_text(n));
  }
}

struct Trees : ::testing::Test {
  static constexpr std::uint64_t kMax = 40;
  void SetUp() override {
    for (std::uint64_t n = 0; n <= kMax; ++n) {
      roots.push_back(naive_root(0, n));
      hashes.add_hash(leaf_hash(leaf_text(n)));
    }
  }
  MemoryHashes hashes;
  std::vector<Digest> roots;
};

TEST_F(Trees, EveryInclusionProofChecksAndOnlyThere) {
  for (std::uint64_t n = 1; n <= kMax; ++n) {
    for (std::uint64_t i = 0; i < n; ++i) {
      auto proof = inclusion_proof(hashes, i, n);
      ASSERT_TRUE(proof);
      Digest leaf = leaf_hash(leaf_text(i));
      ASSERT_TRUE(check_inclusion(leaf, i, n, *proof, roots[n])) << n << ' ' << i;
      EXPECT_FALSE(check_inclusion(leaf_hash("other"), i, n, *proof, roots[n]));
      EXPECT_FALSE(check_inclusion(leaf, i, n, *proof, roots[n - 1]));
      // Another place or size never checks against the same root, unless the path is the same walk.
      for (std::uint64_t j = 0; j < n; ++j) {
        if (j != i) {
          EXPECT_FALSE(check_inclusion(leaf, j, n, *proof, roots[n])) << n << ' ' << i << ' ' << j;
        }
      }
      EXPECT_FALSE(check_inclusion(leaf, n, n, *proof, roots[n]));
      auto longer = *proof;
      longer.push_back(leaf);
      EXPECT_FALSE(check_inclusion(leaf, i, n, longer, roots[n]));
      for (std::size_t k = 0; k < proof->size(); ++k) {
        auto changed = *proof;
        changed[k][k % 32] ^= 1;
        EXPECT_FALSE(check_inclusion(leaf, i, n, changed, roots[n]));
      }
      if (!proof->empty()) {
        auto shorter = *proof;
        shorter.pop_back();
        EXPECT_FALSE(check_inclusion(leaf, i, n, shorter, roots[n]));
      }
    }
  }
  EXPECT_FALSE(inclusion_proof(hashes, 3, 3));
}

TEST_F(Trees, EveryConsistencyProofChecksAndOnlyThere) {
  for (std::uint64_t n = 0; n <= kMax; ++n) {
    for (std::uint64_t m = 0; m <= n; ++m) {
      auto proof = consistency_proof(hashes, m, n);
      ASSERT_TRUE(proof);
      ASSERT_TRUE(check_consistency(m, n, *proof, roots[m], roots[n])) << m << ' ' << n;
      Digest other = roots[n];
      other[5] ^= 4;
      EXPECT_FALSE(check_consistency(m, n, *proof, roots[m], other) && m != 0) << m << ' ' << n;
      other = roots[m];
      other[5] ^= 4;
      EXPECT_FALSE(check_consistency(m, n, *proof, other, roots[n])) << m << ' ' << n;
      auto longer = *proof;
      longer.push_back(other);
      EXPECT_FALSE(check_consistency(m, n, longer, roots[m], roots[n]));
      for (std::size_t k = 0; k < proof->size(); ++k) {
        auto changed = *proof;
        changed[k][k % 32] ^= 1;
        EXPECT_FALSE(check_consistency(m, n, changed, roots[m], roots[n]));
      }
      if (!proof->empty()) {
        auto shorter = *proof;
        shorter.pop_back();
        EXPECT_FALSE(check_consistency(m, n, shorter, roots[m], roots[n]));
      }
    }
  }
  EXPECT_FALSE(consistency_proof(hashes, 4, 3));
  EXPECT_FALSE(check_consistency(4, 3, {}, roots[4], roots[3]));
}

TEST(Tiles, PathsOfTheSpecification) {
  EXPECT_EQ(tile_path(0, 1234067, 256), "tile/0/x001/x234/067");
  EXPECT_EQ(tile_path(0, 273, 112), "tile/0/273.p/112");
  EXPECT_EQ(tile_path(2, 0, 1), "tile/2/000.p/1");
  EXPECT_EQ(tile_path(1, 1000, 256), "tile/1/x001/000");
}

TEST(Tiles, SeventyThousandLeavesAsInTheSpecification) {
  std::map<std::string, std::string> files;
  TileWriter writer([&](const std::string& path, std::string_view bytes) -> Result<void> {
    files[path] = std::string(bytes);
    return {};
  });
  MemoryHashes hashes;
  constexpr std::uint64_t kSize = 70000;
  for (std::uint64_t i = 0; i < kSize; ++i) {
    Digest leaf = leaf_hash(leaf_text(i));
    hashes.add_hash(leaf);
    ASSERT_TRUE(writer.add_hash(leaf));
  }
  ASSERT_TRUE(writer.finish());
  // 273 full and a partial of 112 at level 0, 1 full and a partial of 17 at level 1, 1 at level 2.
  EXPECT_EQ(files.size(), 273u + 1 + 1 + 1 + 1);
  EXPECT_EQ(files.at("tile/0/273.p/112").size(), 112u * 32);
  EXPECT_EQ(files.at("tile/1/001.p/17").size(), 17u * 32);
  EXPECT_EQ(files.at("tile/2/000.p/1").size(), 32u);

  TileReader tiles(kSize, [&](const std::string& path) -> Result<std::string> {
    auto at = files.find(path);
    if (at == files.end()) return Error{Code::kNotFound, path};
    return at->second;
  });
  EXPECT_EQ(*root_of(tiles, kSize), writer.root());
  EXPECT_EQ(*root_of(hashes, kSize), writer.root());
  for (std::uint64_t i : {0ul, 1ul, 255ul, 256ul, 65535ul, 65536ul, 69887ul, 69888ul, 69999ul}) {
    auto a = inclusion_proof(tiles, i, kSize);
    ASSERT_TRUE(a) << a.error().message;
    EXPECT_EQ(*a, *inclusion_proof(hashes, i, kSize));
    EXPECT_TRUE(check_inclusion(leaf_hash(leaf_text(i)), i, kSize, *a, writer.root()));
  }
  for (std::uint64_t m : {1ul, 256ul, 300ul, 65536ul, 65537ul}) {
    EXPECT_EQ(*consistency_proof(tiles, m, kSize), *consistency_proof(hashes, m, kSize));
  }
  EXPECT_FALSE(tiles.hash(0, kSize));
  EXPECT_FALSE(tiles.hash(63, 1));
  files["tile/0/000"].resize(100);
  EXPECT_FALSE(inclusion_proof(tiles, 0, kSize));
}

TEST(Commitment, IsItsDefinition) {
  Nonce nonce;
  for (std::size_t i = 0; i < nonce.size(); ++i) nonce[i] = static_cast<std::uint8_t>(i);
  std::string record = "{\"text\":\"yes\"}";
  Digest content = sha256(record);
  std::string all = "libcorpus/rec/v1";
  all.append(reinterpret_cast<const char*>(nonce.data()), 32)
      .append(reinterpret_cast<const char*>(content.data()), 32);
  EXPECT_EQ(record_commitment(nonce, record), sha256(all));
  EXPECT_NE(record_commitment(Nonce{}, record), record_commitment(nonce, record));

  Digest secret{};
  EXPECT_EQ(record_nonce(secret, 1, 2), record_nonce(secret, 1, 2));
  EXPECT_NE(record_nonce(secret, 1, 2), record_nonce(secret, 2, 1));
  EXPECT_NE(*random_secret(), *random_secret());
}

}  // namespace
}  // namespace corpus::provenance
