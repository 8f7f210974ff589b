#include "backend/registry.h"

#include <utility>

namespace student {
namespace {

struct Entry {
  std::string_view name;
  Result<std::unique_ptr<Backend>> (*make)(const BackendOptions&);
  std::string_view why_not;  // where it was not compiled in
};

constexpr Entry kEntries[] = {
    {"cpu", make_cpu_backend, ""},
#ifdef STUDENT_HAS_CUDA
    {"cuda", make_cuda_backend, ""},
#else
    {"cuda", nullptr, "built without the CUDA toolkit"},
#endif
#ifdef STUDENT_HAS_EMU
    {"emu", make_emu_backend, ""},
#else
    {"emu", nullptr, "built without the CUDA emulator"},
#endif
};

}  // namespace

std::vector<BackendInfo> backends() {
  std::vector<BackendInfo> out;
  for (const Entry& entry : kEntries) {
    BackendInfo info{std::string(entry.name), false, std::string(entry.why_not)};
    if (entry.make != nullptr) {
      auto made = entry.make({});
      info.available = made.has_value();
      if (!made) info.why_not = made.error().message;
    }
    out.push_back(std::move(info));
  }
  return out;
}

Result<std::unique_ptr<Backend>> make_backend(std::string_view name, const BackendOptions& options) {
  std::string there;
  for (const Entry& entry : kEntries) {
    if (entry.name == name) {
      if (entry.make != nullptr) return entry.make(options);
      return corpus::Error{corpus::Code::kUnsupported,
                           "backend " + std::string(name) + ": " + std::string(entry.why_not)};
    }
    there += (there.empty() ? "" : ", ") + std::string(entry.name);
  }
  return corpus::Error{corpus::Code::kUnsupported,
                       "backend '" + std::string(name) + "' does not exist; there are " + there};
}

}  // namespace student
