// What the table of commands calls.
#ifndef STUDENT_COMMANDS_H_
#define STUDENT_COMMANDS_H_

#include "common/args.h"

namespace student {

corpus::Result<int> init_command(const corpus::cli::Args&);
corpus::Result<int> tokenizer_command(const corpus::cli::Args&);
corpus::Result<int> train_command(const corpus::cli::Args&);
corpus::Result<int> merge_command(const corpus::cli::Args&);
corpus::Result<int> evaluate_command(const corpus::cli::Args&);
corpus::Result<int> compare_command(const corpus::cli::Args&);
corpus::Result<int> generate_command(const corpus::cli::Args&);
corpus::Result<int> serve_command(const corpus::cli::Args&);

}  // namespace student

#endif  // STUDENT_COMMANDS_H_
