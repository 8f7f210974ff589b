// Hugging Face's safetensors: eight bytes of header length, a JSON header, then the tensors' bytes.
//
// Everything in a file is checked before any of it is believed: lengths, offsets, overlaps, holes, shapes
// against sizes. A view is valid as long as the file object. Threads: const, may be shared.
#ifndef STUDENT_IO_SAFETENSORS_H_
#define STUDENT_IO_SAFETENSORS_H_

#include <corpus/mapped_file.h>
#include <corpus/result.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace student {

struct StoredTensor {
  std::string type;                 // "F32", "BF16", "I64", ...
  std::vector<std::int64_t> shape;
  std::string_view bytes;           // little endian

  std::int64_t elements() const;
};
using StoredTensors = std::map<std::string, StoredTensor, std::less<>>;

// The tensors of a file's bytes; views into `bytes`. `what` names the file in messages.
corpus::Result<StoredTensors> parse_safetensors(std::string_view bytes, const std::string& what);

// One file, or a folder's model.safetensors or the shards that its model.safetensors.index.json names.
class SafetensorsFiles {
 public:
  static corpus::Result<SafetensorsFiles> open(const std::string& path);
  const StoredTensors& tensors() const { return tensors_; }

 private:
  std::vector<corpus::MappedFile> files_;
  StoredTensors tensors_;
};

// F32, F16, BF16 and F64 as f32; anything else is kUnsupported.
corpus::Result<std::vector<float>> to_floats(const StoredTensor& tensor, const std::string& name);

// One tensor to write; `data` is asked for when its turn comes, so that one at a time is in memory.
struct TensorToWrite {
  std::string name, type;
  std::vector<std::int64_t> shape;
  std::function<corpus::Result<std::string>()> data;
};
// Under a temporary name, synced, then renamed. Names come in the order given.
corpus::Result<void> write_safetensors(const std::string& path, const std::vector<TensorToWrite>& tensors);

}  // namespace student

#endif  // STUDENT_IO_SAFETENSORS_H_
