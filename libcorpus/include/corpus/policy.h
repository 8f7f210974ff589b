// Policy: whether the terms of teachers and sources allow what is going to be done with their text.
//
// A Registry holds *terms* (a provider's terms of service, a model licence, a data licence), each
// with rules for the four actions, and *models*: which names stand for which terms, and who taught
// them. The built-in registry is signed; files of the user add to it. evaluate() takes a query and
// the teachers and licences of one record and answers with a Decision that can be shown as it is.
//
// The law (docs/formats/policy.md): default deny, deny overrides allow, what is unknown or was last
// reviewed too long ago denies, conditions that are not met deny and are listed, of several
// teachers and licences, and of a teacher's own teachers, the strictest holds. Only a signed
// agreement that names a rule lifts it. This is bookkeeping of quoted clauses, not legal advice.
//
// Threads: const methods are thread safe. Ownership: pointers and spans into a Registry live until
// it is changed or destroyed.
#ifndef CORPUS_POLICY_H_
#define CORPUS_POLICY_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corpus/provenance.h"
#include "corpus/result.h"
#include "corpus/value.h"

namespace corpus::policy {

// --- what is asked

enum class Action : std::uint8_t { kTrain, kTrainCompeting, kRedistribute, kSell };
std::string_view name(Action action);  // "train", "train_competing", "redistribute", "sell"
Result<Action> parse_action(std::string_view name);

// Who gets the trained model (for kRedistribute and kSell: the text).
enum class Distribution : std::uint8_t {
  kPrivate,   // nobody outside
  kHosted,    // others use it over a network
  kReleased,  // others get it
};
std::string_view name(Distribution distribution);  // "private", "hosted", "released"
Result<Distribution> parse_distribution(std::string_view name);

using Date = std::chrono::sys_days;
Result<Date> parse_date(std::string_view text);  // "2026-11-24"
std::string to_string(Date date);
Date today();  // UTC

// What is not said is taken as the strictest: released, commercial, nothing accepted.
struct Query {
  Action action = Action::kTrain;
  std::string student;       // name the trained model will have
  std::string student_base;  // model it starts from, for terms that allow only their own family
  Distribution distribution = Distribution::kReleased;
  bool commercial = true;
  std::vector<std::string>
      accept;                // types of duties the user undertakes to fulfil; see duty_types()
  Date date = today();       // when it is done
  int max_review_age = 180;  // days since the terms were last looked at
};

// --- the registry

// A condition type and what it is about. Three are checked against the query: "name_prefix",
// "students_only", "non_commercial"; all others have to be undertaken (Query::accept).
struct Condition {
  std::string type;
  std::string value;         // the prefix, the globs, the words to show; may be empty
  bool when_shared = false;  // holds only when the model or text leaves the house
  bool operator==(const Condition&) const = default;
};

struct DutyType {
  std::string_view type;
  std::string_view how;  // one sentence in the imperative: how to comply
  bool checked;          // against the query; not to be accepted
};
std::span<const DutyType> duty_types();

enum class Effect : std::uint8_t { kAllow, kConditional, kUnknown, kDeny };
std::string_view name(Effect effect);

struct Rule {
  std::string id;  // "<terms>.<action>"
  Action action = Action::kTrain;
  Effect effect = Effect::kUnknown;
  std::vector<Condition> conditions;
  std::string quote;  // at most 200 characters, word for word
  std::string section;
};

struct Terms {
  std::string id;    // "llama-3.1"
  std::string kind;  // "service", "weights", "licence"
  std::string title;
  std::string provider;
  std::string spdx;  // licence or LicenseRef id, may be empty
  std::string url;
  std::string text_sha256;  // of the text that was read, may be empty
  std::string basis;  // what was read: "text", "copy" (quoted by others), "secondary", "unread"
  Date version{};     // of the text
  Date reviewed{};
  std::string reviewed_by;
  bool fixed = false;  // a published licence version: its text cannot change, a review stays good
  std::string note;
  std::vector<std::string> names;  // of a licence: how people write it (globs)
  std::vector<Rule> rules;
  bool builtin = false;                   // from the signed registry
  const Rule* find(Action action) const;  // null when the terms have no rule for it
};

// Globs over the free text that tables of sources hold.
struct Phrases {
  std::vector<std::string> neutral;  // of a licence field: nothing about the data's licence
  std::vector<std::string> human;    // of a teacher field: no model wrote it
  std::vector<std::string> doubt;    // of a remark there: perhaps a model after all
};

// Which terms hold for a model's text.
struct Model {
  std::vector<std::string> names;      // globs, matched in normal form (normal_name)
  std::vector<std::string> terms;      // all hold
  std::vector<std::string> taught_by;  // names of its teachers: their terms hold too
  std::string note;
  bool builtin = false;
};

// A signed permission: a payload of schemas/policy.agreement.json in a DSSE envelope.
struct Agreement {
  std::string id;
  std::string party, counterparty;
  std::vector<std::string> lifts;     // rule ids
  std::vector<std::string> students;  // globs; empty: all
  Date from{}, until{};               // both inclusive
  std::string keyid;                  // who signed
};
inline constexpr std::string_view kAgreementType = "application/vnd.libcorpus.agreement+json";
inline constexpr std::string_view kIndexType = "application/vnd.libcorpus.policy-index+json";

// --- what is answered

struct Duty {
  std::string type, value;
  std::string how;   // what to do
  std::string rule;  // that asks for it
  bool operator==(const Duty&) const = default;
};

struct Decision {
  bool allowed = false;
  Effect effect =
      Effect::kUnknown;  // what decided: kAllow, kConditional (met or not), kUnknown, kDeny
  std::string rule;   // the deciding rule: "<terms>.<action>", or one of kUnknownTeacher ... below
  std::string why;    // one sentence
  std::string quote;  // the clause, or the stated words when there is none
  std::string terms, title, section, url;
  std::string version, reviewed;  // dates, may be empty
  std::string subject;            // the teacher or licence it is about, with its line of teachers:
                                  // "vicuna-13b <- chatgpt"
  std::vector<Duty> unmet;        // why not yet; empty for a flat no
  std::vector<Duty> duties;       // to be fulfilled when allowed
  std::vector<std::string> how;   // how to comply, most direct first
  std::vector<std::string> lifted_by;  // ids of agreements that were needed
  std::vector<std::string> rules;      // all rules that were looked at
};
inline constexpr std::string_view kHuman = "human";
inline constexpr std::string_view kUnknownTeacher = "unknown_teacher";
inline constexpr std::string_view kUnknownLicence = "unknown_licence";
inline constexpr std::string_view kUndeclaredSource = "undeclared_source";
std::string to_json(const Decision& decision);  // one object, members in a fixed order

// The stricter of two decisions (the first when they are equally strict), with the duties of both.
Decision strictest(Decision a, Decision b);

using NamedText = std::pair<std::string, std::string>;

class Registry {
 public:
  // The registry this library was built with, its signature checked.
  static Result<Registry> builtin();
  // Files by name and text, checked against `index` (a DSSE envelope over their digests) and the
  // key. One changed byte, a file too many or too few: refused.
  static Result<Registry> from_signed(std::span<const NamedText> files, std::string_view index,
                                      const provenance::PublicKey& key);
  // The same from a folder: its *.yaml and index.dsse.json.
  static Result<Registry> from_folder(const std::string& dir, const provenance::PublicKey& key);

  // Adds the user's own terms and models (YAML or JSON, schemas/policy.json). They never soften a
  // rule that denies: they add, or decide where the built-in registry knows nothing or is out of
  // date.
  Result<void> add_file(const std::string& path);
  Result<void> add_text(std::string_view yaml, std::string_view name);
  // `envelope` must be signed by one of `trusted`.
  Result<void> add_agreement(std::string_view envelope, std::string_view name,
                             std::span<const provenance::PublicKey> trusted);

  std::span<const Terms> terms() const { return terms_; }  // sorted by id
  std::span<const Model> models() const { return models_; }
  std::span<const Agreement> agreements() const { return agreements_; }
  const Terms* find_terms(std::string_view id) const;
  const Phrases& phrases() const { return phrases_; }
  // The built-in entry with the most specific matching name, and likewise of the user's files;
  // either may be null. See docs/formats/policy.md for the order.
  std::pair<const Model*, const Model*> find_model(std::string_view model) const;

  // One model. "" is unknown; kHuman is nobody's model.
  Decision evaluate_teacher(const Query& query, std::string_view model) const;
  // One licence as a source states it: an SPDX expression, a usual name, or words.
  Decision evaluate_licence(const Query& query, std::string_view stated) const;
  // A record: all its teachers and licences, the strictest holds. Empty lists are unknown: deny.
  Decision evaluate(const Query& query, std::span<const std::string> teachers,
                    std::span<const std::string> licences) const;

  // SHA-256 over the registry's files, the user's included, for manifests.
  std::string digest() const;

 private:
  Result<void> add_document(std::string_view text, std::string_view name, bool builtin);
  Decision evaluate_model(const Query& query, const Model& model, const std::string& subject,
                          int depth) const;
  Decision evaluate_teacher_line(const Query& query, std::string_view model,
                                 const std::string& subject, int depth) const;

  std::vector<Terms> terms_;
  std::vector<Model> models_;
  std::vector<Agreement> agreements_;
  Phrases phrases_;
  std::vector<NamedText> digests_;  // file, sha256
};

// The envelope that from_signed() wants for these files.
std::string sign_registry(std::span<const NamedText> files, const provenance::SigningKey& key);
// The key that builtin() and published updates of the registry are signed with.
provenance::PublicKey registry_key();

// "OpenAI GPT-4" -> "openai-gpt-4": lower case, blanks and underscores to one '-'.
std::string normal_name(std::string_view name);
// '*' any run of characters, '?' any one. Both in normal form.
bool glob_match(std::string_view glob, std::string_view text);
// A table's teacher cell ("gpt-4; claude-2 (API)") to names; kHuman where it says nobody's model.
// What cannot be read comes back as it is, and will be unknown.
std::vector<std::string> split_teachers(const Phrases& phrases, std::string_view cell);

}  // namespace corpus::policy

#endif  // CORPUS_POLICY_H_
