// GGUF, llama.cpp's file format, version 2 and 3: models of the llama architecture in F32, F16, Q8_0 and Q4_1.
//
// Names and layout come out as Hugging Face's: rows of q and k, which GGUF keeps in the order of interleaved
// rotation, are put back in the order of its rotate-half form. All counts, lengths and offsets are checked.
// Threads: const, may be shared.
#ifndef STUDENT_IO_GGUF_H_
#define STUDENT_IO_GGUF_H_

#include <corpus/mapped_file.h>
#include <corpus/result.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "model/config.h"
#include "tensor/tensor.h"

namespace student {

struct GgufTensor {
  std::string gguf_name;
  std::vector<std::int64_t> shape;  // rows, cols: slowest first, the other way round than in the file
  std::uint32_t type = 0;
  std::string_view bytes;
  std::int32_t interleaved_heads = 0;  // > 0: rows have to be put back
};

// A metadata value; arrays are of one kind.
using GgufValue = std::variant<std::uint64_t, std::int64_t, double, bool, std::string, std::vector<std::string>,
                               std::vector<std::int64_t>, std::vector<double>>;

// The parsed parts of a file's bytes; tensors view into them.
struct GgufParts {
  std::map<std::string, GgufValue, std::less<>> metadata;
  std::map<std::string, GgufTensor, std::less<>> tensors;  // by their name in GGUF
};
corpus::Result<GgufParts> parse_gguf(std::string_view bytes, const std::string& what);
corpus::Result<Config> gguf_config(const GgufParts& parts, const std::string& what);
corpus::Result<std::vector<float>> gguf_values(const GgufTensor& tensor, const std::string& what);
// What it is stored in: kQ4_1 and kQ8_0 for these, otherwise kF32, which then says nothing.
DType gguf_blocks(const GgufTensor& tensor);
// The bytes, with rows put back.
corpus::Result<std::string> gguf_bytes(const GgufTensor& tensor, const std::string& what);
// A tokenizer.json with the same vocabulary, merges and pre-tokenizer; byte-level BPE only.
corpus::Result<std::string> gguf_tokenizer_json(const GgufParts& parts, const std::string& what);

class GgufFile {
 public:
  static corpus::Result<GgufFile> open(const std::string& path);
  corpus::Result<Config> config() const { return config_; }
  const std::map<std::string, GgufTensor, std::less<>>& tensors() const { return tensors_; }  // Hugging Face's names
  corpus::Result<std::vector<float>> values(const GgufTensor& tensor) const {
    return gguf_values(tensor, path_);
  }
  corpus::Result<std::string> bytes(const GgufTensor& tensor) const { return gguf_bytes(tensor, path_); }
  corpus::Result<std::string> tokenizer_json() const { return gguf_tokenizer_json(parts_, path_); }

 private:
  GgufFile(corpus::MappedFile file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}
  corpus::MappedFile file_;
  std::string path_;
  GgufParts parts_;
  Config config_;
  std::map<std::string, GgufTensor, std::less<>> tensors_;
};

}  // namespace student

#endif  // STUDENT_IO_GGUF_H_
