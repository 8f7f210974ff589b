// Our compat signatures against those of the tools themselves, which peer_signatures.py runs.
//
// Needs Python packages: datatrove, datasketch and text-dedup 0.4, in the Python that
// CORPUS_PEERS_PYTHON names or in build/peers-venv (bench/peers.py makes one). What is missing is
// printed and skipped.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "dedup/banding.h"
#include "dedup/compat.h"
#include "support/folder.h"

namespace corpus {
namespace {

std::string python() {
  if (const char* given = std::getenv("CORPUS_PEERS_PYTHON")) return given;
  std::string venv = std::string(CORPUS_SOURCE_DIR) + "/build/peers-venv/bin/python";
  return std::filesystem::exists(venv) ? venv : "python3";
}

// Paths of some corpora, where they are.
std::string real_data() {
  const char* given = std::getenv("CORPUS_TEST_DATA");
  std::string dir = given != nullptr ? given : std::string(CORPUS_SOURCE_DIR) + "/../shared/data";
  std::string out;
  for (const char* name : {"alpaca", "alpaca_zh", "belle", "codealpaca", "gpteacher",
                           "instructwild", "llamafactory"}) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(dir + "/" + name, ignored)) {
      if (entry.path().string().ends_with(".jsonl.zst")) out += " '" + entry.path().string() + "'";
    }
  }
  return out;
}

class Reader {
 public:
  explicit Reader(std::string bytes) : bytes_(std::move(bytes)) {}
  bool done() const { return at_ == bytes_.size(); }
  template <typename T>
  T number() {
    T n;
    std::memcpy(&n, bytes_.data() + at_, sizeof n);
    at_ += sizeof n;
    return n;
  }
  std::string text(std::size_t size) {
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

TEST(MinhashParity, SignaturesAreThoseOfTheTools) {
  test::Folder folder;
  std::string out = folder / "signatures", said = folder / "said";
  std::string command = "PYTHONWARNINGS=ignore '" + python() +
                        "' '" CORPUS_SOURCE_DIR "/tests/parity/peer_signatures.py' '" + out + "'" +
                        real_data() + " 2> '" + said + "'";
  if (std::system(command.c_str()) != 0) {
    GTEST_SKIP() << "cannot run peer_signatures.py with " << python() << ": " << test::slurp(said);
  }
  std::printf("%s", test::slurp(said).c_str());
  Reader reader(test::slurp(out));
  std::map<std::string, std::size_t> compared, differ;
  std::map<std::string, std::unique_ptr<CompatScheme>> schemes;
  while (!reader.done()) {
    std::string tool = reader.text(reader.number<std::uint8_t>());
    std::string text = reader.text(reader.number<std::uint32_t>());
    std::vector<std::uint64_t> expected(reader.number<std::uint32_t>());
    for (auto& minimum : expected) minimum = reader.number<std::uint64_t>();
    auto& scheme = schemes[tool];
    if (scheme == nullptr) {
      PeerDefaults d = defaults_of(*parse_peer(tool));
      scheme = std::make_unique<CompatScheme>(
          CompatScheme::Options{*parse_peer(tool), d.shingle, 1, d.hashes, d.hashes, d.seed});
    }
    CompatSigner signer(*scheme);
    PeerTokens tokens;
    tokenize(*parse_peer(tool), text, tokens);
    bool any = signer.read(tokens);
    if (!any && expected.empty()) continue;
    bool equal = any && std::equal(expected.begin(), expected.end(), signer.minima().begin(),
                                   signer.minima().end());
    EXPECT_TRUE(equal) << tool << ": " << text << "\nas: " << tokens.joined;
    ++(equal ? compared : differ)[tool];
  }
  if (compared.empty()) GTEST_SKIP() << "none of the tools is installed";
  for (const auto& [tool, n] : compared) {
    std::printf("%-12s %zu signatures equal, %zu differ\n", tool.c_str(), n, differ[tool]);
    EXPECT_GT(n, 500U);
  }
}

}  // namespace
}  // namespace corpus
