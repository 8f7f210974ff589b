#include "data/batches.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "data/rng.h"

namespace student {
namespace {

corpus::Packing pack_all(const Dataset& data, std::uint32_t capacity) {
  std::vector<std::uint32_t> lengths(data.size());
  for (std::size_t i = 0; i < lengths.size(); ++i) lengths[i] = data.length(i);
  return corpus::pack(lengths, capacity);
}

std::int64_t learned_in(const Dataset& data, std::span<const std::uint32_t> documents) {
  std::int64_t n = 0;
  for (std::uint32_t d : documents) {
    const auto* learn = data.learn.data();
    n += std::count(learn + data.starts[d] + 1, learn + data.starts[d + 1], std::uint8_t{1});
  }
  return n;
}

void append_document(const Dataset& data, std::uint32_t document, BatchBuffer& out) {
  const std::size_t begin = data.starts[document], end = data.starts[document + 1];
  for (std::size_t i = begin; i < end; ++i) {
    out.tokens.push_back(data.tokens[i]);
    bool learned = i + 1 < end && data.learn[i + 1] != 0;
    out.targets.push_back(learned ? data.tokens[i + 1] : -1);
  }
  out.starts.push_back(static_cast<std::int32_t>(out.tokens.size()));
}

// Row i of a batch predicts token i + 1, so it gets the teacher's row of that token.
void append_teacher(const Dataset& data, std::uint32_t document, std::int32_t k, BatchBuffer& out) {
  const std::size_t begin = data.starts[document], end = data.starts[document + 1];
  const auto width = static_cast<std::size_t>(k);
  const std::size_t rows = end - begin;
  std::size_t first = out.topk_ids.size();
  out.topk_ids.resize(first + rows * width, -1);
  out.topk_logprobs.resize(first + rows * width, 0);
  if (data.topk != k) return;  // replay data without a teacher
  std::copy(data.topk_ids.begin() + static_cast<std::ptrdiff_t>((begin + 1) * width),
            data.topk_ids.begin() + static_cast<std::ptrdiff_t>(end * width),
            out.topk_ids.begin() + static_cast<std::ptrdiff_t>(first));
  std::copy(data.topk_logprobs.begin() + static_cast<std::ptrdiff_t>((begin + 1) * width),
            data.topk_logprobs.begin() + static_cast<std::ptrdiff_t>(end * width),
            out.topk_logprobs.begin() + static_cast<std::ptrdiff_t>(first));
}

}  // namespace

Batches::Batches(const Dataset& data, const Dataset* replay, const BatchOptions& options) : options_(options) {
  assert(options.batch % (options.micro * options.world) == 0);
  sources_.push_back({&data, pack_all(data, options.length), -1, {}});
  if (replay != nullptr && options.replay_share > 0) {
    sources_.push_back({replay, pack_all(*replay, options.length), -1, {}});
  }
}

// Counted from the start and rounded down, so that the share is exact over many steps.
std::int64_t Batches::replayed_before(std::int64_t step) const {
  if (sources_.size() < 2) return 0;
  return static_cast<std::int64_t>(static_cast<double>(step * options_.batch) * options_.replay_share);
}

std::int64_t Batches::steps_of(double epochs) const {
  double share = sources_.size() < 2 ? 1 : 1 - options_.replay_share;
  double wanted = epochs * static_cast<double>(sequences());
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(wanted / (options_.batch * share))));
}

std::uint32_t Batches::at(std::size_t index, std::int64_t position) {
  Source& source = sources_[index];
  auto n = static_cast<std::int64_t>(source.packing.size());
  std::int64_t epoch = position / n;
  if (source.epoch != epoch) {
    source.order.resize(static_cast<std::size_t>(n));
    std::iota(source.order.begin(), source.order.end(), 0u);
    Rng(options_.seed, static_cast<std::uint64_t>(epoch) * 2 + index).shuffle(source.order);
    source.epoch = epoch;
  }
  return source.order[static_cast<std::size_t>(position % n)];
}

const std::vector<Batches::Choice>& Batches::choices(std::int64_t step) {
  if (chosen_step_ == step) return chosen_;
  chosen_.clear();
  std::int64_t from = replayed_before(step), to = replayed_before(step + 1);
  for (std::int64_t p = step * options_.batch - from; p < (step + 1) * options_.batch - to; ++p) {
    chosen_.push_back({0, at(0, p)});
  }
  for (std::int64_t p = from; p < to; ++p) chosen_.push_back({1, at(1, p)});
  // Mixed, so that each part and each process has its share of both.
  Rng(options_.seed, ~static_cast<std::uint64_t>(step)).shuffle(chosen_);
  chosen_step_ = step;
  return chosen_;
}

std::int64_t Batches::supervised(std::int64_t step) {
  std::int64_t n = 0;
  for (const Choice& choice : choices(step)) {
    const Source& source = sources_[choice.source];
    n += learned_in(*source.data, source.packing.sequence(choice.sequence));
  }
  return n;
}

void Batches::fill(std::int64_t step, std::int32_t part, BatchBuffer& out) {
  out.tokens.clear();
  out.targets.clear();
  out.topk_ids.clear();
  out.topk_logprobs.clear();
  out.starts.assign(1, 0);
  const std::int32_t k = options_.topk_weight > 0 ? sources_[0].data->topk : 0;
  const auto first = static_cast<std::size_t>((options_.rank * parts() + part) * options_.micro);
  const auto& chosen = choices(step);
  for (std::size_t i = first; i < first + static_cast<std::size_t>(options_.micro); ++i) {
    const Source& source = sources_[chosen[i].source];
    for (std::uint32_t document : source.packing.sequence(chosen[i].sequence)) {
      append_document(*source.data, document, out);
      if (k > 0) append_teacher(*source.data, document, k, out);
    }
  }
  out.batch = {.tokens = out.tokens,
               .targets = out.targets,
               .starts = out.starts,
               .topk_ids = out.topk_ids,
               .topk_logprobs = out.topk_logprobs,
               .topk = k,
               .topk_weight = k > 0 ? options_.topk_weight : 0};
}

}  // namespace student
