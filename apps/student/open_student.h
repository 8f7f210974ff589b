// The student that the command line names, ready to make text.
#ifndef STUDENT_OPEN_STUDENT_H_
#define STUDENT_OPEN_STUDENT_H_

#include <corpus/tokenizer.h>

#include <memory>
#include <string>

#include "backend/backend.h"
#include "common/args.h"
#include "generate/engine.h"
#include "model/model.h"

namespace student {

struct Student {
  std::unique_ptr<Backend> backend;
  std::unique_ptr<Model> model;
  std::unique_ptr<corpus::Tokenizer> tokenizer;
  std::unique_ptr<corpus::ChatTemplate> chat;  // null: none fits the tokenizer
  std::string path;
  EngineOptions engine;
};

// --model, --template, --context, --backend, --dtype, --threads, --slots.
Result<Student> open_student(const corpus::cli::Args& args);

// An Error that says why there is no chat template, for commands that need one.
corpus::Error no_template(const Student& student);

// A flag's value as a whole number.
Result<std::int64_t> integer(const corpus::cli::Args& args, std::string_view flag, std::int64_t fallback,
                             std::int64_t least, std::int64_t most);

}  // namespace student

#endif  // STUDENT_OPEN_STUDENT_H_
