#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "corpus/provenance.h"
#include "base/base64.h"

namespace corpus::provenance {
namespace {

namespace fs = std::filesystem;

SigningKey test_key(char first = 0) {
  std::string seed;
  for (int i = 0; i < 32; ++i) seed += static_cast<char>(first + i);
  return *SigningKey::from_seed(seed);
}

struct Folder {
  fs::path path = fs::temp_directory_path() / ("corpus-signing-" + std::to_string(::getpid()));
  Folder() {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
  std::string operator/(const char* name) const { return (path / name).string(); }
};

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The body of the reference vector: an in-toto statement with one subject of 64 zeros.
std::string vector_body() {
  return "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":{},\"predicateType\":"
         "\"https://example.org/corpus-provenance/v1\",\"subject\":[{\"digest\":{\"sha256\":\"" +
         std::string(64, '0') + "\"},\"name\":\"shard-0\"}]}";
}

TEST(Dsse, PreAuthenticationEncodingOfTheSpecification) {
  EXPECT_EQ(pre_authentication_encoding("http://example.com/HelloWorld", "hello world"),
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  EXPECT_EQ(pre_authentication_encoding("", ""), "DSSEv1 0  0 ");
}

TEST(Dsse, ReferenceVector) {
  SigningKey key = test_key();
  EXPECT_EQ(hex(key.public_key().bytes()),
            "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8");
  EXPECT_EQ(hex(sha256(pre_authentication_encoding(kInTotoType, vector_body()))),
            "ddf3d8292a48637a2cf04d740ee842432ba7fdb80a6fde9486a2fc6a62dd10a7");
  Envelope envelope = sign(kInTotoType, vector_body(), key);
  EXPECT_EQ(
      base64(envelope.signatures[0].sig),
      "sHCKvYlrpSoj7iwBdBC28x4HIcS9fiUI1Xr2eoNQYb927rZKOEt0Hq7sOHI1CsUUrKwkS725FF+fFww+cpNdCw==");
}

TEST(Dsse, VerifiesAndGivesTheBytesThatWereChecked) {
  SigningKey key = test_key();
  PublicKey trusted[] = {test_key(9).public_key(), key.public_key()};
  std::string text = print_envelope(sign(kInTotoType, vector_body(), key));
  auto envelope = parse_envelope(text, EnvelopeForm::kOurs);
  ASSERT_TRUE(envelope) << envelope.error().message;
  auto verified = verify_envelope(*envelope, kInTotoType, trusted);
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_EQ(verified->payload, vector_body());
  EXPECT_EQ(verified->keyid, key.public_key().id());
}

std::string why(const Envelope& e, std::string_view type, std::span<const PublicKey> trusted) {
  auto verified = verify_envelope(e, type, trusted);
  return verified ? "" : verified.error().message;
}

TEST(Dsse, RefusesForgeries) {
  SigningKey key = test_key(), other = test_key(7);
  PublicKey trusted[] = {key.public_key()};
  PublicKey both[] = {key.public_key(), other.public_key()};
  Envelope good = sign(kInTotoType, "body", key);
  EXPECT_EQ(why(good, kInTotoType, trusted), "");

  Envelope stripped = good;
  stripped.signatures.clear();
  EXPECT_NE(why(stripped, kInTotoType, trusted).find("no signature"), std::string::npos);

  EXPECT_NE(why(good, "application/json", trusted).find("payload type"), std::string::npos);
  Envelope retyped = good;
  retyped.payload_type = "application/json";
  EXPECT_NE(why(retyped, "application/json", trusted).find("changed"), std::string::npos);

  Envelope forged = sign(kInTotoType, "body", other);
  EXPECT_NE(why(forged, kInTotoType, trusted).find("no signature is by a key that is trusted"),
            std::string::npos);
  forged.signatures[0].keyid = key.public_key().id();
  EXPECT_NE(why(forged, kInTotoType, trusted).find("not by that key"), std::string::npos);
  EXPECT_NE(why(forged, kInTotoType, both).find("forged key id"), std::string::npos);

  Envelope renamed = good;
  renamed.signatures[0].keyid = std::string(64, 'a');
  EXPECT_NE(why(renamed, kInTotoType, trusted).find("forged key id"), std::string::npos);
  renamed.signatures[0].keyid.clear();  // a hint may be left out
  EXPECT_EQ(why(renamed, kInTotoType, trusted), "");

  Envelope changed = good;
  changed.payload[0] ^= 1;
  EXPECT_NE(why(changed, kInTotoType, trusted), "");
  EXPECT_NE(why(good, kInTotoType, {}), "");
}

TEST(Dsse, EveryFlippedBitOfOurEnvelopesIsSeen) {
  SigningKey key = test_key();
  PublicKey trusted[] = {key.public_key()};
  std::string text = print_envelope(sign(kInTotoType, vector_body(), key));
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = text;
      changed[i] = static_cast<char>(changed[i] ^ 1 << bit);
      auto envelope = parse_envelope(changed, EnvelopeForm::kOurs);
      bool accepted = envelope && verify_envelope(*envelope, kInTotoType, trusted);
      ASSERT_FALSE(accepted) << "byte " << i << " bit " << bit;
    }
  }
  EXPECT_FALSE(parse_envelope(text + "\n", EnvelopeForm::kOurs));
  EXPECT_FALSE(parse_envelope(text.substr(0, text.size() - 1), EnvelopeForm::kOurs));
}

TEST(Dsse, TakesWhatOthersMayWrite) {
  SigningKey key = test_key();
  PublicKey trusted[] = {key.public_key()};
  Envelope e = sign(kInTotoType, std::string("\xfb\xff\xfe bytes", 9), key);
  auto url = [](std::string s) {
    for (char& c : s) c = c == '+' ? '-' : c == '/' ? '_' : c;
    while (s.ends_with('=')) s.pop_back();
    return s;
  };
  std::string text = "{ \"signatures\": [{\"sig\": \"" + url(base64(e.signatures[0].sig)) +
                     "\", \"cert\": null}],\n \"payloadType\": \"application\\/vnd.in-toto+json\", "
                     "\"payload\": \"" +
                     url(base64(e.payload)) + "\", \"more\": [1, {}] }";
  auto parsed = parse_envelope(text, EnvelopeForm::kAnyone);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_TRUE(verify_envelope(*parsed, kInTotoType, trusted));
  EXPECT_FALSE(parse_envelope(text, EnvelopeForm::kOurs));
  for (const char* bad :
       {"", "{}", "[]", "{\"payload\":\"\",\"payloadType\":\"x\"}",
        "{\"payload\":\"*\",\"payloadType\":\"x\",\"signatures\":[]}",
        "{\"payload\":\"\",\"payloadType\":\"x\",\"signatures\":[{}]}",
        "{\"payload\":\"\",\"payload\":\"\",\"payloadType\":\"x\",\"signatures\":[]}"}) {
    EXPECT_FALSE(parse_envelope(bad, EnvelopeForm::kAnyone)) << bad;
  }
}

TEST(Base64, IsStrict) {
  for (std::string text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) {
    EXPECT_EQ(parse_base64(base64(text)), text);
  }
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_FALSE(parse_base64("Zm9="));  // bits behind the data
  EXPECT_FALSE(parse_base64("Zm8"));   // no padding
  EXPECT_FALSE(parse_base64("Zm8= "));
  EXPECT_FALSE(parse_base64("===="));
  EXPECT_FALSE(parse_base64("-_-_"));
  EXPECT_EQ(parse_base64("-_-_", true), parse_base64("+/+/"));
  EXPECT_EQ(parse_base64("Zm8", true), "fo");
  EXPECT_FALSE(parse_base64("Z", true));
}

TEST(Keys, FilesAreMadeForTheOwnerAlone) {
  Folder dir;
  std::string path = dir / "key";
  auto made = create_key_file(path);
  ASSERT_TRUE(made) << made.error().message;
  struct stat info;
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  auto again = read_key_file(path);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->public_key(), made->public_key());
  auto pub = read_public_key(path + ".pub");
  ASSERT_TRUE(pub);
  EXPECT_EQ(*pub, made->public_key());
  EXPECT_TRUE(pub->verifies("m", made->sign("m")));

  EXPECT_FALSE(create_key_file(path));  // never overwritten
  fs::remove(path + ".pub");
  EXPECT_FALSE(create_key_file(path));
  EXPECT_EQ(read_key_file(path)->public_key(), made->public_key());
  for (mode_t mode : {0640, 0604, 0660, 0602}) {
    ::chmod(path.c_str(), mode);
    auto refused = read_key_file(path);
    ASSERT_FALSE(refused) << mode;
    EXPECT_NE(refused.error().message.find("chmod 600"), std::string::npos);
  }
  ::chmod(path.c_str(), 0400);
  EXPECT_TRUE(read_key_file(path));
  auto missing = read_key_file(dir / "none");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::kNotFound);
}

TEST(Keys, NoMessageHoldsTheSecret) {
  Folder dir;
  std::string path = dir / "key";
  ASSERT_TRUE(create_key_file(path));
  std::string pem = read(path);
  std::string body = pem.substr(pem.find('\n') + 1, 40);
  std::ofstream(path) << pem.substr(0, 60);
  auto cut = read_key_file(path);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().message.find(body.substr(0, 20)), std::string::npos);
}

TEST(Keys, FromTheEnvironment) {
  auto pem = test_key().to_pem();
  ASSERT_TRUE(pem);
  ::setenv("CORPUS_TEST_KEY", pem->c_str(), 1);
  auto key = key_from_environment("CORPUS_TEST_KEY");
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->public_key(), test_key().public_key());
  ::setenv("CORPUS_TEST_KEY", "nonsense", 1);
  EXPECT_FALSE(key_from_environment("CORPUS_TEST_KEY"));
  ::unsetenv("CORPUS_TEST_KEY");
  EXPECT_FALSE(key_from_environment("CORPUS_TEST_KEY"));
}

TEST(Keys, PemOfOtherAlgorithmsIsRefused) {
  auto pem = *test_key().to_pem();
  EXPECT_FALSE(PublicKey::from_pem(pem));
  EXPECT_FALSE(SigningKey::from_pem(test_key().public_key().to_pem()));
  EXPECT_FALSE(PublicKey::from_pem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"));
  EXPECT_FALSE(PublicKey::from_pem("-----END PUBLIC KEY----------BEGIN PUBLIC KEY-----"));
  EXPECT_FALSE(SigningKey::from_seed("short"));
}

}  // namespace
}  // namespace corpus::provenance
