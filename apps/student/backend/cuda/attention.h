// Attention of bf16 by cuDNN's fused kernels, through cudnn-frontend: causal, grouped queries, packed documents,
// and a backward whose sums have a fixed order. Only attention.cc includes the frontend, which takes its time to
// compile; without the package, attention_absent.cc says so and kernels/attention.cuh does the work.
//
// Documents of one length are a dense batch. Others are ragged: their offsets go with the tensors, and their number
// and greatest length are rounded up, so that few graphs are ever built. The rest of the batch has length 0.
#ifndef STUDENT_BACKEND_CUDA_ATTENTION_H_
#define STUDENT_BACKEND_CUDA_ATTENTION_H_

#include <cuda_runtime_api.h>

#include <memory>
#include <string>

#include "backend/backend.h"

namespace student::cuda {

struct AttentionCall {
  Tensor q, k, v, out;
  Tensor dout, dq, dk, dv;  // of the backward
  // Log-sum-exp in the library's layout, heads * N floats: [document, head, position] of a dense batch, else [N, head].
  float* stats = nullptr;
  const Documents* documents = nullptr;
  AttentionShape shape;
};

// All documents have one length.
inline bool is_dense(const Documents& documents) {
  for (std::size_t i = 0; i + 1 < documents.starts.size(); ++i) {
    if (documents.starts[i + 1] - documents.starts[i] != documents.starts[1] - documents.starts[0]) return false;
  }
  return true;
}

class FusedAttention {
 public:
  virtual ~FusedAttention() = default;
  virtual std::string version() const = 0;
  // False: not for this call (type, sizes, or the library refused it); nothing was done.
  virtual bool forward(cudaStream_t stream, const AttentionCall& call) = 0;
  virtual bool backward(cudaStream_t stream, const AttentionCall& call) = 0;
};

// Null where there is none; `why_not` then says why.
std::unique_ptr<FusedAttention> make_fused_attention(std::string* why_not);

}  // namespace student::cuda

#endif  // STUDENT_BACKEND_CUDA_ATTENTION_H_
