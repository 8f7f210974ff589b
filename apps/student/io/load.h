// Models from files and to files: folders as transformers writes and reads them, and GGUF files of the llama
// architecture. Errors name the file, the tensor and where in the file.
#ifndef STUDENT_IO_LOAD_H_
#define STUDENT_IO_LOAD_H_

#include <memory>
#include <string>

#include "model/model.h"

namespace student {

// `path`: a folder with config.json and safetensors (one file or shards), or a .gguf file.
Result<Config> load_config(const std::string& path);

// Creates the model and sets every parameter from the files; adapters (options.lora) start at random from `seed`.
// A parameter that is missing, or has another shape than config.json says, is an error; tied heads may be stored
// or not; tensors that the model does not have are an error too, but for the precomputed "rotary_emb.inv_freq".
// Matrices that a file has in bf16 or in blocks stay so (options.stored, which is set here) where ModelOptions allows it.
Result<std::unique_ptr<Model>> load_model(Backend& backend, const std::string& path, const ModelOptions& options,
                                          std::uint64_t seed = 0);

// tokenizer.json of the folder, or the one that a GGUF file's vocabulary amounts to: for corpus::Tokenizer::from_json.
Result<std::string> load_tokenizer_json(const std::string& path);

struct SaveOptions {
  DType weights = DType::kF32;       // of the file; the type of the model's weights loses nothing
  std::string tokenizer_from;        // a folder or GGUF file whose tokenizer goes along; empty: none
};

// Writes a folder that transformers loads with local files only. Adapters are merged into the weights they adapt.
// Each file appears whole or not at all; model.safetensors comes last.
Result<void> save_model(Model& model, const std::string& dir, const SaveOptions& options);

}  // namespace student

#endif  // STUDENT_IO_LOAD_H_
