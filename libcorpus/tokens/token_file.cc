#include "corpus/token_file.h"

#include <cstring>
#include <utility>

#include "base/hash.h"
#include "io/mapped_file.h"
#include "tokens/token_layout.h"

namespace corpus {

using namespace tokens;

struct TokenFile::Parts {
  std::string path;
  io::MappedFile file;
  TokenFoot foot;
  std::string fingerprint, template_name;

  Error corrupt(const std::string& what) const { return {Code::kCorrupt, path + ": " + what}; }

  // Bytes of a section; the counts were checked to be small enough.
  std::uint64_t size(int section) const {
    switch (section) {
      case kIds:
        return foot.tokens * foot.id_bytes;
      case kLearn:
        return (foot.tokens + 7) / 8;
      case kSequenceEnds:
        return foot.sequences * 8;
      default:
        return foot.documents * 8;
    }
  }
  std::string_view bytes(int section) const {
    return file.view().substr(foot.begin[section], size(section));
  }
  std::span<const std::uint64_t> ends(int section, std::uint64_t count) const {
    return {reinterpret_cast<const std::uint64_t*>(bytes(section).data()), count};
  }
  Result<void> check_places() const;
};

Result<void> TokenFile::Parts::check_places() const {
  const std::uint64_t all = file.view().size();
  if (foot.id_bytes != 2 && foot.id_bytes != 4)
    return corrupt("ids of " + std::to_string(foot.id_bytes) + " bytes");
  if (foot.tokens > all || foot.sequences > all || foot.documents > all)
    return corrupt("more tokens than bytes");
  std::uint64_t at = sizeof(TokenHead);
  for (int section = 0; section < kSections; ++section) {
    if (foot.begin[section] != aligned(at)) return corrupt("sections are not where they should be");
    at = foot.begin[section] + size(section);
  }
  if (aligned(at) + sizeof(TokenFoot) != all)
    return corrupt("is " + std::to_string(all) + " bytes long, which is not what its foot says");
  return {};
}

Result<TokenFile> TokenFile::open(const std::string& path) {
  CORPUS_TRY(auto file, io::MappedFile::open(path));
  auto parts = std::unique_ptr<Parts>(new Parts{path, std::move(file), {}, {}, {}});
  std::string_view all = parts->file.view();
  if (all.size() < sizeof(TokenHead) + sizeof(TokenFoot))
    return parts->corrupt("is too short for a token file");
  TokenHead head;
  std::memcpy(&head, all.data(), sizeof head);
  std::memcpy(&parts->foot, all.data() + all.size() - sizeof(TokenFoot), sizeof(TokenFoot));
  const TokenFoot& foot = parts->foot;
  if (std::memcmp(head.magic, kMagic, 8) != 0 || std::memcmp(foot.magic, kMagic, 8) != 0) {
    return parts->corrupt("is no token file, or was cut off");
  }
  if (head.version != kVersion || foot.version != kVersion) {
    return Error{Code::kUnsupported, path + ": has version " + std::to_string(head.version) +
                                         "; this build reads " + std::to_string(kVersion)};
  }
  std::string_view foot_bytes(reinterpret_cast<const char*>(&foot), offsetof(TokenFoot, foot_hash));
  if (hash64(foot_bytes) != foot.foot_hash)
    return parts->corrupt("the checksum of its foot is wrong");
  CORPUS_CHECK(parts->check_places());
  parts->fingerprint.assign(foot.fingerprint, sizeof foot.fingerprint);
  parts->template_name.assign(foot.template_name,
                              strnlen(foot.template_name, sizeof foot.template_name));
  return TokenFile(std::move(parts));
}

TokenFile::TokenFile(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
TokenFile::TokenFile(TokenFile&&) noexcept = default;
TokenFile& TokenFile::operator=(TokenFile&&) noexcept = default;
TokenFile::~TokenFile() = default;

std::uint64_t TokenFile::tokens() const { return parts_->foot.tokens; }
std::uint64_t TokenFile::sequences() const { return parts_->foot.sequences; }
std::uint64_t TokenFile::documents() const { return parts_->foot.documents; }
std::uint32_t TokenFile::length() const { return parts_->foot.length; }
const std::string& TokenFile::fingerprint() const { return parts_->fingerprint; }
const std::string& TokenFile::template_name() const { return parts_->template_name; }

TokenId TokenFile::id(std::uint64_t token) const {
  const char* ids = parts_->file.view().data() + parts_->foot.begin[kIds];
  if (parts_->foot.id_bytes == 2) return reinterpret_cast<const std::uint16_t*>(ids)[token];
  return reinterpret_cast<const TokenId*>(ids)[token];
}

bool TokenFile::learn(std::uint64_t token) const {
  auto byte =
      static_cast<unsigned char>(parts_->file.view()[parts_->foot.begin[kLearn] + token / 8]);
  return (byte >> token % 8 & 1) != 0;
}

std::span<const std::uint64_t> TokenFile::sequence_ends() const {
  return parts_->ends(kSequenceEnds, sequences());
}
std::span<const std::uint64_t> TokenFile::document_ends() const {
  return parts_->ends(kDocumentEnds, documents());
}

Result<void> TokenFile::verify() const {
  static constexpr const char* kNames[] = {"ids", "learn mask", "sequence ends", "document ends"};
  for (int section = 0; section < kSections; ++section) {
    Key128 digest = hash128(parts_->bytes(section));
    if (digest.lo != parts_->foot.hash[section][0] || digest.hi != parts_->foot.hash[section][1]) {
      return parts_->corrupt(std::string("the checksum of its ") + kNames[section] + " is wrong");
    }
  }
  std::uint64_t from = 0;
  std::size_t document = 0;
  for (std::uint64_t end : sequence_ends()) {
    if (end <= from || (length() != 0 && end - from > length()))
      return parts_->corrupt("a sequence has a wrong length");
    for (std::uint64_t begin = from; begin < end; begin = document_ends()[document++]) {
      if (document == documents() || document_ends()[document] <= begin ||
          document_ends()[document] > end) {
        return parts_->corrupt("a document reaches over the end of its sequence");
      }
    }
    from = end;
  }
  if (from != tokens() || document != documents())
    return parts_->corrupt("tokens behind the last sequence");
  return {};
}

}  // namespace corpus
