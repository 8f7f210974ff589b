// The forms of disclosure, and the blanks that people fill.
#include <algorithm>

#include "corpus/nearest.h"
#include "provenance/disclosure_facts.h"

namespace corpus::provenance {
namespace {

struct Form {
  DisclosureForm about;
  std::string (*print)(const Facts&);
};

constexpr Form kForms[] = {
    {{"croissant", "Croissant 1.1 with the RAI vocabulary, JSON-LD"}, disclose_croissant},
    {{"spdx", "SPDX 3.0.1, Dataset and AI profiles, JSON-LD"}, disclose_spdx},
    {{"cyclonedx", "CycloneDX 1.6 ML-BOM, JSON"}, disclose_cyclonedx},
    {{"prov", "W3C PROV, as PROV-JSON"}, disclose_prov},
    {{"eu-summary", "EU AI Act, Article 53(1)(d): public summary, Markdown"}, disclose_eu_summary},
    {{"ab2013", "California AB 2013 (Civil Code 3111), Markdown"}, disclose_ab2013},
    {{"gb45438", "GB 45438-2025: implicit labels of the files, JSON"}, disclose_gb45438},
    {{"hf-card", "Hugging Face dataset card, Markdown with YAML"}, disclose_hf_card},
    {{"dpi", "Data Provenance Initiative card, JSON"}, disclose_dpi},
};

constexpr Blank kBlanks[] = {
    {"name", "name of the corpus"},
    {"description", "what the corpus is for, in a sentence"},
    {"version", "version of the corpus"},
    {"url", "where the corpus or its page can be found"},
    {"licence", "licence under which the corpus is given on"},
    {"citation", "how to cite the corpus"},
    {"creator", "who made the corpus"},
    {"contact", "name and address for questions"},
    {"published", "day of publication, YYYY-MM-DD"},
    {"languages", "languages of the text"},
    {"purpose", "how the corpus serves the purpose of the model or service"},
    {"limitations", "known limits of the corpus"},
    {"biases", "known biases"},
    {"social_impact", "what use of the corpus may do to people"},
    {"personal_data", "whether it holds personal data, and which"},
    {"consumer_data", "whether it holds aggregate consumer information"},
    {"copyright",
     "whether it holds text under copyright, trade mark or patent, or is in the public domain"},
    {"purchased", "whether any of it was bought or licensed, from whom"},
    {"first_used", "dates on which it was first used in development"},
    {"maintenance", "how the corpus is kept up and corrected"},
    {"representative", "authorised representative in the Union, with contact"},
    {"model_names", "versioned names of the models this summary is about"},
    {"model_dependencies", "models that these were made from"},
    {"market_date", "day on which the model was placed on the Union market"},
    {"modalities", "other modalities than text, with their sizes"},
    {"acquisition", "latest date of acquisition, and whether training goes on with new data"},
    {"public_datasets",
     "which sources are publicly available datasets, and the large ones among them"},
    {"licensed_data", "data licensed by right holders or their representatives"},
    {"third_party_data", "private data got from other third parties"},
    {"crawled_data",
     "data that was crawled: crawlers, purposes, behaviour, period, kinds of content, top domains"},
    {"user_data", "data from users: from interactions with the model, from other products"},
    {"other_sources", "sources of other kinds"},
    {"code_of_practice",
     "whether the provider signed the Code of Practice; measures for opt-outs from text and data "
     "mining"},
    {"illegal_content", "measures to avoid or remove illegal content"},
    {"other_processing", "other information on processing, voluntary"},
    {"size_tokens", "number of tokens: less than 1 billion, 1 billion to 10 trillion, or more"},
    {"aigc_producer", "name or code of the producer of generated content"},
    {"tasks", "tasks that the corpus is for"},
};

}  // namespace

std::span<const DisclosureForm> disclosure_forms() {
  static const auto kList = [] {
    std::vector<DisclosureForm> out;
    for (const auto& form : kForms) out.push_back(form.about);
    return out;
  }();
  return kList;
}

std::span<const Blank> disclosure_blanks() { return kBlanks; }

Result<std::string> disclose(const std::string& dir, std::string_view form,
                             const DisclosureOptions& options) {
  auto found = std::find_if(std::begin(kForms), std::end(kForms),
                            [&](const Form& f) { return f.about.name == form; });
  if (found == std::end(kForms)) {
    std::vector<std::string_view> names;
    for (const auto& f : kForms) names.push_back(f.about.name);
    return Error{Code::kInvalidArgument,
                 "unknown form '" + std::string(form) + "'" + suggestion(form, names, "forms")};
  }
  CORPUS_TRY(Facts facts, gather_facts(dir, options));
  return found->print(facts);
}

}  // namespace corpus::provenance
