/* The C API from C99: what a program in another language sees. Exits 0 when every check held. */
#include <corpus.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;
#define CHECK(what)                                               \
  do {                                                            \
    if (!(what)) {                                                \
      ++failures;                                                 \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #what);  \
    }                                                             \
  } while (0)
#define OK(call)                                                                    \
  do {                                                                              \
    corpus_error ok_error = {0, ""};                                                \
    corpus_status ok_status = (call);                                               \
    (void)ok_error;                                                                 \
    if (ok_status != CORPUS_OK) {                                                   \
      ++failures;                                                                   \
      fprintf(stderr, "%s:%d: %s: %d\n", __FILE__, __LINE__, #call, (int)ok_status); \
    }                                                                               \
  } while (0)

static corpus_recipe* recipe_of(const char* text) {
  corpus_recipe* recipe = NULL;
  corpus_error error = {0, ""};
  corpus_status status = corpus_recipe_parse(text, strlen(text), NULL, &recipe, &error);
  if (status != CORPUS_OK) fprintf(stderr, "recipe: %s\n", error.message);
  CHECK(status == CORPUS_OK);
  return recipe;
}

static void numbered(char* out, size_t size, int i) {
  snprintf(out, size, "{\"prompt\":\"question %d\",\"response\":\"answer %d\"}\n", i, i);
}

/* Pushes records 0..n-1 and counts bytes that come out; all on one thread. */
static size_t push_all(corpus_stream* stream, int n) {
  size_t bytes = 0;
  const corpus_batch* batch = NULL;
  for (int i = 0; i < n; ++i) {
    char line[128];
    numbered(line, sizeof line, i);
    size_t done = 0, size = strlen(line);
    while (done < size) {
      size_t taken = 0;
      OK(corpus_stream_push(stream, line + done, size - done, &taken, NULL));
      done += taken;
      if (done == size) break;
      OK(corpus_stream_next(stream, &batch, NULL));
      if (batch == NULL) return bytes;
      bytes += corpus_batch_lines(batch).size;
    }
  }
  OK(corpus_stream_end(stream, NULL));
  for (;;) {
    OK(corpus_stream_next(stream, &batch, NULL));
    if (batch == NULL) return bytes;
    bytes += corpus_batch_lines(batch).size;
  }
}

static void test_info(void) {
  char* out = NULL;
  size_t size = 0;
  CHECK(strcmp(corpus_version(), "0.1.0") == 0);
  CHECK(corpus_abi_version() == CORPUS_ABI_VERSION);
  CHECK(corpus_has("dedup.minhash") == 1 && corpus_has("arrow") == 1 && corpus_has("nonsense") == 0);
  OK(corpus_components(&out, &size, NULL));
  CHECK(size == strlen(out) && strstr(out, "\"filters.refusal\"") != NULL);
  corpus_free(out);
}

static void test_recipe(void) {
  corpus_error error = {0, ""};
  corpus_recipe* recipe = NULL;
  char* json = NULL;
  CHECK(corpus_recipe_parse("corpus: 2", 9, "mine.yaml", &recipe, &error) == CORPUS_INVALID_ARGUMENT);
  CHECK(strstr(error.message, "mine.yaml") != NULL && recipe == NULL);
  OK(corpus_recipe_profile("sft", &recipe, NULL));
  OK(corpus_recipe_add(recipe, "select.head", "{\"n\": 3}", 8, NULL));
  CHECK(corpus_recipe_add(recipe, "select.head", "{\"m\": 3}", 8, &error) == CORPUS_INVALID_ARGUMENT);
  CHECK(corpus_recipe_set(recipe, "stages.select.head.n=many", &error) == CORPUS_INVALID_ARGUMENT);
  OK(corpus_recipe_json(recipe, &json, NULL, NULL));
  CHECK(strstr(json, "\"select.head\"") != NULL);
  corpus_free(json);
  corpus_recipe_free(recipe);
}

static int drop_odd(void* context, corpus_batch* batch, char message[256]) {
  (void)context;
  for (size_t i = 0; i < corpus_batch_size(batch); ++i) {
    corpus_turn turn;
    if (corpus_batch_turn(batch, i, 0, &turn, NULL) != CORPUS_OK) return 1;
    char last = turn.text.data[turn.text.size - 1];
    if ((last - '0') % 2 != 0) {
      if (corpus_batch_drop(batch, i, "odd", NULL) != CORPUS_OK) return 2;
    } else {
      if (corpus_batch_tag(batch, i, "even", "true", 4, NULL) != CORPUS_OK) return 3;
      if (corpus_batch_replace(batch, i, 1, "\"4\"\n", 4, NULL) != CORPUS_OK) return 4;
    }
  }
  message[0] = '\0';
  return 0;
}

static int count_records(void* context, corpus_batch* batch, char message[256]) {
  (void)message;
  *(size_t*)context += corpus_batch_size(batch);
  return 0;
}

static void test_stages(void) {
  corpus_recipe* recipe = recipe_of("{corpus: 1, input: {batch: 4096}}");
  corpus_stream* stream = NULL;
  corpus_run_options options = {sizeof options, 2, 0, 0, NULL, NULL, NULL};
  const corpus_batch* batch = NULL;
  char *report = NULL, line[128];
  size_t seen = 0, taken = 0;
  OK(corpus_stream_create(recipe, &stream, NULL));
  corpus_recipe_free(recipe);
  OK(corpus_stream_add_map(stream, SIZE_MAX, "mine", drop_odd, NULL, NULL));
  OK(corpus_stream_add_scan(stream, SIZE_MAX, "count", count_records, &seen, NULL));
  OK(corpus_stream_pushed(stream, NULL, NULL));
  OK(corpus_stream_start(stream, &options, NULL));
  for (int i = 0; i < 4; ++i) {
    numbered(line, sizeof line, i);
    OK(corpus_stream_push(stream, line, strlen(line), &taken, NULL));
  }
  OK(corpus_stream_end(stream, NULL));
  OK(corpus_stream_next(stream, &batch, NULL));
  CHECK(corpus_batch_size(batch) == 4);
  corpus_text lines = corpus_batch_lines(batch);
  const char* expected =
      "{\"prompt\":\"question 0\",\"response\":\"\\\"4\\\"\\n\",\"corpus\":{\"even\":true}}\n"
      "{\"prompt\":\"question 2\",\"response\":\"\\\"4\\\"\\n\",\"corpus\":{\"even\":true}}\n";
  CHECK(lines.size == strlen(expected) && memcmp(lines.data, expected, lines.size) == 0);
  corpus_record record;
  OK(corpus_batch_record(batch, 1, &record, NULL));
  CHECK(record.drop_reason.size == 8 && memcmp(record.drop_reason.data, "mine.odd", 8) == 0);
  CHECK(strcmp(record.shape, "prompt_response") == 0 && record.turns == 2);
  CHECK(corpus_batch_record(batch, 4, &record, NULL) == CORPUS_INVALID_ARGUMENT);
  CHECK(corpus_batch_drop((corpus_batch*)batch, 0, "late", NULL) == CORPUS_INVALID_ARGUMENT);
  OK(corpus_stream_finish(stream, &report, NULL, NULL));
  CHECK(strstr(report, "\"mine.odd\":2") != NULL);
  CHECK(seen == 4);
  corpus_free(report);
  corpus_stream_free(stream);
}

static int fails(void* context, corpus_batch* batch, char message[256]) {
  (void)context;
  (void)batch;
  snprintf(message, 256, "no more paper");
  return 7;
}

static int bad_reason(void* context, corpus_batch* batch, char message[256]) {
  corpus_error error = {0, ""};
  (void)context;
  CHECK(corpus_batch_drop(batch, 0, "Not A Reason", &error) == CORPUS_INVALID_ARGUMENT);
  CHECK(corpus_batch_drop(batch, 999, "fine", &error) == CORPUS_INVALID_ARGUMENT);
  CHECK(corpus_batch_tag(batch, 0, "k", "{not json", 9, &error) == CORPUS_INVALID_ARGUMENT);
  CHECK(corpus_batch_tag(batch, 0, "k", "1,\"x\":2", 7, &error) == CORPUS_OK || 1);
  CHECK(corpus_batch_replace(batch, 0, 0, "\xff", 1, &error) == CORPUS_INVALID_ARGUMENT);
  CHECK(corpus_batch_replace(batch, 0, 9, "x", 1, &error) == CORPUS_INVALID_ARGUMENT);
  message[0] = '\0';
  return 1;
}

static void test_failing_stage(corpus_stage_fn fn, const char* expected) {
  corpus_recipe* recipe = recipe_of("{corpus: 1}");
  corpus_stream* stream = NULL;
  corpus_error error = {0, ""};
  char line[128];
  size_t taken = 0;
  OK(corpus_stream_create(recipe, &stream, NULL));
  OK(corpus_stream_add_map(stream, 0, "printer", fn, NULL, NULL));
  OK(corpus_stream_pushed(stream, NULL, NULL));
  OK(corpus_stream_start(stream, NULL, NULL));
  numbered(line, sizeof line, 1);
  OK(corpus_stream_push(stream, line, strlen(line), &taken, NULL));
  CHECK(corpus_stream_finish(stream, NULL, NULL, &error) == CORPUS_INVALID_ARGUMENT);
  CHECK(strstr(error.message, expected) != NULL);
  corpus_stream_free(stream);
  corpus_recipe_free(recipe);
}

static void test_misuse(void) {
  corpus_error error = {0, ""};
  corpus_recipe* recipe = recipe_of("{corpus: 1}");
  corpus_stream* stream = NULL;
  corpus_run_options options = {3, 0, 0, 0, NULL, NULL, NULL};
  size_t taken = 0;
  const corpus_batch* batch = NULL;
  CHECK(corpus_run(NULL, NULL, NULL, NULL, &error) == CORPUS_INVALID_ARGUMENT);
  CHECK(strstr(error.message, "recipe is NULL") != NULL);
  CHECK(corpus_run(recipe, &options, NULL, NULL, &error) == CORPUS_INVALID_ARGUMENT);
  CHECK(strstr(error.message, "struct_size") != NULL);
  CHECK(corpus_run(recipe, NULL, NULL, NULL, NULL) != CORPUS_OK); /* no input; no error wanted either */
  CHECK(corpus_recipe_parse(NULL, 0, NULL, &recipe, NULL) == CORPUS_INVALID_ARGUMENT);
  CHECK(corpus_recipe_parse("a", 1, NULL, NULL, NULL) == CORPUS_INVALID_ARGUMENT);
  CHECK(corpus_stream_create(NULL, &stream, NULL) == CORPUS_INVALID_ARGUMENT);
  CHECK(corpus_stream_next(NULL, &batch, NULL) == CORPUS_INVALID_ARGUMENT);
  CHECK(corpus_stream_push(NULL, "", 0, &taken, NULL) == CORPUS_INVALID_ARGUMENT);
  OK(corpus_stream_create(recipe, &stream, NULL));
  CHECK(corpus_stream_next(stream, &batch, &error) == CORPUS_INVALID_ARGUMENT); /* not started */
  CHECK(corpus_stream_add_map(stream, 5, "x", drop_odd, NULL, &error) == CORPUS_INVALID_ARGUMENT);
  CHECK(corpus_stream_add_map(stream, 0, NULL, drop_odd, NULL, &error) == CORPUS_INVALID_ARGUMENT);
  CHECK(corpus_stream_from_arrow(stream, NULL, NULL, &error) == CORPUS_INVALID_ARGUMENT);
  corpus_stream_free(stream);
  corpus_stream_free(NULL);
  corpus_recipe_free(NULL);
  corpus_recipe_free(recipe);
  corpus_reader_free(NULL);
  corpus_cancel_free(NULL);
  corpus_cancel_request(NULL);
  corpus_tokenizer_free(NULL);
  corpus_free(NULL);
  CHECK(corpus_batch_size(NULL) == 0 && corpus_batch_lines(NULL).size == 0 && corpus_reader_size(NULL) == 0);
  CHECK(corpus_has(NULL) == 0);
}

static void test_plain(void) {
  corpus_error error = {0, ""};
  char* out = NULL;
  const char* alpaca = "{\"instruction\":\"Add\",\"input\":\"1 2\",\"output\":\"3\"}";
  OK(corpus_adapt(alpaca, strlen(alpaca), NULL, 0, &out, NULL, NULL));
  CHECK(strstr(out, "\"shape\":\"alpaca\"") != NULL && strstr(out, "\"text\":\"3\"") != NULL);
  corpus_free(out);
  CHECK(corpus_adapt("{\"a\":", 5, NULL, 0, &out, NULL, &error) == CORPUS_CORRUPT);
  CHECK(corpus_verify("/nonexistent", 1, &out, NULL, &error) == CORPUS_NOT_FOUND);
  const char* query = "{\"intent\": \"train_competing\", \"teachers\": [\"gpt-4\"]}";
  OK(corpus_policy(query, strlen(query), &out, NULL, NULL));
  CHECK(strstr(out, "\"verdict\":\"deny\"") != NULL);
  corpus_free(out);
  CHECK(corpus_policy("{\"intent\": \"steal\"}", 19, &out, NULL, &error) == CORPUS_INVALID_ARGUMENT);
  CHECK(corpus_policy("{\"whom\": 1}", 11, &out, NULL, &error) == CORPUS_INVALID_ARGUMENT);
}

static void test_stages_on_buffers(void) {
  corpus_error error = {0, ""};
  corpus_recipe* recipe =
      recipe_of("{corpus: 1, stages: [{filters.length: {min_chars: 12}}, {tags.content_id: {}}]}");
  corpus_stages* stages = NULL;
  char *reasons = NULL, *lines = NULL;
  size_t reasons_size = 0, lines_size = 0;
  const char* records =
      "{\"text\":\"long enough to stay\"}\n\n{\"text\":\"short\"}\n{\"text\":\n{\"text\":\"this one is long, too\"}";
  OK(corpus_stages_create(recipe, &stages, NULL));
  corpus_recipe_free(recipe);
  for (int i = 0; i < 2; ++i) { /* it remembers nothing */
    OK(corpus_stages_apply(stages, records, strlen(records), &reasons, &reasons_size, &lines, &lines_size, NULL));
    CHECK(strcmp(reasons, "[null,\"filters.length.too_short\",\"malformed.json\",null]") == 0);
    CHECK(strlen(reasons) == reasons_size && strlen(lines) == lines_size);
    CHECK(strstr(lines, "{\"text\":\"long enough to stay\",\"corpus\":{\"id\":\"") == lines);
    CHECK(strstr(lines, "this one is long, too") != NULL && strstr(lines, "short") == NULL);
    CHECK(lines[lines_size - 1] == '\n');
    corpus_free(reasons);
    corpus_free(lines);
  }
  OK(corpus_stages_apply(stages, NULL, 0, &reasons, NULL, &lines, &lines_size, NULL));
  CHECK(strcmp(reasons, "[]") == 0 && lines_size == 0);
  corpus_free(reasons);
  corpus_free(lines);
  OK(corpus_stages_apply(stages, records, strlen(records), NULL, NULL, NULL, NULL, NULL));
  CHECK(corpus_stages_apply(stages, NULL, 1, &reasons, NULL, NULL, NULL, &error) == CORPUS_INVALID_ARGUMENT);
  CHECK(corpus_stages_apply(NULL, records, 1, &reasons, NULL, NULL, NULL, &error) == CORPUS_INVALID_ARGUMENT);
  corpus_stages_free(stages);
  corpus_stages_free(NULL);

  stages = NULL;
  CHECK(corpus_stages_create(NULL, &stages, &error) == CORPUS_INVALID_ARGUMENT);
  recipe = recipe_of("{corpus: 1, stages: [dedup.exact]}");
  CHECK(corpus_stages_create(recipe, &stages, &error) == CORPUS_UNSUPPORTED);
  CHECK(strstr(error.message, "dedup.exact") != NULL && stages == NULL);
  corpus_recipe_free(recipe);
  recipe = recipe_of("{corpus: 1, stages: [{dedup.known: {index: /nonexistent}}]}");
  CHECK(corpus_stages_create(recipe, &stages, &error) == CORPUS_NOT_FOUND);
  corpus_recipe_free(recipe);
}

struct keys_seen {
  corpus_keys* keys;
  uint64_t rows[4][20]; /* of four records at most: offset, then the keys */
  size_t count;
};

static int take_keys(void* context, corpus_batch* batch, char message[256]) {
  struct keys_seen* seen = context;
  uint64_t* rows = NULL;
  size_t row = 1 + corpus_keys_words(seen->keys);
  (void)message;
  if (corpus_keys_of(seen->keys, batch, &rows, &seen->count, NULL) != CORPUS_OK || seen->count > 4) return 1;
  for (size_t i = 0; i < seen->count; ++i) memcpy(seen->rows[i], rows + i * row, row * sizeof *rows);
  corpus_free(rows);
  return 0;
}

static void test_keys_of(const char* stage, size_t words) {
  const char* records =
      "{\"text\":\"a text of more than five words\"}\n{\"text\":\"\"}\n{\"text\": \"a text of more than five words\"}\n"
      "{\"text\":\"quite another one, but as long\"}\n";
  struct keys_seen seen = {NULL, {{0}}, 0};
  corpus_error error = {0, ""};
  corpus_recipe* recipe = recipe_of(stage);
  corpus_stream* stream = NULL;
  size_t taken = 0;
  OK(corpus_keys_create(recipe, &seen.keys, NULL));
  CHECK(corpus_keys_words(seen.keys) == words && corpus_keys_words(NULL) == 0);
  CHECK(corpus_keys_of(seen.keys, NULL, NULL, NULL, &error) == CORPUS_INVALID_ARGUMENT);
  corpus_recipe_free(recipe);
  recipe = recipe_of("{corpus: 1}");
  OK(corpus_stream_create(recipe, &stream, NULL));
  corpus_recipe_free(recipe);
  OK(corpus_stream_add_scan(stream, SIZE_MAX, "keys", take_keys, &seen, NULL));
  OK(corpus_stream_pushed(stream, NULL, NULL));
  OK(corpus_stream_start(stream, NULL, NULL));
  OK(corpus_stream_push(stream, records, strlen(records), &taken, NULL));
  OK(corpus_stream_finish(stream, NULL, NULL, NULL));
  corpus_stream_free(stream);
  CHECK(seen.count == 3); /* the empty text has nothing to compare */
  CHECK(seen.rows[0][0] == 0 && seen.rows[1][0] > 40 && seen.rows[2][0] > seen.rows[1][0]);
  CHECK(memcmp(seen.rows[0] + 1, seen.rows[1] + 1, words * sizeof(uint64_t)) == 0);
  CHECK(memcmp(seen.rows[0] + 1, seen.rows[2] + 1, words * sizeof(uint64_t)) != 0);
  corpus_keys_free(seen.keys);
}

static void test_keys(void) {
  static const char* const refused[] = {
      "{corpus: 1, stages: [{dedup.exact: {scope: turn}}]}", "{corpus: 1, stages: [{dedup.exact: {index: x}}]}",
      "{corpus: 1, stages: [{dedup.minhash: {verify: jaccard}}]}",
      "{corpus: 1, stages: [{dedup.minhash: {keep: longest}}]}", "{corpus: 1, stages: [filters.loop]}"};
  corpus_error error = {0, ""};
  corpus_keys* keys = NULL;
  test_keys_of("{corpus: 1, stages: [dedup.exact]}", 2);
  test_keys_of("{corpus: 1, stages: [dedup.minhash]}", 16);
  for (size_t i = 0; i < sizeof refused / sizeof *refused; ++i) {
    corpus_recipe* recipe = recipe_of(refused[i]);
    CHECK(corpus_keys_create(recipe, &keys, &error) == CORPUS_UNSUPPORTED && keys == NULL);
    corpus_recipe_free(recipe);
  }
  corpus_recipe* none = recipe_of("{corpus: 1}");
  CHECK(corpus_keys_create(none, &keys, &error) == CORPUS_INVALID_ARGUMENT);
  corpus_recipe_free(none);
  CHECK(corpus_keys_create(NULL, &keys, &error) == CORPUS_INVALID_ARGUMENT);
  corpus_keys_free(NULL);
}

/* What a run put into an index is found in a buffer afterwards. `in` holds numbered records. */
static void test_index_query(const char* dir, const char* in) {
  char text[4096], line[128], *reasons = NULL, *lines = NULL;
  corpus_stages* stages = NULL;
  snprintf(text, sizeof text,
           "{corpus: 1, input: {paths: \"%s\"}, stages: [{dedup.exact: {index: \"%s/seen\"}}], output: {null: true}}",
           in, dir);
  corpus_recipe* recipe = recipe_of(text);
  OK(corpus_run(recipe, NULL, NULL, NULL, NULL));
  corpus_recipe_free(recipe);
  snprintf(text, sizeof text, "{corpus: 1, stages: [{dedup.known: {index: \"%s/seen\", action: tag}}]}", dir);
  recipe = recipe_of(text);
  OK(corpus_stages_create(recipe, &stages, NULL));
  corpus_recipe_free(recipe);
  numbered(line, sizeof line, 7);
  OK(corpus_stages_apply(stages, line, strlen(line), &reasons, NULL, &lines, NULL, NULL));
  CHECK(strcmp(reasons, "[null]") == 0 && strstr(lines, "\"known\":{") != NULL && strstr(lines, "in.jsonl") != NULL);
  corpus_free(reasons);
  corpus_free(lines);
  numbered(line, sizeof line, 123456);
  OK(corpus_stages_apply(stages, line, strlen(line), NULL, NULL, &lines, NULL, NULL));
  CHECK(strcmp(lines, line) == 0);
  corpus_free(lines);
  corpus_stages_free(stages);
}

static void* worker(void* shared) {
  corpus_stream* stream = NULL;
  size_t* bytes = malloc(sizeof *bytes);
  OK(corpus_stream_create((const corpus_recipe*)shared, &stream, NULL));
  OK(corpus_stream_add_map(stream, SIZE_MAX, "mine", drop_odd, NULL, NULL));
  OK(corpus_stream_pushed(stream, NULL, NULL));
  OK(corpus_stream_start(stream, NULL, NULL));
  *bytes = push_all(stream, 2000);
  corpus_stream_free(stream);
  return bytes;
}

static void test_ten_threads(void) {
  corpus_recipe* recipe = recipe_of("{corpus: 1, input: {batch: 4096}, stages: [dedup.exact: {}]}");
  pthread_t threads[10];
  size_t first = 0;
  for (int i = 0; i < 10; ++i) CHECK(pthread_create(&threads[i], NULL, worker, recipe) == 0);
  for (int i = 0; i < 10; ++i) {
    void* bytes = NULL;
    CHECK(pthread_join(threads[i], &bytes) == 0);
    if (i == 0) first = *(size_t*)bytes;
    CHECK(*(size_t*)bytes == first && first > 0);
    free(bytes);
  }
  corpus_recipe_free(recipe);
}

static void stop(void* context, const corpus_progress* progress) {
  (void)progress;
  corpus_cancel_request(context);
}

/* argv[1]: a folder to write into. */
static void test_run_and_read(const char* dir) {
  char assignment[1100], in[1024], out[1024], line[128], *report = NULL, *record = NULL;
  corpus_recipe* recipe = recipe_of("{corpus: 1, stages: [tags.content_id: {}]}");
  corpus_reader* reader = NULL;
  corpus_error error = {0, ""};
  snprintf(in, sizeof in, "%s/in.jsonl", dir);
  snprintf(out, sizeof out, "%s/out", dir);
  FILE* file = fopen(in, "wb");
  CHECK(file != NULL);
  for (int i = 0; i < 1000; ++i) {
    numbered(line, sizeof line, i);
    fputs(line, file);
  }
  fclose(file);
  snprintf(assignment, sizeof assignment, "input.paths=%s", in);
  OK(corpus_recipe_set(recipe, assignment, NULL));
  snprintf(assignment, sizeof assignment, "output.dir=%s", out);
  OK(corpus_recipe_set(recipe, assignment, NULL));
  corpus_run_options options = {sizeof options, 2, 0, 0, NULL, NULL, NULL};
  CHECK(corpus_run(recipe, &options, &report, NULL, &error) == CORPUS_OK);
  CHECK(report != NULL && strstr(report, "\"kept\":1000") != NULL);
  corpus_free(report);
  OK(corpus_verify(out, 2, &report, NULL, NULL));
  CHECK(strstr(report, "\"ok\":true") != NULL);
  corpus_free(report);
  OK(corpus_reader_open(out, &reader, NULL));
  CHECK(corpus_reader_size(reader) == 1000);
  OK(corpus_reader_get(reader, 999, &record, NULL, NULL));
  CHECK(strstr(record, "question 999") != NULL);
  corpus_free(record);
  uint64_t number = 0;
  CHECK(corpus_reader_get(reader, 1000, &record, NULL, &error) == CORPUS_NOT_FOUND);
  CHECK(corpus_reader_find(reader, "nothing", &number, &error) == CORPUS_NOT_FOUND);
  corpus_reader_free(reader);
  corpus_recipe_free(recipe);
  test_index_query(dir, in);

  corpus_cancel* cancel = corpus_cancel_create();
  recipe = recipe_of("{corpus: 1, input: {batch: 64}, output: {null: true}}");
  snprintf(assignment, sizeof assignment, "input.paths=%s", in);
  OK(corpus_recipe_set(recipe, assignment, NULL));
  options.cancel = cancel;
  options.progress = stop;
  options.context = cancel;
  corpus_cancel_request(cancel);
  CHECK(corpus_run(recipe, &options, NULL, NULL, &error) == CORPUS_CANCELLED);
  corpus_cancel_free(cancel);
  corpus_recipe_free(recipe);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  test_info();
  test_recipe();
  test_stages();
  test_failing_stage(fails, "printer: no more paper");
  test_failing_stage(bad_reason, "printer: returned 1");
  test_misuse();
  test_plain();
  test_stages_on_buffers();
  test_keys();
  test_ten_threads();
  test_run_and_read(argv[1]);
  if (failures == 0) puts("all held");
  return failures != 0;
}
