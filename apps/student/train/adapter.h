// LoRA adapters as PEFT keeps them: adapter_config.json and adapter_model.safetensors in a folder.
#ifndef STUDENT_TRAIN_ADAPTER_H_
#define STUDENT_TRAIN_ADAPTER_H_

#include <string>

#include "model/model.h"

namespace student {

// Writes the adapters of a model that has some. `base`: what adapter_config.json names as the model they belong to.
Result<void> save_adapter(Model& model, const std::string& folder, const std::string& base);

// Rank, alpha and targets of an adapter, to create the model with.
Result<LoraOptions> read_adapter_config(const std::string& folder);
// kCorrupt when names or shapes are not those of the model's adapters.
Result<void> load_adapter(Model& model, const std::string& folder);

}  // namespace student

#endif  // STUDENT_TRAIN_ADAPTER_H_
