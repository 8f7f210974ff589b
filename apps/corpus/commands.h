// What the table of commands calls.
#ifndef CORPUS_APPS_COMMANDS_H_
#define CORPUS_APPS_COMMANDS_H_

#include "common/args.h"

namespace corpus::cli {

Result<int> curate(const Args&);
Result<int> run_recipe(const Args&);
Result<int> filter(const Args&);
Result<int> dedup(const Args&);
Result<int> decontaminate(const Args&);
Result<int> quality(const Args&);
Result<int> stats(const Args&);
Result<int> cat(const Args&);
Result<int> head(const Args&);
Result<int> sample(const Args&);
Result<int> get(const Args&);
Result<int> convert(const Args&);
Result<int> pack(const Args&);
Result<int> tokenize(const Args&);
Result<int> verify(const Args&);
Result<int> policy(const Args&);
Result<int> key(const Args&);
Result<int> sign(const Args&);
Result<int> prove(const Args&);
Result<int> check_proof(const Args&);
Result<int> trace(const Args&);
Result<int> withdraw(const Args&);
Result<int> accounts(const Args&);
Result<int> disclose(const Args&);

}  // namespace corpus::cli

#endif  // CORPUS_APPS_COMMANDS_H_
