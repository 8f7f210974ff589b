// The kernels of kernels/*.cuh on a device, matrix products by cuBLASLt, attention of bf16 by cuDNN.
// All work goes to one stream. Errors of launches stay with the runtime until sync() or read() ask.
#include <cuda_runtime.h>

#include <memory>
#include <string>
#include <utility>

#include "backend/cuda/attention.h"
#include "backend/cuda/gemm.h"
#include "backend/cuda/nccl.h"
#include "backend/registry.h"
#include "kernels/kernel_backend.cuh"
#include "kernels/lse.cuh"

namespace student {
namespace {

using corpus::Code;
using corpus::Error;

// Most that a chunk of logits takes; more than student::kLogitsBytes, because each chunk adds to the gradient of the
// output head, which is read and written once for it: small chunks would spend their time on that.
constexpr std::size_t kDeviceLogitsBytes = std::size_t{1} << 30;

Error cuda_error(const std::string& what, cudaError_t status) {
  return {Code::kCorrupt, "cuda: " + what + ": " + cudaGetErrorString(status)};
}

class CudaBackend final : public kernels::KernelBackend {
 public:
  ~CudaBackend() override {
    if (stream_ != nullptr) cudaStreamSynchronize(stream_);
    for (auto& one : scratch_) cudaFree(one.memory);
    attention_.reset();
    devices_.reset();
    if (stream_ != nullptr) cudaStreamDestroy(stream_);
  }

  Result<void> open(int device) {
    int count = 0;
    if (const auto status = cudaGetDeviceCount(&count); status != cudaSuccess || count == 0) {
      return Error{Code::kUnsupported, std::string("no CUDA device: ") +
                                           (status == cudaSuccess ? "none found" : cudaGetErrorString(status))};
    }
    if (device < 0 || device >= count) {
      return Error{Code::kInvalidArgument,
                   "device " + std::to_string(device) + " does not exist; there are " + std::to_string(count)};
    }
    cudaDeviceProp properties{};
    auto status = cudaSetDevice(device);
    if (status == cudaSuccess) status = cudaGetDeviceProperties(&properties, device);
    if (status == cudaSuccess) status = cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking);
    if (status != cudaSuccess) return Error{Code::kUnsupported, cuda_error("device", status).message};
    if (properties.major < 8) {
      return Error{Code::kUnsupported, std::string("cuda: ") + properties.name +
                                           " has no bf16; compute capability 8.0 or later is needed"};
    }
    if (auto ok = gemm_.open(); !ok) return ok;
    std::string why_not;
    attention_ = cuda::make_fused_attention(&why_not);
    devices_ = cuda::make_nccl(stream_);
    device_ = std::string(properties.name) + ", " + std::to_string(properties.multiProcessorCount) +
              " multiprocessors, " + std::to_string(properties.totalGlobalMem >> 30) + " GiB, attention: " +
              (attention_ ? "cuDNN " + attention_->version() : "own kernels (" + why_not + ")");
    return {};
  }

  std::string_view name() const override { return "cuda"; }
  std::string device() const override { return device_; }
  DeviceGroup* devices() override { return devices_.get(); }
  std::size_t free_memory() const override {
    std::size_t free = 0, total = 0;
    return cudaMemGetInfo(&free, &total) == cudaSuccess ? free : 0;
  }

  Result<void*> alloc(std::size_t bytes) override {
    void* memory = nullptr;
    if (const auto status = cudaMalloc(&memory, bytes > 0 ? bytes : 1); status != cudaSuccess) {
      cudaGetLastError();  // it is reported here and nowhere else
      return Error{Code::kLimit, "cuda: no memory for " + std::to_string(bytes) + " bytes (" +
                                     std::to_string(free_memory()) + " free): " + cudaGetErrorString(status)};
    }
    return memory;
  }
  void free(void* memory) override {
    check("free", cudaStreamSynchronize(stream_));
    cudaFree(memory);
  }
  void write(void* device, const void* host, std::size_t bytes) override {
    check("write", cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, stream_));
  }
  Result<void> read(void* host, const void* device, std::size_t bytes) override {
    check("read", cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, stream_));
    return sync();
  }
  void copy(void* to, const void* from, std::size_t bytes) override {
    check("copy", cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream_));
  }
  void zero(void* device, std::size_t bytes) override { check("zero", cudaMemsetAsync(device, 0, bytes, stream_)); }
  Result<void> sync() override {
    check("sync", cudaStreamSynchronize(stream_));
    check("launch", cudaGetLastError());
    if (failure_.code != Code::kOk) return failure_;
    return {};
  }

  void gemm(Tensor c, Tensor a, bool trans_a, Tensor b, bool trans_b, bool accumulate, Tensor bias) override {
    if (c.elements() == 0) return;
    // The epilogue wants the bias in the type of the result, and aligned; otherwise it is one more kernel.
    const bool apart = bias && (bias.type != c.type || reinterpret_cast<std::uintptr_t>(bias.data) % 16 != 0);
    bool add_bias = apart;
    if (auto done = gemm_.run(stream_, c, a, trans_a, b, trans_b, accumulate, apart ? Tensor{} : bias); !done) {
      if (done.error().code != Code::kUnsupported || !bias || apart) return fail(std::move(done).error());
      if (auto plain = gemm_.run(stream_, c, a, trans_a, b, trans_b, accumulate, {}); !plain) {
        return fail(std::move(plain).error());
      }
      add_bias = true;
    }
    if (add_bias) kernels::add_bias(stream_, c, bias);
  }

  void attention(Tensor out, Tensor lse, Tensor q, Tensor k, Tensor v, const Documents& documents,
                 const AttentionShape& shape) override {
    cuda::AttentionCall call;
    call.q = q, call.k = k, call.v = v, call.out = out, call.documents = &documents, call.shape = shape;
    call.stats = statistics(lse);
    if (attention_ == nullptr || call.stats == nullptr || !attention_->forward(stream_, call)) {
      return KernelBackend::attention(out, lse, q, k, v, documents, shape);
    }
    kernels::convert_lse(stream_, lse, call.stats, dense_length(documents), false);
  }

  void attention_backward(Tensor dq, Tensor dk, Tensor dv, Tensor dout, Tensor q, Tensor k, Tensor v, Tensor out,
                          Tensor lse, const Documents& documents, const AttentionShape& shape) override {
    cuda::AttentionCall call;
    call.q = q, call.k = k, call.v = v, call.out = out, call.documents = &documents, call.shape = shape;
    call.dout = dout, call.dq = dq, call.dk = dk, call.dv = dv;
    call.stats = attention_ == nullptr || q.type != DType::kBF16 ? nullptr : statistics(lse);
    if (call.stats != nullptr) kernels::convert_lse(stream_, lse, call.stats, dense_length(documents), true);
    if (call.stats == nullptr || !attention_->backward(stream_, call)) {
      KernelBackend::attention_backward(dq, dk, dv, dout, q, k, v, out, lse, documents, shape);
    }
  }

 protected:
  kernels::Stream stream() override { return stream_; }
  std::size_t logits_bytes() const override { return kDeviceLogitsBytes; }
  std::size_t library_bytes() const override { return cuda::Gemm::kWorkspace; }
  void* scratch(kernels::Scratch which, std::size_t bytes) override {
    Block& block = scratch_[which];
    if (bytes > block.bytes) {
      cudaStreamSynchronize(stream_);
      cudaFree(block.memory);
      block = {};
      if (const auto status = cudaMalloc(&block.memory, bytes); status != cudaSuccess) {
        cudaGetLastError();
        fail({Code::kLimit, "cuda: no memory for " + std::to_string(bytes) + " bytes of scratch"});
        return nullptr;
      }
      block.bytes = bytes;
    }
    return block.memory;
  }

 private:
  struct Block {
    void* memory = nullptr;
    std::size_t bytes = 0;
  };

  float* statistics(const Tensor& lse) {
    if (lse.rows == 0 || lse.cols == 0) return nullptr;
    return static_cast<float*>(scratch(kernels::kDelta, static_cast<std::size_t>(lse.elements()) * sizeof(float)));
  }
  static std::int64_t dense_length(const Documents& documents) {
    return cuda::is_dense(documents) ? documents.starts[1] - documents.starts[0] : 0;
  }

  // The first failure is the one that counts; those after it follow from it.
  void fail(Error error) {
    if (failure_.code == Code::kOk) failure_ = std::move(error);
  }
  void check(const char* what, cudaError_t status) {
    if (status != cudaSuccess) fail(cuda_error(what, status));
  }

  cudaStream_t stream_ = nullptr;
  std::string device_;
  cuda::Gemm gemm_;
  std::unique_ptr<cuda::FusedAttention> attention_;
  std::unique_ptr<DeviceGroup> devices_;
  Block scratch_[kernels::kScratches];
  Error failure_;  // kOk: none so far
};

}  // namespace

Result<std::unique_ptr<Backend>> make_cuda_backend(const BackendOptions& options) {
  auto backend = std::make_unique<CudaBackend>();
  if (auto ok = backend->open(options.device); !ok) return std::move(ok).error();
  return std::unique_ptr<Backend>(std::move(backend));
}

}  // namespace student
