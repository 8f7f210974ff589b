/* Runs a recipe over standard input through the C API: driver RECIPE < in > out. */
#include <corpus.h>

#include <stdio.h>
#include <string.h>

static int failed(const corpus_error* error) {
  fprintf(stderr, "%s\n", error->message);
  return 1;
}

/* 1: more, 0: the end, -1: error */
static int take(corpus_stream* stream, corpus_error* error) {
  const corpus_batch* batch = NULL;
  if (corpus_stream_next(stream, &batch, error) != CORPUS_OK) return -1;
  if (batch == NULL) return 0;
  corpus_text lines = corpus_batch_lines(batch);
  fwrite(lines.data, 1, lines.size, stdout);
  return 1;
}

int main(int argc, char** argv) {
  corpus_error error = {0, ""};
  corpus_recipe* recipe = NULL;
  corpus_stream* stream = NULL;
  char buffer[4096];
  size_t size;
  int more = 1;
  if (argc != 2) return 2;
  if (corpus_recipe_parse(argv[1], strlen(argv[1]), NULL, &recipe, &error) != CORPUS_OK) return failed(&error);
  if (corpus_stream_create(recipe, &stream, &error) != CORPUS_OK) return failed(&error);
  corpus_recipe_free(recipe);
  if (corpus_stream_pushed(stream, NULL, &error) != CORPUS_OK) return failed(&error);
  if (corpus_stream_start(stream, NULL, &error) != CORPUS_OK) return failed(&error);
  while (more == 1 && (size = fread(buffer, 1, sizeof buffer, stdin)) > 0) {
    size_t done = 0, taken = 0;
    while (more == 1 && done < size) {
      if (corpus_stream_push(stream, buffer + done, size - done, &taken, &error) != CORPUS_OK) return failed(&error);
      done += taken;
      if (done < size) more = take(stream, &error);
    }
  }
  if (corpus_stream_end(stream, &error) != CORPUS_OK) return failed(&error);
  while (more == 1) more = take(stream, &error);
  if (more < 0) return failed(&error);
  corpus_stream_free(stream);
  return 0;
}
