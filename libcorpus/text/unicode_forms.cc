#include "text/unicode_forms.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uniset.h>
#include <unicode/unistr.h>

#include <algorithm>

namespace corpus::text {
namespace {

icu::UnicodeString from_utf8(std::string_view text) {
  return icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
}

std::string normalized(std::string_view text, const icu::Normalizer2* form) {
  UErrorCode status = U_ZERO_ERROR;
  std::string out;
  if (form == nullptr) return std::string(text);  // ICU without its data; nothing else would work
  form->normalize(from_utf8(text), status).toUTF8String(out);
  return out;
}

// Normalizes the characters that Unicode 11 had and leaves the others alone. Made once, never freed.
const icu::Normalizer2* unicode11(const icu::Normalizer2* (*instance)(UErrorCode&)) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* full = instance(status);
  auto* old = new icu::UnicodeSet(UNICODE_STRING_SIMPLE("[:age=11.0:]"), status);
  if (U_FAILURE(status)) return nullptr;
  old->freeze();
  return new icu::FilteredNormalizer2(*full, *old);
}

}  // namespace

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

std::string lower(std::string_view text) {
  std::string out;
  if (is_ascii(text)) {
    out.assign(text);
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return out;
  }
  from_utf8(text).toLower(icu::Locale::getRoot()).toUTF8String(out);
  return out;
}

std::string nfd(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  UErrorCode status = U_ZERO_ERROR;
  return normalized(text, icu::Normalizer2::getNFDInstance(status));
}

std::string normalize_unicode11(std::string_view text, Form form) {
  static const icu::Normalizer2* const forms[] = {
      unicode11(icu::Normalizer2::getNFCInstance), unicode11(icu::Normalizer2::getNFDInstance),
      unicode11(icu::Normalizer2::getNFKCInstance), unicode11(icu::Normalizer2::getNFKDInstance)};
  if (is_ascii(text)) return std::string(text);
  return normalized(text, forms[static_cast<int>(form)]);
}

bool is_decimal_digit(char32_t c) {
  return u_charType(static_cast<UChar32>(c)) == U_DECIMAL_DIGIT_NUMBER;
}

bool is_nonspacing_mark(char32_t c) {
  return u_charType(static_cast<UChar32>(c)) == U_NON_SPACING_MARK;
}

bool is_letter_or_number(char32_t c) {
  return (U_GET_GC_MASK(static_cast<UChar32>(c)) & (U_GC_L_MASK | U_GC_N_MASK)) != 0;
}

bool is_letter(char32_t c) {
  return (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_L_MASK) != 0;
}

bool is_alphabetic(char32_t c) {
  if (c < 0x80) return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
  return u_isUAlphabetic(static_cast<UChar32>(c)) != 0;
}

bool is_punctuation(char32_t c) {
  return (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_P_MASK) != 0;
}

bool is_upper(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z';
  return u_isUUppercase(static_cast<UChar32>(c)) != 0;
}

bool is_digit(char32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9';
  int type = u_getIntPropertyValue(static_cast<UChar32>(c), UCHAR_NUMERIC_TYPE);
  return type == U_NT_DECIMAL || type == U_NT_DIGIT;
}

}  // namespace corpus::text
