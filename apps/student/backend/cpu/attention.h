// Causal attention over packed documents, in tiles of queries against blocks of keys with a running
// maximum, so that no [T, T] matrix exists (Dao et al. 2022, FlashAttention). f32 inside.
#ifndef STUDENT_BACKEND_CPU_ATTENTION_H_
#define STUDENT_BACKEND_CPU_ATTENTION_H_

#include "backend/backend.h"
#include "backend/cpu/pool.h"

namespace student::cpu {

void attention(Pool& pool, Tensor out, Tensor lse, Tensor q, Tensor k, Tensor v, const Documents& documents,
               const AttentionShape& shape);
void attention_backward(Pool& pool, Tensor dq, Tensor dk, Tensor dv, Tensor dout, Tensor q, Tensor k, Tensor v,
                        Tensor out, Tensor lse, const Documents& documents, const AttentionShape& shape);
void attention_decode(Pool& pool, Tensor out, Tensor q, Tensor k_cache, Tensor v_cache, Tensor slots, Tensor lengths,
                      std::int32_t max_length, const AttentionShape& shape);

}  // namespace student::cpu

#endif  // STUDENT_BACKEND_CPU_ATTENTION_H_
