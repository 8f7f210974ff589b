#include "backend/cuda/nccl.h"

#include <dlfcn.h>
#include <nccl.h>

#include <chrono>
#include <cstring>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

namespace student::cuda {
namespace {

using corpus::Code;
using corpus::Error;
using corpus::Result;

struct Library {
  decltype(&ncclGetUniqueId) unique_id;
  decltype(&ncclCommInitRank) join;
  decltype(&ncclAllReduce) all_reduce;
  decltype(&ncclCommGetAsyncError) async_error;
  decltype(&ncclCommAbort) abort;
  decltype(&ncclCommDestroy) destroy;
  decltype(&ncclGetErrorString) text;
};

Result<Library> load_library() {
  void* const handle = dlopen("libnccl.so.2", RTLD_NOW | RTLD_LOCAL);  // stays until the end
  if (handle == nullptr) return Error{Code::kUnsupported, std::string("NCCL: ") + dlerror()};
  Library out{};
  bool whole = true;
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::decay_t<decltype(function)>>(dlsym(handle, name));
    whole &= function != nullptr;
  };
  find(out.unique_id, "ncclGetUniqueId");
  find(out.join, "ncclCommInitRank");
  find(out.all_reduce, "ncclAllReduce");
  find(out.async_error, "ncclCommGetAsyncError");
  find(out.abort, "ncclCommAbort");
  find(out.destroy, "ncclCommDestroy");
  find(out.text, "ncclGetErrorString");
  if (!whole) return Error{Code::kUnsupported, "NCCL: libnccl.so.2 lacks a function; version 2.13 or later is needed"};
  return out;
}

class Nccl final : public DeviceGroup {
 public:
  explicit Nccl(cudaStream_t stream) : stream_(stream) {}
  ~Nccl() override {
    if (group_ != nullptr) library_.destroy(group_);
  }

  Result<std::string> address() override {
    CORPUS_TRY(library_, load_library());
    ncclUniqueId id;
    if (const auto status = library_.unique_id(&id); status != ncclSuccess) return failed("address", status);
    return std::string(id.internal, sizeof id.internal);
  }

  Result<void> join(std::string_view address, std::int32_t rank, std::int32_t world) override {
    CORPUS_TRY(library_, load_library());
    ncclUniqueId id;
    static_assert(sizeof id.internal <= kAddressBytes);
    if (address.size() != sizeof id.internal) return Error{Code::kInvalidArgument, "NCCL: this is no address of a group"};
    std::memcpy(id.internal, address.data(), sizeof id.internal);
    const auto status = library_.join(&group_, world, id, rank);
    if (status == ncclSuccess) return {};
    group_ = nullptr;
    return failed("joining the other processes (each needs a device of its own: set CUDA_VISIBLE_DEVICES)", status);
  }

  // A process that is gone leaves the kernel waiting for ever, so this waits with an eye on the group.
  Result<void> sum(Tensor x) override {
    auto status = library_.all_reduce(x.data, x.data, static_cast<std::size_t>(x.elements()), ncclFloat32, ncclSum,
                                      group_, stream_);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(kSilence);
    cudaError_t done = cudaErrorNotReady;
    while (status == ncclSuccess && (done = cudaStreamQuery(stream_)) == cudaErrorNotReady) {
      const auto asked = library_.async_error(group_, &status);
      if (status == ncclSuccess) status = asked;
      if (std::chrono::steady_clock::now() > end) status = ncclRemoteError;
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
    if (status != ncclSuccess) {
      library_.abort(std::exchange(group_, nullptr));
      return failed("adding up over the processes", status);
    }
    if (done != cudaSuccess) return Error{Code::kCorrupt, std::string("NCCL: ") + cudaGetErrorString(done)};
    return {};
  }

 private:
  Error failed(const std::string& what, ncclResult_t status) const {
    return {Code::kIo, "NCCL: " + what + ": " + library_.text(status)};
  }

  cudaStream_t stream_;
  Library library_{};
  ncclComm_t group_ = nullptr;
};

}  // namespace

std::unique_ptr<DeviceGroup> make_nccl(cudaStream_t stream) { return std::make_unique<Nccl>(stream); }

}  // namespace student::cuda
