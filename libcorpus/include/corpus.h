/* libcorpus, the C API. C99; the only binary interface that is kept stable.
 *
 * Conventions
 *  1. Handles are opaque. create/open/parse make one, the matching free takes it back; free takes NULL.
 *  2. Text goes in as pointer and length and need not end in NUL. Text comes out as a corpus_text that
 *     says how long it lives, or through `char** out, size_t* size`, which the caller gives to
 *     corpus_free(); that text also ends in a NUL byte.
 *  3. A function that can fail returns a corpus_status and takes, last, a corpus_error that the caller
 *     owns, or NULL. It is written only on failure. No function aborts, throws or prints; a NULL where
 *     something is needed is CORPUS_INVALID_ARGUMENT.
 *  4. Structs that the caller fills begin with `struct_size`, set to sizeof: how later versions grow.
 *     Options of components are JSON, checked against the schemas in schemas/: features are added by
 *     options, not by functions.
 *  5. Threads: a handle is used by one thread at a time; different handles by any threads at once.
 *     Exceptions: corpus_tokenizer, corpus_reader, corpus_stages, corpus_keys and corpus_recipe may be shared by
 *     threads that do not change them; corpus_cancel by any; of a corpus_stream one thread may push while another takes.
 *  6. A bad record is data: it is dropped with a reason and counted. An error means that the stream, the
 *     options or the machine failed; its message names input, position, option and remedy.
 */
#ifndef CORPUS_H_
#define CORPUS_H_

#include <stddef.h>
#include <stdint.h>

#if defined(CORPUS_C_BUILD) && defined(__GNUC__)
#define CORPUS_API __attribute__((visibility("default")))
#else
#define CORPUS_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define CORPUS_ABI_VERSION 1

/* Pinned numbers; new ones may be added. */
typedef int32_t corpus_status;
enum {
  CORPUS_OK = 0,
  CORPUS_INVALID_ARGUMENT = 1, /* an option, recipe or call is wrong; the message names it */
  CORPUS_NOT_FOUND = 2,        /* an input, record or component does not exist */
  CORPUS_IO = 3,               /* the operating system refused */
  CORPUS_CORRUPT = 4,          /* bytes are not what their format promises */
  CORPUS_LIMIT = 5,            /* a stated limit would be exceeded */
  CORPUS_CANCELLED = 6,        /* cancellation was asked for */
  CORPUS_UNSUPPORTED = 7,      /* well formed, but not something this build can do */
  CORPUS_INTERNAL = 8          /* a failure that should not happen, memory among them; the message has more */
};

typedef struct corpus_error {
  corpus_status code;
  char message[1020]; /* UTF-8, ends in NUL, cut at the end when longer */
} corpus_error;

typedef struct corpus_text {
  const char* data; /* not ended by NUL; may be NULL when size is 0 */
  size_t size;
} corpus_text;

CORPUS_API void corpus_free(void* out);

/* --- what this library is ------------------------------------------------------------------------- */

CORPUS_API const char* corpus_version(void);     /* "0.1.0" */
CORPUS_API uint32_t corpus_abi_version(void);    /* CORPUS_ABI_VERSION of the library that was loaded */
/* 1 when there is a component of that id ("dedup.minhash") or a feature of that name ("arrow", "tokenizer"). */
CORPUS_API int corpus_has(const char* feature);
/* [{"id": ..., "summary": ..., "schema": {...}}, ...] sorted by id. */
CORPUS_API corpus_status corpus_components(char** out, size_t* size, corpus_error* error);

/* --- recipes: what to read, which stages, what to write --------------------------------------------- */

typedef struct corpus_recipe corpus_recipe;

/* YAML or JSON (schemas/recipe.json). `name` is used in messages and may be NULL. */
CORPUS_API corpus_status corpus_recipe_parse(const char* text, size_t size, const char* name, corpus_recipe** out,
                                             corpus_error* error);
/* A built-in one: "sft", "pretrain", "code", ... */
CORPUS_API corpus_status corpus_recipe_profile(const char* name, corpus_recipe** out, corpus_error* error);
/* "output.dir=clean", "stages.dedup.minhash.bands=20", as `corpus run --set`. */
CORPUS_API corpus_status corpus_recipe_set(corpus_recipe* recipe, const char* assignment, corpus_error* error);
/* Adds a component behind the last stage. `options`: a JSON object, or NULL for the defaults. */
CORPUS_API corpus_status corpus_recipe_add(corpus_recipe* recipe, const char* id, const char* options, size_t size,
                                           corpus_error* error);
CORPUS_API corpus_status corpus_recipe_json(const corpus_recipe* recipe, char** out, size_t* size,
                                            corpus_error* error);
CORPUS_API void corpus_recipe_free(corpus_recipe* recipe);

/* --- running one --------------------------------------------------------------------------------------- */

typedef struct corpus_cancel corpus_cancel;
CORPUS_API corpus_cancel* corpus_cancel_create(void);
CORPUS_API void corpus_cancel_request(corpus_cancel* cancel); /* any thread; also from a signal handler */
CORPUS_API void corpus_cancel_free(corpus_cancel* cancel);    /* after the run has returned */

typedef struct corpus_progress {
  int32_t pass, passes;
  uint64_t bytes_done, bytes_total; /* stored input bytes of this pass; total 0: unknown */
  uint64_t records, dropped;
  double seconds;
} corpus_progress;

typedef struct corpus_run_options {
  size_t struct_size;
  int32_t threads; /* 0: all the process may use */
  int32_t resume;  /* 1: continue an interrupted run */
  uint64_t memory; /* cap on peak resident bytes; 0: none */
  corpus_cancel* cancel;                                       /* or NULL */
  /* Or NULL; a few times a second, one thread at a time. C++ exceptions that leave it end the run as an error. */
  void (*progress)(void* context, const corpus_progress*);
  void* context;
} corpus_run_options;

/* Returns when every output is durable. Report: schemas/output.run.json. `options` may be NULL. */
CORPUS_API corpus_status corpus_run(const corpus_recipe* recipe, const corpus_run_options* options, char** report,
                                    size_t* size, corpus_error* error);

/* --- batches -------------------------------------------------------------------------------------------- */

/* Some consecutive records. Lives as long as the call that it is handed to, or until the next call on its
 * stream by the same thread. */
typedef struct corpus_batch corpus_batch;

typedef struct corpus_record {
  corpus_text json;          /* as it was read */
  corpus_text id;            /* the source's own, or empty */
  corpus_text teacher;       /* the model that wrote it, as the record says, or empty */
  corpus_text finish_reason; /* or empty */
  corpus_text drop_reason;   /* not empty: it was dropped */
  const char* shape;         /* "messages", "alpaca", ...; static */
  uint32_t input;            /* number of its input ... */
  uint32_t turns;            /* how many */
  uint64_t offset;           /* ... and byte offset in its decompressed stream */
} corpus_record;

typedef struct corpus_turn {
  corpus_text text; /* unescaped UTF-8 */
  const char* role; /* "user", "assistant", ...; static */
  int32_t parent;   /* index of the turn that this one answers, or -1 */
  uint32_t rank;    /* among the alternatives below one parent, 0 the best */
} corpus_turn;

CORPUS_API size_t corpus_batch_size(const corpus_batch* batch); /* kept and dropped records */
CORPUS_API corpus_status corpus_batch_record(const corpus_batch* batch, size_t index, corpus_record* out,
                                             corpus_error* error);
CORPUS_API corpus_status corpus_batch_turn(const corpus_batch* batch, size_t index, size_t turn, corpus_turn* out,
                                           corpus_error* error);
/* The kept records as they would be written, a line feed after each. Empty in a stage's callback. */
CORPUS_API corpus_text corpus_batch_lines(const corpus_batch* batch);

/* In a stage's callback only. A reason is a lower-case name such as "too_short": at most 1,000 different ones in
 * a process. It is counted as "<stage name>.<reason>". */
CORPUS_API corpus_status corpus_batch_drop(corpus_batch* batch, size_t index, const char* reason, corpus_error* error);
/* Writes "key": value under "corpus" of the record; value is JSON. */
CORPUS_API corpus_status corpus_batch_tag(corpus_batch* batch, size_t index, const char* key, const char* json,
                                          size_t size, corpus_error* error);
/* Replaces the text of a turn; UTF-8. CORPUS_UNSUPPORTED where the turn is no JSON string of its own. */
CORPUS_API corpus_status corpus_batch_replace(corpus_batch* batch, size_t index, size_t turn, const char* text,
                                              size_t size, corpus_error* error);

/* --- a stream: both ends in the program ------------------------------------------------------------------- */

typedef struct corpus_stream corpus_stream;

/* The stages of the recipe, taken as they are now. When its output names a place, the records go there and there is
 * nothing to take; otherwise it may only say `convert`. */
CORPUS_API corpus_status corpus_stream_create(const corpus_recipe* recipe, corpus_stream** out, corpus_error* error);

/* A stage of the program's own. Returns 0, or any other number to end the run; what it wrote into `message` is then
 * part of the error. C++ exceptions that leave it are caught. */
typedef int (*corpus_stage_fn)(void* context, corpus_batch* batch, char message[256]);
/* Map: called by many threads at once, on different batches, in any order. Behind the recipe's first `behind` stages
 * (SIZE_MAX: behind all) and the stages added there before. Before start. */
CORPUS_API corpus_status corpus_stream_add_map(corpus_stream* stream, size_t behind, const char* name,
                                               corpus_stage_fn fn, void* context, corpus_error* error);
/* Scan: called for one batch at a time, in input order. */
CORPUS_API corpus_status corpus_stream_add_scan(corpus_stream* stream, size_t behind, const char* name,
                                                corpus_stage_fn fn, void* context, corpus_error* error);

struct ArrowArrayStream; /* https://arrow.apache.org/docs/format/CStreamInterface.html */
struct ArrowArray;
struct ArrowSchema;

/* Where records come from, when not from recipe.input.paths; before start. `name`: in messages; may be NULL. */
CORPUS_API corpus_status corpus_stream_pushed(corpus_stream* stream, const char* name, corpus_error* error);
/* Takes the Arrow stream over, also on failure. */
CORPUS_API corpus_status corpus_stream_from_arrow(corpus_stream* stream, struct ArrowArrayStream* input,
                                                  const char* name, corpus_error* error);

CORPUS_API corpus_status corpus_stream_start(corpus_stream* stream, const corpus_run_options* options,
                                             corpus_error* error);
/* *taken < size: a batch waits; take it with corpus_stream_next first. */
CORPUS_API corpus_status corpus_stream_push(corpus_stream* stream, const char* bytes, size_t size, size_t* taken,
                                            corpus_error* error);
CORPUS_API corpus_status corpus_stream_end(corpus_stream* stream, corpus_error* error);
/* *out is NULL at the end. */
CORPUS_API corpus_status corpus_stream_next(corpus_stream* stream, const corpus_batch** out, corpus_error* error);
/* Takes what is left, waits, reports as corpus_run does. */
CORPUS_API corpus_status corpus_stream_finish(corpus_stream* stream, char** report, size_t* size,
                                              corpus_error* error);
/* The kept records as Arrow (columns: corpus/arrow.h). Instead of next. `stream` is started if it was not, with the
 * options given, and must outlive `out` unless it is freed first: then `out` gives an error. */
CORPUS_API corpus_status corpus_stream_to_arrow(corpus_stream* stream, const corpus_run_options* options,
                                                struct ArrowArrayStream* out, corpus_error* error);
/* Cancels and waits when it has not ended. */
CORPUS_API void corpus_stream_free(corpus_stream* stream);

/* --- plain calls -------------------------------------------------------------------------------------------- */

/* One record of any known shape: {"shape", "id", "teacher", "turns": [{"role", "text", "parent", "rank"}]}.
 * `options`: the recipe's `input` as JSON, or NULL. A record that is none: CORPUS_CORRUPT. */
CORPUS_API corpus_status corpus_adapt(const char* json, size_t size, const char* options, size_t options_size,
                                      char** out, size_t* out_size, corpus_error* error);

/* Is a corpus folder whole? {"ok", "files", "records", "error"}. Damage is an answer, no error. */
CORPUS_API corpus_status corpus_verify(const char* dir, int32_t threads, char** report, size_t* size,
                                       corpus_error* error);

/* May text of these teachers and licences be used so? `query`: {"intent": "train", "teachers": [...],
 * "licences": [...], "student": ..., "student_base": ..., "distribution": ..., "commercial": ..., "accept": [...],
 * "date": ...}. Answers with the decision as `corpus policy explain --json` prints it. */
CORPUS_API corpus_status corpus_policy(const char* query, size_t size, char** decision, size_t* decision_size,
                                       corpus_error* error);

/* A recipe's stages as a function on records in memory: filters, tags, the policy gate, the look-up in an index of
 * earlier runs ({"dedup.known": {"index": DIR, "action": "tag"}} names what is alike, and how much). Stages that
 * compare the records of a run with each other need a stream: CORPUS_UNSUPPORTED. */
typedef struct corpus_stages corpus_stages;
CORPUS_API corpus_status corpus_stages_create(const corpus_recipe* recipe, corpus_stages** out, corpus_error* error);
/* `records`: JSON Lines. *reasons: a JSON array with null for each record that is kept, else why it was dropped, in
 * order. *lines: the kept ones as they would be written, a line feed after each. NULL for what is not wanted. */
CORPUS_API corpus_status corpus_stages_apply(const corpus_stages* stages, const char* records, size_t size,
                                             char** reasons, size_t* reasons_size, char** lines, size_t* lines_size,
                                             corpus_error* error);
CORPUS_API void corpus_stages_free(corpus_stages* stages);

/* What dedup.exact and dedup.minhash compare of a record, as 64-bit numbers, for a program that brings the records of
 * many machines together. Of dedup.exact all of them (two) are equal in duplicates; of dedup.minhash (one a band) at
 * least one at the same place, and what is connected by such links is one cluster. The first in input order stays. */
typedef struct corpus_keys corpus_keys;
/* The recipe has that one stage. Its index, verify, keep other than first and scope: turn: CORPUS_UNSUPPORTED. */
CORPUS_API corpus_status corpus_keys_create(const corpus_recipe* recipe, corpus_keys** out, corpus_error* error);
CORPUS_API size_t corpus_keys_words(const corpus_keys* keys); /* how many numbers */
/* In a stage's callback, or of a batch taken with its turns. *rows: for each record that was not dropped and has
 * something to compare its byte offset, then its numbers; *count such rows, which the caller gives to corpus_free(). */
CORPUS_API corpus_status corpus_keys_of(const corpus_keys* keys, const corpus_batch* batch, uint64_t** rows,
                                        size_t* count, corpus_error* error);
CORPUS_API void corpus_keys_free(corpus_keys* keys);

typedef struct corpus_reader corpus_reader; /* a corpus folder, at random */
CORPUS_API corpus_status corpus_reader_open(const char* dir, corpus_reader** out, corpus_error* error);
CORPUS_API uint64_t corpus_reader_size(const corpus_reader* reader);
CORPUS_API corpus_status corpus_reader_get(const corpus_reader* reader, uint64_t number, char** out, size_t* size,
                                           corpus_error* error);
CORPUS_API corpus_status corpus_reader_find(const corpus_reader* reader, const char* id, uint64_t* number,
                                            corpus_error* error);
CORPUS_API void corpus_reader_free(corpus_reader* reader);

typedef struct corpus_tokenizer corpus_tokenizer;
/* tokenizer.json, a folder that holds one, *.tiktoken or *.model; `pattern` as corpus/tokenizer.h says, or NULL. */
CORPUS_API corpus_status corpus_tokenizer_open(const char* path, const char* pattern, corpus_tokenizer** out,
                                               corpus_error* error);
CORPUS_API int32_t corpus_tokenizer_vocab(const corpus_tokenizer* tokenizer);
/* *ids is an array of *count that the caller gives to corpus_free(). */
CORPUS_API corpus_status corpus_tokenizer_encode(const corpus_tokenizer* tokenizer, const char* text, size_t size,
                                                 int specials, int32_t** ids, size_t* count, corpus_error* error);
CORPUS_API corpus_status corpus_tokenizer_decode(const corpus_tokenizer* tokenizer, const int32_t* ids, size_t count,
                                                 int skip_specials, char** out, size_t* size, corpus_error* error);
CORPUS_API void corpus_tokenizer_free(corpus_tokenizer* tokenizer);

#ifdef __cplusplus
}
#endif

#endif /* CORPUS_H_ */
