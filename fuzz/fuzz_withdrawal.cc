// Certificates, accounts, sketches and labels from outside: read or refused, never more. What is
// taken is printed the way it was read.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "corpus/accounts.h"
#include "corpus/withdrawal.h"
#include "provenance/aigc_label.h"
#include "provenance/content_ids.h"
#include "provenance/near_sketch.h"
#include "provenance/withdrawal_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace corpus::provenance;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)check_certificate(text);
  (void)check_accounts(text);
  (void)parse_withdrawal(text.substr(0, text.find('\n')), 0, {}, {});
  if (auto sketch = parse_sketch(text); sketch && print_sketch(*sketch) != text) std::abort();
  if (auto ids = parse_content_ids(text); ids && ids->print() != text) std::abort();
  if (int label = corpus::policy::read_aigc(text); label < 0 || label > 3) std::abort();
  ContentIdReader reader;
  (void)reader.read(text);
  if (auto fraction = parse_fraction(text)) {
    auto again = parse_fraction(to_string(*fraction));
    if (!again || *again != *fraction) std::abort();
  }
  return 0;
}
