// filters.pii: what is found, what is left alone, tag, redact and drop.
#include <string>

#include "filter_support.h"
#include "filters/pii_scan.h"

namespace corpus::test {
namespace {

std::string found(std::string_view text) {
  std::vector<PiiFound> list;
  find_pii(text, ~0U, list);
  std::string out;
  for (const auto& f : list) {
    if (!out.empty()) out += ' ';
    out += std::string(name(f.kind)) + '=' + std::string(text.substr(f.begin, f.end - f.begin));
  }
  return out;
}

TEST(Pii, IsFound) {
  EXPECT_EQ(found("write to jane.doe+x@mail.example.org."), "email=jane.doe+x@mail.example.org");
  EXPECT_EQ(found("host 192.168.17.4, port 80"), "ipv4=192.168.17.4");
  EXPECT_EQ(found("at 2001:db8:85a3::8a2e:370:7334!"), "ipv6=2001:db8:85a3::8a2e:370:7334");
  EXPECT_EQ(found("call +44 20 7946 0958 now"), "phone=+44 20 7946 0958");
  EXPECT_EQ(found("call (212) 555-0173 now"), "phone=(212) 555-0173");
  EXPECT_EQ(found("call 212-555-0173 now"), "phone=212-555-0173");
  EXPECT_EQ(found("IBAN DE89 3704 0044 0532 0130 00 please"), "iban=DE89 3704 0044 0532 0130 00");
  EXPECT_EQ(found("GB82WEST12345698765432"), "iban=GB82WEST12345698765432");
  EXPECT_EQ(found("card 4111 1111 1111 1111."), "card=4111 1111 1111 1111");
  EXPECT_EQ(found("amex 378282246310005"), "card=378282246310005");
  EXPECT_EQ(found("SSN 219-09-9999"), "national_id=219-09-9999");
  EXPECT_EQ(found("NINO AB123456C, or AB 12 34 56 C."),
            "national_id=AB123456C national_id=AB 12 34 56 C");
  EXPECT_EQ(found("CPF 111.444.777-35"), "national_id=111.444.777-35");
  EXPECT_EQ(found("DNI 12345678Z."), "national_id=12345678Z");
  EXPECT_EQ(found("NIR 1 85 05 78 006 084 91, 185057800608491"),
            "national_id=1 85 05 78 006 084 91 national_id=185057800608491");
  EXPECT_EQ(found("id 11010519491231002X"), "national_id=11010519491231002X");
  EXPECT_EQ(found("aadhaar 2341 2341 2346"), "national_id=2341 2341 2346");
  EXPECT_EQ(found("API_KEY = \"f3Kq9ZpL2mXw7RtB8vNc\""), "secret=f3Kq9ZpL2mXw7RtB8vNc");
  EXPECT_EQ(found("\"authToken\": \"a9f8e7d6c5b4a3928170f6e5d4c3b2a1\""),
            "secret=a9f8e7d6c5b4a3928170f6e5d4c3b2a1");
  EXPECT_EQ(found("password: Qm9vbUJvb20xMjM0NTY3ODkw=="), "secret=Qm9vbUJvb20xMjM0NTY3ODkw==");
  EXPECT_EQ(found("key AKIAQ3EGRV5K2MZ7T9XB end"), "secret=AKIAQ3EGRV5K2MZ7T9XB");
  EXPECT_EQ(found("ghp_a8Fk20Lq9ZxW3rTy7UvB1nMc4DpS6eHj5GkX"), "secret=ghp_a8Fk20Lq9ZxW3rTy7UvB1nMc4DpS6eHj5GkX");
  EXPECT_EQ(found("-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nx").substr(0, 17), "secret=-----BEGIN");
}

TEST(Pii, LooksAlikeAreLeftAlone) {
  for (const char* text : {"a@b",
                           "x @ y.com",
                           "decorator @app.route",
                           "version 1.2.3.4 of it",
                           "300.1.1.1",
                           "1.2.3.4.5",
                           "std::vector<int>::size_type",
                           "at 10:30:15 today",
                           "in 1995-2005",
                           "page 100 200 3000",
                           "4111 1111 1111 1112",
                           "DE89 3704 0044 0532 0130 01",
                           "000-12-3456",
                           "2024-01-15",
                           "sk-learn is a package",
                           "DE89 3704 0044 0532 0130 0",
                           "AB123456E",
                           "GB123456A",
                           "XAB123456C",
                           "111.444.777-36",
                           "12345678A",
                           "1 85 05 78 006 084 92",
                           "110105194912310021",
                           "2341 2341 2347",
                           "api_key = YOUR_API_KEY_GOES_HERE_NOW",
                           "key = some_function_name_2(x)",
                           "the key: internationalization2",
                           "sha = f3Kq9ZpL2mXw7RtB8vNc",
                           "token = 12345678901234567890",
                           "key = aaaaaaaaaaaaaaaaaaaa1111",
                           "AKIAAAAAAAAAAAAAAAAA",
                           "3.14159265358979323846",
                           "1234567890123456",
                           "(1) first (2) second",
                           "call +1",
                           "a_b-c_d"}) {
    EXPECT_EQ(found(text), "") << text;
  }
}

TEST(Pii, TakesAnyBytes) {
  unsigned seed = 4;
  const std::string alphabet = "0123456789@+().:- aIKJ_Zf\xFF";
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (unsigned n = (seed = seed * 1664525 + 1013904223) >> 26; n > 0; --n) {
      seed = seed * 1664525 + 1013904223;
      text += alphabet[(seed >> 16) % alphabet.size()];
    }
    std::vector<PiiFound> list;
    find_pii(text, ~0U, list);
    std::size_t end = 0;
    for (const auto& f : list) {
      ASSERT_LE(end, f.begin) << text;
      ASSERT_LT(f.begin, f.end) << text;
      ASSERT_LE(f.end, text.size());
      end = f.end;
    }
  }
}

TEST(Pii, Actions) {
  const std::string text = "Mail a.b@example.com or call 212-555-0173.";
  EXPECT_EQ(Filter("filters.pii", "{action: drop}").answer(text), "email");
  EXPECT_EQ(Filter("filters.pii", "{action: drop, kinds: [phone]}").answer(text), "phone");
  EXPECT_EQ(Filter("filters.pii", "{action: drop, kinds: [card]}").answer(text), "");
  EXPECT_EQ(Filter("filters.pii", "{action: drop, scope: prompt}").answer(text), "");
  // Text that is no JSON string cannot be changed, and must not pass as it is.
  EXPECT_EQ(Filter("filters.pii", "{action: redact}").answer(text), "not_editable");

  Batch batch;
  Record& record = add(batch, {{Role::kText, text}});
  record.json = batch.arena.copy("{\"text\":\"" + text + "\"}");
  auto* turn = batch.arena.allocate_array<Turn>(1);
  *turn = record.turns[0];
  turn->raw = {9, static_cast<std::uint32_t>(9 + text.size())};
  record.turns = {turn, 1};
  Filter("filters.pii", "{action: redact}").run(batch);
  ASSERT_EQ(batch.edits.size(), 1u);
  EXPECT_EQ(batch.edits[0].text, "Mail <EMAIL> or call <PHONE>.");
  EXPECT_EQ(batch.tags[0].value, "{\"email\":1,\"phone\":1}");
  EXPECT_EQ(batch.records[0].turns[0].text, "Mail <EMAIL> or call <PHONE>.");
}

}  // namespace
}  // namespace corpus::test
