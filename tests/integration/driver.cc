// Runs a recipe over standard input through the C++ API: driver RECIPE < in > out.
#include <cstdio>
#include <string>

#include "corpus/recipe.h"
#include "corpus/stream.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto run = [&]() -> corpus::Result<void> {
    CORPUS_TRY(auto recipe, corpus::parse_recipe(argv[1], "recipe"));
    corpus::StreamOptions options;
    char buffer[4096];
    options.feed = [&](std::string& out) -> corpus::Result<bool> {
      out.assign(buffer, std::fread(buffer, 1, sizeof buffer, stdin));
      return !out.empty();
    };
    CORPUS_TRY(auto stream, corpus::StreamRun::start(recipe, {}, std::move(options)));
    for (;;) {
      CORPUS_TRY(const corpus::Delivered* batch, stream->next());
      if (batch == nullptr) return {};
      std::fwrite(batch->lines.data(), 1, batch->lines.size(), stdout);
    }
  };
  auto done = run();
  if (!done) std::fprintf(stderr, "%s\n", done.error().message.c_str());
  return done ? 0 : 1;
}
