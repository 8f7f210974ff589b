#include "backend/cuda/attention.h"

namespace student::cuda {

std::unique_ptr<FusedAttention> make_fused_attention(std::string* why_not) {
  *why_not = "built without cudnn-frontend";
  return nullptr;
}

}  // namespace student::cuda
