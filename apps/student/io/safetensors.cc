#include "io/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "io/atomic_file.h"
#include "io/read_text.h"
#include "tensor/bf16.h"
#include "tensor/half.h"

namespace student {
namespace {

using nlohmann::json;
static_assert(std::endian::native == std::endian::little, "files are little endian and mapped as they are");

constexpr std::uint64_t kMostHeader = 100'000'000;  // the limit of the safetensors package

const std::map<std::string, std::int64_t, std::less<>>& sizes() {
  static const std::map<std::string, std::int64_t, std::less<>> kSizes = {
      {"F64", 8}, {"F32", 4}, {"F16", 2}, {"BF16", 2}, {"I64", 8}, {"I32", 4}, {"I16", 2}, {"I8", 1},
      {"U64", 8}, {"U32", 4}, {"U16", 2}, {"U8", 1},   {"BOOL", 1}, {"F8_E4M3", 1}, {"F8_E5M2", 1}};
  return kSizes;
}

corpus::Error corrupt(std::string message) { return {corpus::Code::kCorrupt, std::move(message)}; }

// The header as JSON; a name that comes twice is refused, because readers disagree on which counts.
corpus::Result<json> parse_header(std::string_view text, const std::string& what) {
  std::set<std::string> names;
  std::string twice;
  const auto callback = [&](int depth, json::parse_event_t event, json& value) {
    if (depth == 1 && event == json::parse_event_t::key && !names.insert(value.get<std::string>()).second) {
      twice = value.get<std::string>();
    }
    return true;
  };
  json header = json::parse(text, callback, false);
  if (header.is_discarded() || !header.is_object()) return corrupt(what + ": byte 8: the header is not a JSON object");
  if (!twice.empty()) return corrupt(what + ": tensor " + twice + " is there twice");
  return header;
}

corpus::Result<std::uint64_t> unsigned_of(const json& value) {
  if (!value.is_number_unsigned()) return corrupt("not a whole number");
  return value.get<std::uint64_t>();
}

}  // namespace

std::int64_t StoredTensor::elements() const {
  std::int64_t n = 1;
  for (const std::int64_t d : shape) n *= d;
  return n;
}

corpus::Result<StoredTensors> parse_safetensors(std::string_view bytes, const std::string& what) {
  if (bytes.size() < 8) return corrupt(what + ": " + std::to_string(bytes.size()) + " bytes, no header");
  std::uint64_t length;
  std::memcpy(&length, bytes.data(), sizeof(length));
  if (length > kMostHeader || length > bytes.size() - 8) {
    return corrupt(what + ": byte 0: a header of " + std::to_string(length) + " bytes in a file of " +
                   std::to_string(bytes.size()) + "; the file is cut off or no safetensors file");
  }
  CORPUS_TRY(const json header, parse_header(bytes.substr(8, length), what));
  const std::string_view data = bytes.substr(8 + length);
  StoredTensors out;
  struct Range {
    std::uint64_t begin, end;
    std::string name;
  };
  std::vector<Range> ranges;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") continue;
    const std::string where = what + ": tensor " + name;
    if (!entry.is_object() || !entry.contains("dtype") || !entry["dtype"].is_string() || !entry.contains("shape") ||
        !entry["shape"].is_array() || !entry.contains("data_offsets") || !entry["data_offsets"].is_array() ||
        entry["data_offsets"].size() != 2) {
      return corrupt(where + ": needs dtype, shape and two data_offsets");
    }
    StoredTensor t;
    t.type = entry["dtype"].get<std::string>();
    const auto size = sizes().find(t.type);
    if (size == sizes().end()) {
      return corpus::Error{corpus::Code::kUnsupported, where + ": dtype " + t.type + " is not known"};
    }
    std::uint64_t count = static_cast<std::uint64_t>(size->second);
    if (entry["shape"].size() > 8) return corrupt(where + ": more than 8 dimensions");
    for (const json& d : entry["shape"]) {
      auto n = unsigned_of(d);
      if (!n || *n > (std::uint64_t{1} << 40) || (*n != 0 && count > (std::uint64_t{1} << 62) / *n)) {
        return corrupt(where + ": shape " + entry["shape"].dump());
      }
      count *= *n;
      t.shape.push_back(static_cast<std::int64_t>(*n));
    }
    auto begin = unsigned_of(entry["data_offsets"][0]), end = unsigned_of(entry["data_offsets"][1]);
    if (!begin || !end || *begin > *end || *end > data.size()) {
      return corrupt(where + ": bytes " + entry["data_offsets"].dump() + " of " + std::to_string(data.size()) +
                     "; the file is cut off or damaged");
    }
    if (*end - *begin != count) {
      return corrupt(where + ": " + std::to_string(*end - *begin) + " bytes at offset " + std::to_string(*begin) +
                     " for shape " + entry["shape"].dump() + " of " + t.type + ", which takes " + std::to_string(count));
    }
    t.bytes = data.substr(*begin, count);
    ranges.push_back({*begin, *end, name});
    out.emplace(name, std::move(t));
  }
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  });
  std::uint64_t at = 0;
  for (const Range& r : ranges) {
    if (r.begin != at) {
      return corrupt(what + ": tensor " + r.name + ": begins at offset " + std::to_string(r.begin) + ", " +
                     (r.begin < at ? "inside the tensor before it" : "after a hole") + " that ends at " +
                     std::to_string(at));
    }
    at = r.end;
  }
  if (at != data.size()) {
    return corrupt(what + ": " + std::to_string(data.size() - at) + " bytes after the last tensor, at offset " +
                   std::to_string(at));
  }
  return out;
}

corpus::Result<SafetensorsFiles> SafetensorsFiles::open(const std::string& path) {
  SafetensorsFiles out;
  const auto add = [&out](const std::string& file) -> corpus::Result<StoredTensors> {
    CORPUS_TRY(corpus::MappedFile mapped, corpus::MappedFile::open(file));
    CORPUS_TRY(StoredTensors tensors, parse_safetensors(mapped.view(), file));
    out.files_.push_back(std::move(mapped));
    return tensors;
  };
  if (!std::filesystem::is_directory(path)) {
    CORPUS_TRY(out.tensors_, add(path));
    return out;
  }
  const std::string index = path + "/model.safetensors.index.json";
  if (!std::filesystem::exists(index)) {
    CORPUS_TRY(out.tensors_, add(path + "/model.safetensors"));
    return out;
  }
  CORPUS_TRY(const std::string text, read_text(index));
  const json parsed = json::parse(text, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("weight_map") || !parsed["weight_map"].is_object()) {
    return corrupt(index + ": no weight_map");
  }
  std::map<std::string, std::vector<std::string>> shards;
  for (const auto& [name, file] : parsed["weight_map"].items()) {
    const std::string shard = file.is_string() ? file.get<std::string>() : "";
    if (shard.empty() || shard.find('/') != std::string::npos || shard[0] == '.') {
      return corrupt(index + ": tensor " + name + ": '" + shard + "' is no file of this folder");
    }
    shards[shard].push_back(name);
  }
  for (const auto& [shard, names] : shards) {
    CORPUS_TRY(StoredTensors tensors, add(path + "/" + shard));
    for (const std::string& name : names) {
      auto it = tensors.find(name);
      if (it == tensors.end()) return corrupt(path + "/" + shard + ": tensor " + name + " is in the index but not here");
      out.tensors_.emplace(name, std::move(it->second));
    }
  }
  return out;
}

corpus::Result<std::vector<float>> to_floats(const StoredTensor& t, const std::string& name) {
  const auto n = static_cast<std::size_t>(t.elements());
  std::vector<float> out(n);
  const auto convert = [&]<typename From>(From, auto to_float) {
    for (std::size_t i = 0; i < n; ++i) {
      From x;
      std::memcpy(&x, t.bytes.data() + i * sizeof(From), sizeof(From));
      out[i] = to_float(x);
    }
  };
  if (t.type == "F32") {
    if (n > 0) std::memcpy(out.data(), t.bytes.data(), t.bytes.size());
  } else if (t.type == "BF16") {
    convert(bf16{}, from_bf16);
  } else if (t.type == "F16") {
    convert(std::uint16_t{}, from_half);
  } else if (t.type == "F64") {
    convert(double{}, [](double x) { return static_cast<float>(x); });
  } else {
    return corpus::Error{corpus::Code::kUnsupported, "tensor " + name + ": " + t.type +
                                                         " weights are not read; F32, F16, BF16 and F64 are"};
  }
  return out;
}

corpus::Result<void> write_safetensors(const std::string& path, const std::vector<TensorToWrite>& tensors) {
  nlohmann::ordered_json header;
  header["__metadata__"] = {{"format", "pt"}};  // transformers refuses files without it
  std::uint64_t at = 0;
  std::vector<std::uint64_t> lengths;
  for (const TensorToWrite& t : tensors) {
    std::uint64_t size = static_cast<std::uint64_t>(sizes().find(t.type)->second);
    for (const std::int64_t d : t.shape) size *= static_cast<std::uint64_t>(d);
    header[t.name] = {{"dtype", t.type}, {"shape", t.shape}, {"data_offsets", {at, at + size}}};
    at += size;
    lengths.push_back(size);
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  CORPUS_TRY(AtomicFile file, AtomicFile::create(path));
  CORPUS_CHECK(file.write({reinterpret_cast<const char*>(&length), sizeof(length)}));
  CORPUS_CHECK(file.write(text));
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    CORPUS_TRY(const std::string data, tensors[i].data());
    if (data.size() != lengths[i]) {
      return corpus::Error{corpus::Code::kInvalidArgument, path + ": tensor " + tensors[i].name + ": " +
                                                               std::to_string(data.size()) + " bytes instead of " +
                                                               std::to_string(lengths[i])};
    }
    CORPUS_CHECK(file.write(data));
  }
  return file.commit();
}

}  // namespace student
