// Content that some source forbids, so that the same content under another name or licence is
// forbidden too.
//
// A map from content key to the strictest verdict on it; of equally strict ones the first in input
// order. About 64 bytes a denied content; the verdicts' texts are kept once each.
#ifndef CORPUS_PROVENANCE_GATE_TWINS_H_
#define CORPUS_PROVENANCE_GATE_TWINS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "corpus/component.h"
#include "provenance/gate_judge.h"

namespace corpus::policy {

class Twins {
 public:
  explicit Twins(MemoryBudget* memory) : memory_(memory) {}
  ~Twins();
  Twins(const Twins&) = delete;
  Twins& operator=(const Twins&) = delete;

  struct Label {
    Reason reason;
    int strictness;
    std::string tag;
  };
  struct Entry {
    RecordPos pos;
    std::uint32_t label;
  };

  Result<void> add(Key128 key, RecordPos pos, const Verdict& verdict);
  Result<void> add(const Twins& other);
  const Entry* find(Key128 key) const;
  const Label& label(const Entry& entry) const { return labels_[entry.label]; }
  std::size_t size() const { return map_.size(); }

  // Durable: what changed since the last save.
  Result<void> save(const StateSink& sink);
  Result<void> load(std::string_view bytes);

 private:
  struct Hash {
    std::size_t operator()(const Key128& k) const { return k.lo; }
  };
  std::uint32_t intern(Label label);
  Result<void> put(Key128 key, Entry entry);

  MemoryBudget* memory_;
  std::unordered_map<Key128, Entry, Hash> map_;
  std::vector<Label> labels_;
  std::unordered_map<std::string, std::uint32_t> label_ids_;  // by reason and tag
  std::vector<Key128> fresh_;                                 // put since the last save
  std::size_t saved_labels_ = 0;
  std::uint64_t reserved_ = 0;
};

}  // namespace corpus::policy

#endif  // CORPUS_PROVENANCE_GATE_TWINS_H_
