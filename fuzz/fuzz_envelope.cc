// Everything that is read before a signature has been checked: envelopes, statements, keys.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "corpus/provenance.h"

using namespace corpus::provenance;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  static const PublicKey trusted[] = {PublicKey::from_bytes({1, 2, 3})};
  auto ours = parse_envelope(text, EnvelopeForm::kOurs);
  auto any = parse_envelope(text, EnvelopeForm::kAnyone);
  if (ours && (!any || print_envelope(*ours) != text)) std::abort();
  if (any) {
    // What was read once is read the same way from our own print of it.
    auto again = parse_envelope(print_envelope(*any), EnvelopeForm::kOurs);
    if (!again || again->payload != any->payload) std::abort();
    if (verify_envelope(*any, any->payload_type, trusted)) std::abort();  // nobody has that key
  }
  if (auto statement = parse_statement(text)) {
    auto again = parse_statement(print_statement(*statement));
    if (!again || again->subjects != statement->subjects) std::abort();
  }
  (void)PublicKey::from_pem(text);
  (void)SigningKey::from_pem(text);
  return 0;
}
