#include "adapters/shape.h"

#include <algorithm>

namespace corpus {
namespace {

constexpr Part need(KeySet keys, Role role) { return {keys, Take::kText, role, true}; }
constexpr Part may(KeySet keys, Role role) { return {keys, Take::kText, role}; }
constexpr Part need(KeySet keys, Take take, std::uint8_t rank = 0) {
  return {keys, take, Role::kUser, true, rank};
}
constexpr Part may(KeySet keys, Take take, std::uint8_t rank = 0) {
  return {keys, take, Role::kUser, false, rank};
}

constexpr KeySet kSystems{Key::kSystem, Key::kSystemPrompt};
constexpr KeySet kInstructions{Key::kInstruction, Key::kInstructionCapital};
constexpr KeySet kPromptTexts{Key::kPrompt, Key::kQuery, Key::kQuestion, Key::kUserInput};
constexpr KeySet kInputs{Key::kInput, Key::kContext};
constexpr KeySet kChats{Key::kMessages, Key::kConversations, Key::kConversation};
constexpr KeySet kReasonings{Key::kReasoningContent, Key::kReasoning, Key::kThinking,
                             Key::kRationale, Key::kChainOfThought};
constexpr KeySet kResponses{Key::kOutput, Key::kCompletion, Key::kResponse};
constexpr KeySet kAnswerTexts{
    Key::kOutput,    Key::kCompletion,  Key::kResponse,          Key::kAnswer,
    Key::kStdAnswer, Key::kGroundTruth, Key::kCanonicalSolution, Key::kAnswerMatchingBehavior,
    Key::kSolution,  Key::kChosen};
constexpr KeySet kAnswerLists{Key::kResponses, Key::kCompletions, Key::kAnswers, Key::kOutputs,
                              Key::kCandidates};

constexpr Part kSystem = may(kSystems, Role::kSystem);
constexpr Part kHistory = may(Key::kHistory, Take::kHistory);
constexpr Part kReasoning = may(kReasonings, Role::kReasoning);

// clang-format off
constexpr Row kTable[] = {
    // Pairs first: what stands beside the pair would be a shape of its own.
    {Shape::kPreference, {kSystem,
                          need(Key::kChosenMessages, Take::kBranch),
                          need(Key::kRejectedMessages, Take::kBranch, 1)}},
    {Shape::kPreference, {kSystem, kHistory,
                          may(kChats, Take::kChat),
                          may(Key::kPrompt, Take::kChat),
                          may(kInstructions, Role::kUser),
                          may(kPromptTexts, Role::kUser),
                          may(Key::kInput, Role::kUser),
                          need(Key::kChosen, Take::kBranch),
                          need(Key::kRejected, Take::kBranch, 1)}},
    {Shape::kPreference, {kSystem,
                          need(kChats, Take::kChat),
                          need(Key::kLabel, Take::kVerdict)}},
    {Shape::kPreference, {kSystem,
                          need(kPromptTexts, Role::kUser),
                          need(kResponses, Role::kAssistant),
                          need(Key::kLabel, Take::kVerdict)}},
    {Shape::kTree, {need(Key::kPrompt, Take::kTree)}},
    {Shape::kTree, {need(Key::kReplies, Take::kWholeTree), need(Key::kRole, Take::kWholeTree)}},
    {Shape::kTree, {need(Key::kMessageId, Take::kWholeTree), need(Key::kRole, Take::kWholeTree)}},
    // Answers of an endpoint, with or without what was asked.
    {Shape::kChoices, {kSystem,
                       may(Key::kMessages, Take::kChat),
                       may(Key::kPrompt, Role::kUser),
                       need(Key::kChoices, Take::kChoices)}},
    {Shape::kChoices, {kSystem, need(Key::kTurns, Take::kDialogue)}},
    {Shape::kChoices, {need(Key::kPrompts, Take::kSamples)}},
    {Shape::kMessages, {kSystem, need(Key::kMessages, Take::kChat)}},
    {Shape::kShareGpt, {kSystem, need({Key::kConversations, Key::kConversation}, Take::kChat)}},
    {Shape::kSeed, {need(kInstructions, Role::kUser), need(Key::kInstances, Take::kInstances)}},
    {Shape::kRanked, {kSystem,
                      may(kInstructions, Role::kUser),
                      may(kPromptTexts, Role::kUser),
                      may(Key::kInput, Role::kUser),
                      need(kAnswerLists, Take::kAnswers)}},
    {Shape::kRanked, {need(Key::kQuestion, Role::kUser),
                      {Key::kGroundTruth, Take::kAlternative, Role::kAssistant, true},
                      need(Key::k6bFinetuning, Take::kSolution, 1),
                      may(Key::k6bVerification, Take::kSolution, 2),
                      may(Key::k175bFinetuning, Take::kSolution, 3),
                      may(Key::k175bVerification, Take::kSolution, 4)}},
    {Shape::kAlpaca, {kSystem, kHistory,
                      need(kInstructions, Role::kUser),
                      may(kInputs, Role::kUser),
                      kReasoning,
                      may(kAnswerTexts, Role::kAssistant)}},
    {Shape::kQuestionAnswer, {kSystem, kHistory,
                              may(Key::kContext, Role::kUser),
                              need(Key::kQuestion, Role::kUser),
                              may(Key::kChoices, Take::kOptions),
                              may(Key::kOptionA, Role::kUser),
                              may(Key::kOptionB, Role::kUser),
                              may(Key::kOptionC, Role::kUser),
                              may(Key::kOptionD, Role::kUser),
                              kReasoning,
                              may(kAnswerTexts, Role::kAssistant)}},
    {Shape::kPromptResponse, {need(Key::kText, Role::kUser), need(Key::kCode, Role::kAssistant)}},
    {Shape::kPromptResponse, {kSystem, kHistory,
                              need({Key::kPrompt, Key::kQuery, Key::kUserInput, Key::kInput,
                                    Key::kContext},
                                   Role::kUser),
                              kReasoning,
                              may(kAnswerTexts, Role::kAssistant)}},
    {Shape::kPromptResponse, {kSystem,
                              need(Key::kPrompt, Take::kChat),
                              may(kResponses, Take::kChat),
                              may(kResponses, Role::kAssistant)}},
    {Shape::kPromptResponse, {need(kResponses, Role::kAssistant)}},
    {Shape::kText, {need({Key::kText, Key::kContent, Key::kSentenceWithBlank, Key::kRawContent},
                         Role::kText)}},
};
// clang-format on

// Whether a value has the form that a part takes.
bool fits(Take take, char kind) {
  switch (take) {
    case Take::kText:
    case Take::kAlternative:
      return is_scalar(kind);
    case Take::kSolution:
    case Take::kTree:
      return kind == '{';
    case Take::kBranch:
      return kind == '"' || kind == '{' || kind == '[';
    case Take::kWholeTree:
      return true;
    case Take::kVerdict:
      return kind == 't' || kind == 'f';
    default:
      return kind == '[';
  }
}

// Whether the value, when it is a string, is decoded whole.
bool decodes(Take take) {
  return take == Take::kText || take == Take::kAlternative || take == Take::kBranch;
}

Key find(const Part& part, const Members& record) {
  KeySet left = part.keys & record.present();
  while (!left.empty()) {
    Key key = left.first();
    if (fits(part.take, record.kind(key))) return key;
    left = left.without(key);
  }
  return Key::kNone;
}

bool has_required(const Row& row, const Members& record) {
  return std::all_of(row.all().begin(), row.all().end(), [&](const Part& part) {
    return !part.required || find(part, record) != Key::kNone;
  });
}

// The rows whose required keys are all among `present`, as bits.
std::uint64_t rows_for(KeySet present) {
  std::uint64_t rows = 0;
  for (std::size_t i = 0; i < std::size(kTable); ++i) {
    auto all = kTable[i].all();
    bool fit = std::all_of(all.begin(), all.end(), [&](const Part& part) {
      return !part.required || !(part.keys & present).empty();
    });
    rows |= std::uint64_t{fit} << i;
  }
  return rows;
}
static_assert(std::size(kTable) <= 64);

void add_text(Extraction& x, const Part& part, json::Cursor value) {
  // An empty answer is an answer; an empty input or system prompt is none.
  if (!part.required && part.role != Role::kAssistant && is_blank(value)) return;
  x.last = x.turns.add(part.role, value, x.last);
  if (part.role == Role::kUser || part.role == Role::kSystem) x.prompt = x.last;
}

bool add_alternative(Extraction& x, const Part& part, json::Cursor value) {
  if (part.take == Take::kSolution) {
    if (!x.read(x.element, value)) return false;
    if (!x.element.has(Key::kSolution) || !is_scalar(x.element.kind(Key::kSolution))) return false;
    value = x.element.cursor(Key::kSolution);
  }
  x.turns.add(Role::kAssistant, value, x.prompt, part.rank);
  return true;
}

void judge(Extraction& x, json::Cursor verdict) {
  auto& turns = x.turns.turns();
  auto last = std::find_if(turns.rbegin(), turns.rend(),
                           [](const Turn& t) { return t.role == Role::kAssistant; });
  if (last != turns.rend()) last->rank = verdict.peek() == 'f' ? 1 : 0;
}

bool add_part(Extraction& x, const Part& part, json::Cursor value, json::Cursor root) {
  switch (part.take) {
    case Take::kText:
      add_text(x, part, value);
      return true;
    case Take::kAlternative:
    case Take::kSolution:
      return add_alternative(x, part, value);
    case Take::kOptions:
      return add_strings(x, value, part.role);
    case Take::kChat: {
      bool ok = add_chat(x, value);
      x.prompt = x.last;
      return ok;
    }
    case Take::kHistory:
      return add_history(x, value);
    case Take::kInstances:
      return add_instances(x, value);
    case Take::kDialogue:
      return add_dialogue(x, value);
    case Take::kChoices:
      return add_choices(x, value);
    case Take::kSamples:
      return add_samples(x, value);
    case Take::kAnswers:
      return add_answers(x, value);
    case Take::kBranch:
      return add_branch(x, value, part.rank);
    case Take::kTree:
      return add_tree(x, value);
    case Take::kWholeTree:
      return x.turns.size() != 0 || add_tree(x, root);
    case Take::kVerdict:
      judge(x, value);
      return true;
  }
  return false;
}

}  // namespace

std::span<const Row> shape_table() { return kTable; }

Shape adapt(Extraction& x, json::Cursor root, Shape only) {
  // Records of one file have the same keys: the rows to try are remembered from the one before.
  if (x.rows == 0 || !(x.rows_keys == x.record.present())) {
    x.rows_keys = x.record.present();
    x.rows = rows_for(x.rows_keys);
  }
  for (std::uint64_t left = x.rows; left != 0; left &= left - 1) {
    const Row& row = kTable[__builtin_ctzll(left)];
    if (only != Shape::kUnknown && row.shape != only) continue;
    if (!has_required(row, x.record)) continue;
    x.restart();
    bool ok = true;
    for (const Part& part : row.all()) {
      Key key = find(part, x.record);
      if (key == Key::kNone) continue;
      const int size = x.turns.size(), last = x.last, prompt = x.prompt;
      bool taken = add_part(x, part, x.record.cursor(key), root);
      if (x.fault != json::Fault::kNone) return Shape::kUnknown;
      if (taken) {
        if (decodes(part.take) && x.turns.want_text()) x.taken.add(key);
        continue;
      }
      if (part.required) {
        ok = false;
        break;
      }
      // A member of another form under an optional name belongs to something else.
      x.turns.turns().resize(static_cast<std::size_t>(size));
      x.last = last;
      x.prompt = prompt;
    }
    if (ok) return row.shape;
  }
  x.restart();
  return Shape::kUnknown;
}

Shape shape_of(std::string_view wanted) {
  for (int i = 1; i <= static_cast<int>(Shape::kMapped); ++i) {
    if (name(static_cast<Shape>(i)) == wanted) return static_cast<Shape>(i);
  }
  return Shape::kUnknown;
}

}  // namespace corpus
