// Where each parameter of a model lies in the flat buffers, and its random start.
#ifndef STUDENT_MODEL_PARAMETERS_H_
#define STUDENT_MODEL_PARAMETERS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "model/config.h"
#include "model/model.h"

namespace student {

// Order: embedding; for each layer q, k, v, their biases, o, the norms, gate, up, down; final norm; head; then
// LoRA's A and B. What one product reads (q, k, v; gate, up) is side by side.
std::vector<Parameter> lay_out_parameters(const Config& config, const ModelOptions& options);
std::int64_t flat_size(const std::vector<Parameter>& parameters);
std::int64_t weight_bytes(const std::vector<Parameter>& parameters);
std::int64_t padded_vocab(const Config& config);

// file_rows * cols numbers that depend on the seed and the name only: N(0, 0.02), norms 1, biases and lora_B 0,
// lora_A uniform within 1 / sqrt(in) as PEFT starts it.
std::vector<float> initial_values(const Parameter& parameter, std::uint64_t seed);

// Where it is in the weights' buffer.
inline Tensor weight_view(void* weights, const Parameter& p) {
  return {static_cast<char*>(weights) + p.place, p.type, p.rows, p.cols};
}
// Where it is in the flat gradients; absent where they are.
inline Tensor gradient_view(const Tensor& gradients, const Parameter& p) {
  return gradients ? Tensor(gradients.columns(p.offset, 0).data, gradients.type, p.rows, p.cols) : Tensor{};
}

// A configuration that a Model can be built from; the message names the field and what it has to be.
Result<void> check_config(const Config& config);

}  // namespace student

#endif  // STUDENT_MODEL_PARAMETERS_H_
