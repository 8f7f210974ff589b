#include "backend/cuda/gemm.h"

#include <algorithm>
#include <string>

namespace student::cuda {
namespace {

using corpus::Code;
using corpus::Error;

cudaDataType_t cuda_type(DType type) { return type == DType::kF32 ? CUDA_R_32F : CUDA_R_16BF; }

std::int64_t alignment(const Tensor& t) {
  const auto address = reinterpret_cast<std::uintptr_t>(t.data);
  return std::min<std::int64_t>(256, static_cast<std::int64_t>(address & (~address + 1)));
}

template <typename T>
cublasStatus_t set(cublasLtMatmulDesc_t operation, cublasLtMatmulDescAttributes_t what, const T& value) {
  return cublasLtMatmulDescSetAttribute(operation, what, &value, sizeof value);
}

template <typename T>
cublasStatus_t prefer(cublasLtMatmulPreference_t preference, cublasLtMatmulPreferenceAttributes_t what,
                      const T& value) {
  return cublasLtMatmulPreferenceSetAttribute(preference, what, &value, sizeof value);
}

// A row-major tensor is a column-major matrix with its sizes exchanged.
cublasStatus_t layout(cublasLtMatrixLayout_t* out, const Tensor& t) {
  return cublasLtMatrixLayoutCreate(out, cuda_type(t.type), static_cast<std::uint64_t>(t.cols),
                                    static_cast<std::uint64_t>(t.rows), std::max(t.stride, t.cols));
}

}  // namespace

Gemm::~Gemm() {
  for (auto& [key, plan] : plans_) {
    if (plan.operation != nullptr) cublasLtMatmulDescDestroy(plan.operation);
    for (auto* one : {plan.a, plan.b, plan.c}) {
      if (one != nullptr) cublasLtMatrixLayoutDestroy(one);
    }
  }
  if (workspace_ != nullptr) cudaFree(workspace_);
  if (library_ != nullptr) cublasLtDestroy(library_);
}

Result<void> Gemm::open() {
  if (const auto status = cublasLtCreate(&library_); status != CUBLAS_STATUS_SUCCESS) {
    return Error{Code::kUnsupported, std::string("cuda: cuBLASLt does not start: ") + cublasLtGetStatusString(status)};
  }
  if (cudaMalloc(&workspace_, kWorkspace) != cudaSuccess) {
    return Error{Code::kLimit, "cuda: no memory for the workspace of matrix products (64 MiB)"};
  }
  return {};
}

// In column-major terms: c' [N, M] = op(b)' op(a)', so b comes first and the flags stay with their tensors.
Result<Gemm::Plan*> Gemm::plan(const Key& key, Tensor c, Tensor a, bool trans_a, Tensor b, bool trans_b, Tensor bias) {
  const auto [at, fresh] = plans_.try_emplace(key);
  Plan& plan = at->second;
  if (!fresh) return &plan;
  const cublasOperation_t op_a = trans_b ? CUBLAS_OP_T : CUBLAS_OP_N, op_b = trans_a ? CUBLAS_OP_T : CUBLAS_OP_N;
  cublasLtMatmulPreference_t preference = nullptr;
  cublasStatus_t status = cublasLtMatmulDescCreate(&plan.operation, CUBLAS_COMPUTE_32F, CUDA_R_32F);
  const auto then = [&status](auto step) {
    if (status == CUBLAS_STATUS_SUCCESS) status = step();
  };
  then([&] { return set(plan.operation, CUBLASLT_MATMUL_DESC_TRANSA, op_a); });
  then([&] { return set(plan.operation, CUBLASLT_MATMUL_DESC_TRANSB, op_b); });
  if (bias) {
    then([&] { return set(plan.operation, CUBLASLT_MATMUL_DESC_EPILOGUE, CUBLASLT_EPILOGUE_BIAS); });
    then([&] { return set(plan.operation, CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE, cuda_type(bias.type)); });
    then([&] { return set(plan.operation, CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias.data); });
  }
  then([&] { return layout(&plan.a, b); });
  then([&] { return layout(&plan.b, a); });
  then([&] { return layout(&plan.c, c); });
  then([&] { return cublasLtMatmulPreferenceCreate(&preference); });
  then([&] { return prefer(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, kWorkspace); });
  // Split sums are added in f32, in their order; never by whoever comes first, never in bf16.
  const std::uint32_t reductions = CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE;
  then([&] { return prefer(preference, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, reductions); });
  const auto align = [&](cublasLtMatmulPreferenceAttributes_t what, const Tensor& t) {
    then([&] { return prefer(preference, what, static_cast<std::uint32_t>(alignment(t))); });
  };
  align(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, b);
  align(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, a);
  align(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, c);
  align(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, c);
  cublasLtMatmulHeuristicResult_t best{};
  int count = 0;
  then([&] {
    return cublasLtMatmulAlgoGetHeuristic(library_, plan.operation, plan.a, plan.b, plan.c, plan.c, preference, 1,
                                          &best, &count);
  });
  if (preference != nullptr) cublasLtMatmulPreferenceDestroy(preference);
  plan.found = status == CUBLAS_STATUS_SUCCESS && count > 0;
  plan.algorithm = best.algo;
  return &plan;
}

Result<void> Gemm::run(cudaStream_t stream, Tensor c, Tensor a, bool trans_a, Tensor b, bool trans_b, bool accumulate,
                       Tensor bias) {
  // Everything that the choice of an algorithm looks at.
  const Key key = {c.rows,
                   c.cols,
                   trans_a ? a.rows : a.cols,
                   static_cast<std::int64_t>(c.type) * 4 + static_cast<std::int64_t>(a.type),
                   trans_a * 2 + trans_b,
                   c.stride,
                   a.stride,
                   b.stride,
                   alignment(c),
                   alignment(a),
                   alignment(b),
                   bias ? 1 + static_cast<std::int64_t>(bias.type) : 0,
                   accumulate};
  auto made = plan(key, c, a, trans_a, b, trans_b, bias);
  if (!made) return made.error();
  const Plan& plan = **made;
  if (!plan.found) {
    return Error{Code::kUnsupported, "cuda: cuBLASLt has no algorithm for a product of " + std::to_string(c.rows) +
                                         " x " + std::to_string(key[2]) + " x " + std::to_string(c.cols)};
  }
  if (bias) set(plan.operation, CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias.data);
  const float one = 1, beta = accumulate ? 1 : 0;
  const cublasStatus_t status =
      cublasLtMatmul(library_, plan.operation, &one, b.data, plan.a, a.data, plan.b, &beta, c.data, plan.c, c.data,
                     plan.c, &plan.algorithm, workspace_, kWorkspace, stream);
  if (status != CUBLAS_STATUS_SUCCESS) {
    return Error{Code::kCorrupt, std::string("cuda: matrix product: ") + cublasLtGetStatusString(status)};
  }
  return {};
}

}  // namespace student::cuda
