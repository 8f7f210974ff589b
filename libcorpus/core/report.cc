#include "corpus/pipeline.h"
#include "corpus/value.h"

namespace corpus {

std::string to_json(const Report& report) {
  const RunSummary& summary = report.summary;
  Value::Object rejected;
  for (const auto& [reason, count] : summary.dropped) {
    if (reason.starts_with("malformed.")) continue;
    rejected.emplace_back(reason, static_cast<std::int64_t>(count));
  }
  auto n = [](std::uint64_t v) { return Value(static_cast<std::int64_t>(v)); };
  return Value(Value::Object{{"in", n(summary.records)},
                             {"kept", n(summary.kept)},
                             {"rejected", std::move(rejected)},
                             {"malformed", n(summary.malformed)},
                             {"bytes_in", n(summary.bytes_in)},
                             {"bytes_out", n(report.bytes_out)},
                             {"seconds", report.seconds},
                             {"peak_rss", n(report.peak_rss)}})
      .to_json();
}

}  // namespace corpus
