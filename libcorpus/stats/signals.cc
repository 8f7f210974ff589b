// stats.signals: how what the rules measured is distributed, so that thresholds can be chosen.
//
// Reads the tags that the stages before it put on a record: each number in an object, as
// "<tag>.<name>", and each "verdict". Quantiles are right to 1 % of their value (Masson et al. 2019,
// "DDSketch"); all else is exact. The result does not depend on the order of records.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <string_view>

#include "corpus/component.h"
#include "json/escape.h"

namespace corpus {
namespace {

class Distribution {
 public:
  void add(double value) {
    ++count_;
    min_ = count_ == 1 ? value : std::min(min_, value);
    max_ = count_ == 1 ? value : std::max(max_, value);
    sum_ += static_cast<std::int64_t>(std::llround(std::clamp(value, -1e12, 1e12) * kUnit));
    ++buckets_[bucket(value)];
  }
  void merge(const Distribution& o) {
    if (o.count_ == 0) return;
    min_ = count_ == 0 ? o.min_ : std::min(min_, o.min_);
    max_ = count_ == 0 ? o.max_ : std::max(max_, o.max_);
    count_ += o.count_;
    sum_ += o.sum_;
    for (const auto& [b, n] : o.buckets_) buckets_[b] += n;
  }

  std::string to_json() const {
    std::string out = "{\"count\":" + std::to_string(count_);
    put(out, ",\"min\":", min_);
    put(out, ",\"mean\":", static_cast<double>(sum_) / kUnit / static_cast<double>(count_));
    put(out, ",\"max\":", max_);
    for (int percent : {1, 5, 25, 50, 75, 95, 99}) {
      put(out, ",\"p" + std::to_string(percent) + "\":", quantile(percent / 100.0));
    }
    return out + '}';
  }

  // Self-delimiting; read() takes one off the front.
  void write(std::string& out) const {
    append(out, count_);
    append(out, min_);
    append(out, max_);
    append(out, sum_);
    append(out, std::uint64_t{buckets_.size()});
    for (const auto& [b, n] : buckets_) {
      append(out, b);
      append(out, n);
    }
  }
  bool read(std::string_view& in) {
    std::uint64_t n = 0;
    if (!take(in, count_) || !take(in, min_) || !take(in, max_) || !take(in, sum_) || !take(in, n)) return false;
    for (; n > 0; --n) {
      std::int32_t b = 0;
      std::uint64_t count = 0;
      if (!take(in, b) || !take(in, count)) return false;
      buckets_[b] = count;
    }
    return true;
  }

  template <typename T>
  static void append(std::string& out, const T& value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  template <typename T>
  static bool take(std::string_view& in, T& value) {
    if (in.size() < sizeof value) return false;
    std::memcpy(&value, in.data(), sizeof value);
    in.remove_prefix(sizeof value);
    return true;
  }

 private:
  static constexpr double kUnit = 1e6;  // sums in whole millionths, so that their order is no matter
  static constexpr double kGamma = 1.02;

  static std::int32_t bucket(double value) {
    if (!(std::abs(value) > 1e-9)) return 0;
    auto magnitude = static_cast<std::int32_t>(std::ceil(std::log(std::abs(value) / 1e-9) / std::log(kGamma)));
    return value > 0 ? magnitude : -magnitude;
  }
  static double middle(std::int32_t b) {
    if (b == 0) return 0;
    double value = 1e-9 * std::pow(kGamma, std::abs(b) - 0.5);
    return b > 0 ? value : -value;
  }
  double quantile(double share) const {
    std::uint64_t wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_ - 1)) + 1, seen = 0;
    for (const auto& [b, n] : buckets_) {
      seen += n;
      if (seen >= wanted) return std::clamp(middle(b), min_, max_);
    }
    return max_;
  }
  static void put(std::string& out, std::string_view name, double value) {
    char number[32];
    auto end = std::to_chars(number, number + sizeof number, value, std::chars_format::general, 6).ptr;
    out.append(name).append(number, end);
  }

  std::uint64_t count_ = 0;
  double min_ = 0, max_ = 0;
  __int128 sum_ = 0;
  std::map<std::int32_t, std::uint64_t> buckets_;
};

struct Signals {
  std::map<std::string, Distribution, std::less<>> numbers;
  std::map<std::string, std::uint64_t, std::less<>> verdicts;

  // A flat object as the rules write it; anything else is passed over.
  void add(const Tag& tag) {
    std::string_view json = tag.value;
    if (!json.starts_with('{')) return;
    std::size_t at = 1;
    while (at < json.size() && json[at] == '"') {
      std::size_t close = json.find("\":", at + 1);
      if (close == std::string_view::npos) return;
      std::string_view key = json.substr(at + 1, close - at - 1);
      std::size_t end = std::min(json.find_first_of(",}", close), json.size());
      std::string_view value = json.substr(close + 2, end - close - 2);
      name_.assign(tag.key).append(1, '.').append(key);
      double number = 0;
      if (key == "verdict" && value.size() > 2) {
        name_.assign(tag.key).append(1, '.').append(value.substr(1, value.size() - 2));
        ++verdicts[name_];
      } else if (auto r = std::from_chars(value.data(), value.data() + value.size(), number);
                 r.ec == std::errc() && r.ptr == value.data() + value.size()) {
        auto found = numbers.find(name_);
        if (found == numbers.end()) found = numbers.emplace(name_, Distribution()).first;
        found->second.add(number);
      }
      at = end + 1;
    }
  }
  void merge(const Signals& o) {
    for (const auto& [name, d] : o.numbers) numbers[name].merge(d);
    for (const auto& [name, n] : o.verdicts) verdicts[name] += n;
  }

 private:
  std::string name_;
};

struct Partial : State {
  Signals signals;
};

class SignalStats final : public Fold {
 public:
  bool observes_only() const override { return true; }
  std::unique_ptr<State> partial() const override { return std::make_unique<Partial>(); }
  Result<void> observe(const Batch& batch, State& state) const override {
    for (const Tag& tag : batch.tags) {
      if (!batch.records[tag.record].drop) static_cast<Partial&>(state).signals.add(tag);
    }
    return {};
  }
  Result<void> merge(std::unique_ptr<State> state) override {
    all_.merge(static_cast<const Partial&>(*state).signals);
    return {};
  }
  Result<std::unique_ptr<Map>> finish() override { return std::unique_ptr<Map>(); }

  // The whole each time: it is small. load() takes the last one.
  Result<void> save(const StateSink& sink) override {
    std::string body;
    Distribution::append(body, std::uint64_t{all_.numbers.size()});
    for (const auto& [name, d] : all_.numbers) {
      Distribution::append(body, std::uint64_t{name.size()});
      body += name;
      d.write(body);
    }
    Distribution::append(body, std::uint64_t{all_.verdicts.size()});
    for (const auto& [name, n] : all_.verdicts) {
      Distribution::append(body, std::uint64_t{name.size()});
      body += name;
      Distribution::append(body, n);
    }
    return sink(body);
  }
  Result<void> load(std::string_view in) override {
    const Error damaged{Code::kCorrupt, "stats.signals: the saved state is damaged; run without --resume"};
    while (!in.empty()) {
      Signals one;
      std::uint64_t n = 0, size = 0;
      auto name = [&](std::string& out) {
        if (!Distribution::take(in, size) || size > in.size()) return false;
        out = in.substr(0, size);
        in.remove_prefix(size);
        return true;
      };
      std::string key;
      if (!Distribution::take(in, n)) return damaged;
      for (; n > 0; --n) {
        if (!name(key) || !one.numbers[key].read(in)) return damaged;
      }
      if (!Distribution::take(in, n)) return damaged;
      for (; n > 0; --n) {
        if (!name(key) || !Distribution::take(in, one.verdicts[key])) return damaged;
      }
      all_ = std::move(one);
    }
    return {};
  }

  std::string report() const override {
    std::string out = "{\"signals\":{";
    bool first = true;
    auto key = [&](const std::string& name) {
      if (!first) out += ',';
      first = false;
      json::append_quoted(out, name);
      out += ':';
    };
    for (const auto& [name, d] : all_.numbers) {
      key(name);
      out += d.to_json();
    }
    out += "},\"verdicts\":{";
    first = true;
    for (const auto& [name, n] : all_.verdicts) {
      key(name);
      out += std::to_string(n);
    }
    return out + "}}";
  }

 private:
  Signals all_;
};

}  // namespace

Result<Stages> make_stats_signals(const Value&, BuildContext&) {
  return stages(std::unique_ptr<Fold>(std::make_unique<SignalStats>()));
}

}  // namespace corpus
