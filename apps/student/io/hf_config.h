// config.json of transformers: what was written by its version 4 and by its version 5 is read, and what is
// written here both can read.
#ifndef STUDENT_IO_HF_CONFIG_H_
#define STUDENT_IO_HF_CONFIG_H_

#include <corpus/result.h>

#include <string>
#include <string_view>

#include "model/config.h"
#include "tensor/tensor.h"

namespace student {

// kUnsupported, by name, for anything that would make another model of it; `what` names the file in messages.
corpus::Result<Config> parse_hf_config(std::string_view json, const std::string& what);
std::string print_hf_config(const Config& config, DType weights);
std::string print_generation_config(const Config& config);

}  // namespace student

#endif  // STUDENT_IO_HF_CONFIG_H_
