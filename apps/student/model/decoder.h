// Makes Model's Decoder; see model.h.
#ifndef STUDENT_MODEL_DECODER_H_
#define STUDENT_MODEL_DECODER_H_

#include <memory>

#include "model/network.h"

namespace student {

// `weights` is a network whose weights are bound.
Result<std::unique_ptr<Decoder>> make_decoder(Backend& backend, const Config& config, const ModelOptions& options,
                                              const Network& weights, std::int32_t slots, std::int32_t max_length);

}  // namespace student

#endif  // STUDENT_MODEL_DECODER_H_
