// Public summaries that laws ask for. Facts come from the manifest; what it cannot know is a marked
// blank. The order and wording of headings follow the templates; this is no legal advice.
#include "provenance/disclosure_facts.h"

namespace corpus::provenance {
namespace {

// Markdown by headings and questions.
class Paper {
 public:
  void heading(int level, std::string_view text) {
    out_ +=
        '\n' + std::string(static_cast<std::size_t>(level), '#') + ' ' + std::string(text) + "\n\n";
  }
  void line(std::string_view question, const std::string& answer) {
    out_ += "- **" + std::string(question) + ":** " + markdown_or_blank(answer) + '\n';
  }
  void text(const std::string& words) { out_ += markdown_or_blank(words) + '\n'; }
  void row(std::initializer_list<std::string> cells) {
    out_ += '|';
    for (const auto& cell : cells) out_ += ' ' + markdown(cell) + " |";
    out_ += '\n';
  }
  void rule(std::size_t columns) {
    out_ += '|';
    for (std::size_t i = 0; i < columns; ++i) out_ += "---|";
    out_ += '\n';
  }
  std::string take(std::string_view title) { return "# " + std::string(title) + '\n' + out_; }

 private:
  // A blank keeps its brackets, so that it is found.
  static std::string markdown_or_blank(const std::string& text) {
    return text.starts_with("[TO BE COMPLETED") ? "`" + text + "`" : markdown(text);
  }
  std::string out_;
};

void add_teachers(Paper& paper, const Facts& facts, bool services) {
  std::vector<const ModelFact*> list;
  for (const auto& model : facts.models) {
    if (model.synthetic() && (model.endpoint == "service") == services) list.push_back(&model);
  }
  if (list.empty()) {
    paper.text("None is known.");
    return;
  }
  paper.row({"model", "version", "records", "terms", "its own teachers"});
  paper.rule(5);
  for (const auto* model : list) {
    paper.row({model->name, model->version,
               grouped(model->records) + (model->alone ? "" : " (at most)"),
               model->terms.empty() ? "unknown" : joined(model->terms), joined(model->taught_by)});
  }
}

void add_sources(Paper& paper, const Facts& facts) {
  paper.row({"source", "licence as stated", "where", "collected", "records"});
  paper.rule(5);
  for (const auto& source : facts.sources) {
    paper.row({source.name, source.licences.empty() ? "not stated" : joined(source.licences, "; "),
               joined(source.urls, " "), joined(source.collected, "; "), grouped(source.records)});
  }
}

std::string size_range(const Facts& facts) {
  constexpr std::uint64_t kBillion = 1000000000;
  if (facts.bytes < kBillion) {
    return "Text: less than 1 billion tokens (" + grouped(facts.bytes) +
           " bytes of records, and no token is shorter than a byte)";
  }
  return facts.answer("size_tokens");
}

std::string collected(const Facts& facts) {
  auto when = facts.collected();
  return when.empty() ? facts.answer("acquisition") : joined(when, "; ");
}

}  // namespace

// Template of the Commission of 24 July 2025 for Article 53(1)(d) of Regulation (EU) 2024/1689.
std::string disclose_eu_summary(const Facts& facts) {
  Paper p;
  p.line("Version of the Summary", facts.answer("version"));
  p.line("Last update", facts.answer("published"));
  p.line("About the corpus", "manifest SHA-256 " + facts.id);
  p.line("Terms and licences", facts.policy_sentence());
  p.heading(2, "1. General information");
  p.heading(3, "1.1 Provider identification");
  p.line("Provider name and contact details", facts.answer("contact"));
  p.line("Authorised representative name and contact details", facts.answer("representative"));
  p.heading(3, "1.2 Model identification");
  p.line("Versioned model name(s)", facts.answered("model_names") || facts.student.empty()
                                        ? facts.answer("model_names")
                                        : facts.student);
  p.line("Model dependencies", facts.answer("model_dependencies"));
  p.line("Date of placement of the model on the Union market", facts.answer("market_date"));
  p.heading(3, "1.3 Modalities, overall training data size and other characteristics");
  p.line("Modality", "Text");
  p.line("Training data size", size_range(facts));
  p.line("Types of content", facts.synthetic()
                                 ? "Conversations and answers, in part or whole written by models"
                                 : "Conversations and text");
  p.line("Other modalities", facts.answer("modalities"));
  p.line("Latest date of data acquisition or collection, and whether training is continuous",
         collected(facts));
  p.line("Linguistic characteristics of the overall training data", facts.answer("languages"));
  p.line("Other relevant characteristics",
         grouped(facts.kept) + " records kept of " + grouped(facts.in) + " read");
  p.line("Additional comments", facts.answer("limitations"));
  p.heading(2, "2. List of data sources");
  p.text("All sources of this corpus, as they were declared:");
  p.text("");
  add_sources(p, facts);
  p.heading(3, "2.1 Publicly available datasets");
  p.line("Used, modalities, list of large datasets, description of the others",
         facts.answer("public_datasets"));
  p.heading(3, "2.2 Private non-publicly available datasets obtained from third parties");
  p.heading(4, "2.2.1 Datasets commercially licensed by rightsholders or their representatives");
  p.line("Transactional commercial licensing agreements, modalities",
         facts.answer("licensed_data"));
  p.heading(4, "2.2.2 Private datasets obtained from other third parties");
  p.line("Used, modalities, names, description", facts.answer("third_party_data"));
  p.heading(3, "2.3 Data crawled and scraped from online sources");
  p.line(
      "Crawlers, purposes, behaviour, period, content, modalities, summary of the most relevant "
      "domain names",
      facts.answer("crawled_data"));
  p.heading(3, "2.4 User data");
  p.line(
      "From interactions with the model; from other products or services; description; modalities",
      facts.answer("user_data"));
  p.heading(3, "2.5 Synthetic data");
  p.line(
      "Was synthetic AI-generated data created by the provider or on their behalf to train the "
      "model",
      facts.synthetic() ? "Yes, or used by them: see the tables" : "None is known in this corpus");
  p.line("Modality", "Text");
  p.line("Records that came with a label as generated", grouped(facts.labelled));
  p.line("Records of which nobody says who wrote them", grouped(facts.unknown_writer));
  p.text("");
  p.text(
      "General-purpose AI models used to generate the data, available on the market as a service:");
  p.text("");
  add_teachers(p, facts, true);
  p.text("");
  p.text("Other AI models used, with published or own weights:");
  p.text("");
  add_teachers(p, facts, false);
  p.heading(3, "2.6 Other sources of data");
  p.line("Description", facts.answer("other_sources"));
  p.heading(2, "3. Data processing aspects");
  p.heading(3, "3.1 Respect of reservation of rights from the text and data mining exception");
  p.line("Signatory to the Code of Practice; measures before and during collection",
         facts.answer("code_of_practice"));
  p.heading(3, "3.2 Removal of illegal content");
  p.line("Measures", facts.answer("illegal_content"));
  p.heading(3, "3.3 Other information");
  p.line("Processing by libcorpus", joined(facts.stages, ", "));
  p.line("Other", facts.answer("other_processing"));
  return p.take("Public summary of training content (Regulation (EU) 2024/1689, Article 53(1)(d))");
}

// California Civil Code, section 3111: the twelve items of subdivision (a).
std::string disclose_ab2013(const Facts& facts) {
  Paper p;
  p.line("Corpus", "manifest SHA-256 " + facts.id);
  p.line("Terms and licences", facts.policy_sentence());
  p.heading(2, "(1) Sources or owners of the datasets");
  add_sources(p, facts);
  p.heading(2, "(2) How the datasets further the intended purpose");
  p.text(facts.answer("purpose"));
  p.heading(2, "(3) Number of data points");
  p.text(grouped(facts.kept) + " records, " + grouped(facts.bytes) + " bytes");
  p.heading(2, "(4) Types of data points");
  p.text(facts.synthetic() ? "Questions and answers, in part or whole written by models"
                           : "Questions, answers and text");
  p.heading(2, "(5) Copyright, trademark, patent, or public domain");
  p.line("Licences as stated", facts.licences().empty() ? "none" : joined(facts.licences(), "; "));
  p.text(facts.answer("copyright"));
  p.heading(2, "(6) Purchased or licensed");
  p.text(facts.answer("purchased"));
  p.heading(2, "(7) Personal information");
  p.text(facts.answer("personal_data"));
  p.heading(2, "(8) Aggregate consumer information");
  p.text(facts.answer("consumer_data"));
  p.heading(2, "(9) Cleaning, processing or other modification, and its purpose");
  for (const auto& stage : facts.stages) p.line("libcorpus component", stage);
  p.line("Records left out", grouped(facts.in - facts.kept) + " of " + grouped(facts.in));
  p.heading(2, "(10) Time period of collection, and whether it is ongoing");
  p.text(collected(facts));
  p.heading(2, "(11) Dates the datasets were first used");
  p.text(facts.answer("first_used"));
  p.heading(2, "(12) Synthetic data generation");
  p.text(facts.synthetic() ? "Used. Models that wrote records, or may have:" : "None is known.");
  if (facts.synthetic()) {
    p.text("");
    p.text("As a service:");
    p.text("");
    add_teachers(p, facts, true);
    p.text("");
    p.text("With published or own weights:");
    p.text("");
    add_teachers(p, facts, false);
  }
  return p.take("Training data transparency (California Civil Code 3111, AB 2013)");
}

}  // namespace corpus::provenance
